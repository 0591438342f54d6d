package io.zkrun.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.verify.Fault.Comeback;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FaultPlanTest {
  private static final long MINUTE = 60_000;

  private static Map<FaultKind, Long> counts(List<Fault> plan) {
    return plan.stream().collect(Collectors.groupingBy(Fault::kind, Collectors.counting()));
  }

  @Test
  void aMinuteHoldsWhatIsPromised() {
    assertThat(counts(FaultPlan.of(1, MINUTE, true)))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                FaultKind.WORKER_KILLED, 10L,
                FaultKind.MASTER_KILLED, 3L,
                FaultKind.SERVER_KILLED, 3L,
                FaultKind.MASTER_STALLED, 2L,
                FaultKind.WORKER_STALLED, 2L,
                FaultKind.MASTER_DELETED, 1L,
                FaultKind.WORKER_CUT_OFF, 1L,
                FaultKind.MASTER_CUT_OFF, 1L,
                FaultKind.SERVER_CUT_OFF, 1L));
  }

  @ParameterizedTest
  @ValueSource(longs = {10_000, 20_000, 59_999, 60_000, 61_000, 120_000, 600_000})
  void anyLengthHoldsItsShareAndAtLeastOneOfEach(long duration) {
    Map<FaultKind, Long> counts = counts(FaultPlan.of(3, duration, true));
    for (FaultKind kind : FaultKind.values()) {
      assertThat(counts.get(kind)).as("%s", kind).isEqualTo(kind.atLeast(duration));
      double share = FaultKind.WORKER_KILLED.atLeast(MINUTE) * duration / (double) MINUTE;
      assertThat((double) counts.get(FaultKind.WORKER_KILLED)).isGreaterThanOrEqualTo(share);
    }
  }

  @Test
  void withoutNetworksNothingIsCutOff() {
    assertThat(FaultPlan.of(1, MINUTE, false))
        .extracting(Fault::kind)
        .doesNotContain(
            FaultKind.WORKER_CUT_OFF, FaultKind.MASTER_CUT_OFF, FaultKind.SERVER_CUT_OFF)
        .contains(FaultKind.WORKER_STALLED);
  }

  @Test
  void theSameSeedGivesTheSamePlanAndAnotherSeedAnother() {
    List<Fault> plan = FaultPlan.of(42, MINUTE, true);
    assertThat(FaultPlan.of(42, MINUTE, true)).isEqualTo(plan);
    assertThat(FaultPlan.of(43, MINUTE, true)).isNotEqualTo(plan);
  }

  @Test
  void killedWorkersComeBackAtOnceLateAndNever() {
    List<Fault> kills =
        FaultPlan.of(5, MINUTE, false).stream()
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
      List<Fault> plan = FaultPlan.of(seed, MINUTE, true);
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
