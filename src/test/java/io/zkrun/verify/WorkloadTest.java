package io.zkrun.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.core.OnLost;
import io.zkrun.core.SpecProblem;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkloadTest {
  private static final int SLOTS = 24;

  @ParameterizedTest
  @CsvSource({"2000, 60000", "2000, 120000", "200, 20000", "50, 60000", "20000, 60000", "1, 10000"})
  void fitsTheSlotsAndTheTime(int tasks, long duration) {
    List<PlannedTask> plan = Workload.of(1, tasks, duration, SLOTS);
    assertThat(plan).hasSize(tasks);
    long work = plan.stream().mapToLong(WorkloadTest::takes).sum();
    // A drill shorter than its long tasks takes the time that they take.
    long time = Math.max(duration, Workload.LONGEST_MILLIS);
    assertThat(work).isLessThan(SLOTS * time * 6 / 10);
    assertThat(plan)
        .isSortedAccordingTo(Comparator.comparingLong(PlannedTask::atMillis))
        .allSatisfy(
            task -> {
              assertThat(task.atMillis()).isBetween(0L, duration);
              assertThat(task.millis()).isBetween(0L, Workload.LONGEST_MILLIS);
            });
  }

  private static long takes(PlannedTask task) {
    return task.timesOut() ? task.timeoutMillis() : task.millis();
  }

  @Test
  void mostAreShortSomeAreLongAndAllKindsAreThere() {
    List<PlannedTask> plan = Workload.of(9, 2_000, 60_000, SLOTS);
    assertThat(plan).filteredOn(task -> takes(task) <= 1_000).hasSizeGreaterThan(1_800);
    assertThat(plan).filteredOn(task -> task.millis() == 0).hasSizeGreaterThan(200);
    assertThat(plan).filteredOn(task -> task.millis() > 20_000).hasSizeGreaterThan(10);
    assertThat(plan).extracting(PlannedTask::onLost).contains(OnLost.values());
    assertThat(plan).extracting(PlannedTask::exitCode).contains(0, 3);
    assertThat(plan).extracting(PlannedTask::ignoresTerm).contains(true, false);
    assertThat(plan).filteredOn(PlannedTask::leavesBehind).hasSizeGreaterThan(50);
    assertThat(plan).filteredOn(PlannedTask::timesOut).hasSizeBetween(20, 150);
    assertThat(plan).filteredOn(task -> task.cancelMillis() > 0).hasSizeBetween(50, 150);
    assertThat(plan).filteredOn(task -> task.cancelMillis() > 0).anyMatch(PlannedTask::isLong);
    assertThat(plan).extracting(PlannedTask::lines).contains(0, 12_000, 20_000);
  }

  @Test
  void longOnesAreThereFromTheBeginningAndComeFirst() {
    List<PlannedTask> plan = Workload.of(9, 2_000, 60_000, SLOTS);
    assertThat(plan.subList(0, 7)).allMatch(PlannedTask::isLong);
    assertThat(plan.subList(100, 2_000)).filteredOn(PlannedTask::isLong).hasSizeGreaterThan(5);
    assertThat(plan.get(0).spec("drill", Path.of("/tmp/events")).priority())
        .isGreaterThan(plan.get(20).spec("drill", Path.of("/tmp/events")).priority());
  }

  @Test
  void whatMayBeHeldLeavesNothingBehind() {
    assertThat(Workload.of(9, 2_000, 60_000, SLOTS))
        .filteredOn(task -> task.onLost() == OnLost.HOLD)
        .isNotEmpty()
        .noneMatch(PlannedTask::leavesBehind);
  }

  @Test
  void theSameSeedGivesTheSameTasks() {
    List<PlannedTask> plan = Workload.of(4, 500, 60_000, SLOTS);
    assertThat(Workload.of(4, 500, 60_000, SLOTS)).isEqualTo(plan);
    assertThat(Workload.of(5, 500, 60_000, SLOTS)).isNotEqualTo(plan);
  }

  @Test
  void theSpecsAreGood() {
    assertThat(Workload.of(4, 500, 60_000, SLOTS))
        .allSatisfy(
            task ->
                assertThat(SpecProblem.check(task.spec("drill", Path.of("/tmp/events"))))
                    .isEmpty());
  }
}
