package io.zkrun.ensemble.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.client.TaskState;
import io.zkrun.client.TaskView;
import io.zkrun.core.TaskId;
import io.zkrun.ensemble.doctor.Facts.Strayed;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is proved of workers' clocks, and what is not. */
class WorkerClocksTest {
  private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");

  private static TaskView task(String worker, long submittedAgo, long startedAgo) {
    return new TaskView(
        new TaskId("job-" + worker + submittedAgo),
        TaskState.RUNNING,
        1,
        NOW.minusSeconds(submittedAgo),
        NOW.minusSeconds(startedAgo),
        null,
        null,
        worker,
        null,
        null,
        List.of(),
        null);
  }

  @Test
  void aStartBeforeItsSubmissionOrAfterNowProvesAWrongClock() {
    List<Strayed> strayed =
        WorkerClocks.strayed(
            List.of(task("ahead", 60, -30), task("behind", 60, 90), task("behind", 50, 170)), NOW);
    assertThat(strayed)
        .extracting(Strayed::worker, Strayed::aheadMillis)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("ahead", 30_000L),
            org.assertj.core.groups.Tuple.tuple("behind", -120_000L));
  }

  @Test
  void whatMayBeRightOrIsLongAgoProvesNothing() {
    assertThat(
            WorkerClocks.strayed(
                List.of(task("right", 60, 59), task("waited", 500, 0), task("old", 3600, 3700)),
                NOW))
        .isEmpty();
  }
}
