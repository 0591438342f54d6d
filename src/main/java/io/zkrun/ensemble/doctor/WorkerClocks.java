package io.zkrun.ensemble.doctor;

import io.zkrun.client.TaskView;
import io.zkrun.ensemble.doctor.Facts.Strayed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the times of tasks prove about the clocks of the workers: none starts before it was
 * submitted, by ZooKeeper's time, and none has started later than now. They prove a part of what a
 * clock may be off, and only of a worker that was given something lately.
 */
final class WorkerClocks {
  /** Below it, the elections of ZooKeeper and rounding explain a difference. */
  private static final Duration NOTHING = Duration.ofSeconds(1);

  /** A clock may have been set since. */
  private static final Duration RECENT = Duration.ofMinutes(10);

  private WorkerClocks() {}

  /**
   * @param now by the leader's clock, or a little later
   */
  static List<Strayed> strayed(List<TaskView> tasks, Instant now) {
    Map<String, Strayed> found = new TreeMap<>();
    for (TaskView task : tasks) {
      String worker = task.worker();
      Instant started = task.startedAt();
      if (worker == null || started == null) {
        continue;
      }
      Duration early = Duration.between(started, task.submittedAt());
      boolean recent = !task.submittedAt().isBefore(now.minus(RECENT));
      if (recent && early.compareTo(NOTHING) > 0) {
        String proof =
            task.id() + " was submitted at " + task.submittedAt() + " by ZooKeeper's time, and ";
        add(found, worker, -early.toMillis(), proof + worker + " says it started it at " + started);
      }
      Duration late = Duration.between(now, started);
      if (late.compareTo(NOTHING) > 0) {
        String proof = "it is " + now + " by ZooKeeper's time, and ";
        add(
            found,
            worker,
            late.toMillis(),
            proof + worker + " says it started " + task.id() + " at " + started);
      }
    }
    return new ArrayList<>(found.values());
  }

  private static void add(Map<String, Strayed> found, String worker, long ahead, String proof) {
    found.merge(
        worker,
        new Strayed(worker, ahead, proof),
        (a, b) -> Math.abs(a.aheadMillis()) >= Math.abs(b.aheadMillis()) ? a : b);
  }
}
