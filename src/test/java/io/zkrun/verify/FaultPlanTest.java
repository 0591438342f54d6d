package io.zkrun.verify;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.verify.Fault.Comeback;
import io.zkrun.verify.FaultKind.Need;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FaultPlanTest {
  private static final long MINUTE = 60_000;
  private static final Set<Need> ALL = Set.of(Need.values());

  private static Map<FaultKind, Long> counts(List<Fault> plan) {
    return plan.stream().collect(Collectors.groupingBy(Fault::kind, Collectors.counting()));
  }

  @Test
  void aMinuteHoldsWhatIsPromised() {
    assertThat(counts(FaultPlan.of(1, MINUTE, ALL)))
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                entry(FaultKind.WORKER_KILLED, 10L),
                entry(FaultKind.MASTER_KILLED, 3L),
                entry(FaultKind.SERVER_KILLED, 3L),
                entry(FaultKind.MASTER_STALLED, 2L),
                entry(FaultKind.WORKER_STALLED, 2L),
                entry(FaultKind.MASTER_DELETED, 1L),
                entry(FaultKind.WORKER_CUT_OFF, 1L),
                entry(FaultKind.MASTER_CUT_OFF, 1L),
                entry(FaultKind.SERVER_CUT_OFF, 1L),
                entry(FaultKind.SPOOL_FILLED, 1L),
                entry(FaultKind.SERVER_DISK_SLOW, 1L)));
  }

  @ParameterizedTest
  @ValueSource(longs = {10_000, 20_000, 59_999, 60_000, 61_000, 120_000, 600_000})
  void anyLengthHoldsItsShareAndAtLeastOneOfEach(long duration) {
    Map<FaultKind, Long> counts = counts(FaultPlan.of(3, duration, ALL));
    for (FaultKind kind : FaultKind.values()) {
      assertThat(counts.get(kind)).as("%s", kind).isEqualTo(kind.atLeast(duration));
      double share = FaultKind.WORKER_KILLED.atLeast(MINUTE) * duration / (double) MINUTE;
      assertThat((double) counts.get(FaultKind.WORKER_KILLED)).isGreaterThanOrEqualTo(share);
    }
  }

  @Test
  void whatTheMachineDoesNotHaveIsNotPlanned() {
    assertThat(FaultPlan.of(1, MINUTE, Set.of(Need.NOTHING)))
        .extracting(Fault::kind)
        .doesNotContain(
            FaultKind.WORKER_CUT_OFF,
            FaultKind.MASTER_CUT_OFF,
            FaultKind.SERVER_CUT_OFF,
            FaultKind.SPOOL_FILLED,
            FaultKind.SERVER_DISK_SLOW)
        .contains(FaultKind.WORKER_STALLED);
  }

  @Test
  void theSameSeedGivesTheSamePlanAndAnotherSeedAnother() {
    List<Fault> plan = FaultPlan.of(42, MINUTE, ALL);
    assertThat(FaultPlan.of(42, MINUTE, ALL)).isEqualTo(plan);
    assertThat(FaultPlan.of(43, MINUTE, ALL)).isNotEqualTo(plan);
  }

  @Test
  void killedWorkersComeBackAtOnceLateAndNever() {
    List<Fault> kills =
        FaultPlan.of(5, MINUTE, Set.of(Need.NOTHING)).stream()
            .filter(fault -> fault.kind() == FaultKind.WORKER_KILLED)
            .toList();
    assertThat(kills).extracting(Fault::comeback).contains(Comeback.values());
    assertThat(kills)
        .filteredOn(fault -> fault.comeback() == Comeback.LATE)
        .allSatisfy(fault -> assertThat(fault.holdMillis()).isGreaterThan(Timing.LEASE_MILLIS));
    assertThat(kills)
        .filteredOn(fault -> fault.comeback() != Comeback.LATE)
        .allSatisfy(fault -> assertThat(fault.holdMillis()).isZero());
  }

  @Test
  void stallsOutlastTheLeaseAndFaultsBeginWithinTheDrill() {
    for (long seed = 0; seed < 100; seed++) {
      List<Fault> plan = FaultPlan.of(seed, MINUTE, ALL);
      assertThat(plan).isSortedAccordingTo(Comparator.comparingLong(Fault::atMillis));
      assertThat(plan)
          .allSatisfy(fault -> assertThat(fault.atMillis()).isBetween(0L, MINUTE * 9 / 10))
          .filteredOn(
              fault ->
                  fault.kind() == FaultKind.WORKER_STALLED
                      || fault.kind() == FaultKind.WORKER_CUT_OFF)
          .allSatisfy(fault -> assertThat(fault.holdMillis()).isGreaterThan(Timing.LEASE_MILLIS));
    }
  }
}
