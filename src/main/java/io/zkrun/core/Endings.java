package io.zkrun.core;

import io.zkrun.core.MasterDecision.Fate;
import io.zkrun.core.MasterDecision.LostTask;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How tasks end that no worker reports on: what a master writes in a worker's place. */
final class Endings {
  /** A command may end its worker faster than that can say that it runs. */
  private static final int UNSTARTED_FACTOR = 2;

  private final SchedulerOptions options;

  Endings(SchedulerOptions options) {
    this.options = options;
  }

  OnLost onLost(TaskEntry task) {
    return task.spec == null || task.spec.onLost() == null ? options.onLost() : task.spec.onLost();
  }

  /** What becomes of an assignment whose worker is declared lost. */
  LostTask fate(@Nullable TaskEntry task, AssignmentEntry assignment, Instant now) {
    if (task == null || task.status) {
      return new LostTask(assignment.task, Fate.CLEAR, null, null);
    }
    OnLost onLost = onLost(task);
    if (onLost == OnLost.HOLD) {
      return new LostTask(task.id, Fate.HOLD, null, assignment.data.withHeld(true));
    }
    if (task.cancel != null) {
      Result cancelled =
          Result.withoutRun(
                  Outcome.CANCELLED, task.cancel, task.numberOf(assignment), task.submittedAt, now)
              .on(assignment.worker);
      return new LostTask(task.id, Fate.END, cancelled, null);
    }
    Result lost = lost(task, assignment, "its worker was lost", now);
    return new LostTask(task.id, onLost == OnLost.FAIL ? Fate.END : Fate.RECORD, lost, null);
  }

  Result lost(TaskEntry task, AssignmentEntry assignment, String reason, Instant now) {
    int attempt = task.numberOf(assignment);
    return Result.withoutRun(Outcome.LOST, reason, attempt, task.submittedAt, now)
        .on(assignment.worker)
        .startedAt(assignment.data.running() ? assignment.data.startedAt() : null);
  }

  /**
   * How a task that nobody holds ends without running (again); null where it is to run.
   *
   * @param now for the record
   * @param zkNow by the clock that stamped the task
   */
  @Nullable Result endWithoutRun(TaskEntry task, Instant now, Instant zkNow) {
    if (task.spec == null) {
      String reason = task.problem == null ? "no valid spec" : task.problem.toString();
      return ended(task, Outcome.REJECTED, reason, now);
    }
    if (task.cancel != null) {
      return ended(task, Outcome.CANCELLED, task.cancel, now);
    }
    boolean suspect = task.suspectAttempts() >= options.lostLimit();
    if (suspect || task.lostAttempts() >= options.lostLimit() * UNSTARTED_FACTOR) {
      String reason = "lost " + task.lostAttempts() + " attempts; it may be what kills its workers";
      return ended(task, Outcome.LOST, reason, now);
    }
    if (task.nextAttempt() > Assignment.MAX_ATTEMPT) {
      String reason = "it has had attempt " + (task.nextAttempt() - 1) + ": no number is left";
      return ended(task, Outcome.LOST, reason, now);
    }
    Instant expiresAt = task.expiresAt();
    if (expiresAt != null && !expiresAt.isAfter(zkNow)) {
      return ended(task, Outcome.EXPIRED, "not started in time", now);
    }
    return null;
  }

  private static Result ended(TaskEntry task, Outcome outcome, String reason, Instant now) {
    return Result.withoutRun(outcome, reason, task.nextAttempt() - 1, task.submittedAt, now);
  }
}
