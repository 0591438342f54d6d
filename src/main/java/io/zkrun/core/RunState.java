package io.zkrun.core;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One assignment at its worker, and the run that it becomes. Changed by {@link RunRules} alone. */
final class RunState {
  static final long NEVER = Long.MAX_VALUE;

  final RunKey key;
  final OnLost onLost;
  final int attempt;
  final int failures;
  final int returned;
  final @Nullable TaskSpec spec;
  final @Nullable Instant submittedAt;

  /** When it goes back if its worker still takes nothing by then. */
  long returnAt = NEVER;

  /** Changed through {@link RunBook#move} alone. */
  RunPhase phase;

  int version;
  Assignment assignment;

  /** Whether the spool knows it, and is to be told when it may forget it. */
  boolean inSpool;

  @Nullable EndCause cause;
  String causeReason = "";
  @Nullable Instant startedAt;
  long pid;

  /** What is to be reported; of one that is held, how it was lost; null before. */
  @Nullable Result result;

  /** How it ended, while it is not known whether that was its own end. */
  @Nullable RunEnd undecided;

  /** When that counts as its own. */
  long decideAt = NEVER;

  boolean retry;
  boolean outputsDropped;

  /** Whether the write that closes it was sent and not answered yet. */
  boolean closing;

  /** When that write, refused by the server, is to be sent again. */
  long closeAgainAt = NEVER;

  /** The change of the assignment that was sent and not answered yet. */
  @Nullable Assignment marking;

  /** When the assignment is to say what happened, unless it is over by then. */
  long markAt = NEVER;

  private RunState(
      RunKey key,
      RunPhase phase,
      int version,
      Assignment assignment,
      int attempt,
      int failures,
      int returned,
      OnLost onLost,
      @Nullable TaskSpec spec,
      @Nullable Instant submittedAt) {
    this.key = key;
    this.phase = phase;
    this.version = version;
    this.assignment = assignment;
    this.attempt = attempt;
    this.failures = failures;
    this.returned = returned;
    this.onLost = onLost;
    this.spec = spec;
    this.submittedAt = submittedAt;
  }

  /** An assignment of a task that is to run. */
  static RunState of(
      RunKey key, WorkerEvent.AssignmentFound found, TaskView.Ready task, OnLost standard) {
    OnLost asked = task.spec().onLost();
    return new RunState(
        key,
        RunPhase.QUEUED,
        found.version(),
        found.assignment(),
        attempt(found.assignment(), task.nextAttempt()),
        task.failures(),
        task.returned(),
        asked == null ? standard : asked,
        task.spec(),
        task.submittedAt());
  }

  /** An assignment of something that cannot run. */
  static RunState withoutSpec(
      RunKey key,
      WorkerEvent.AssignmentFound found,
      int nextAttempt,
      @Nullable Instant submittedAt) {
    return new RunState(
        key,
        RunPhase.REMOVING,
        found.version(),
        found.assignment(),
        attempt(found.assignment(), nextAttempt),
        0,
        0,
        OnLost.FAIL,
        null,
        submittedAt);
  }

  /** A run in the spool that no assignment asks for. */
  static RunState leftover(RunKey key) {
    RunState run =
        new RunState(
            key, RunPhase.ENDING, 0, Assignment.ofAttempt(0), 0, 0, 0, OnLost.FAIL, null, null);
    run.inSpool = true;
    run.cause = EndCause.DROPPED;
    return run;
  }

  /** A person may leave it open, or name one that is recorded already. */
  private static int attempt(Assignment assignment, int next) {
    return Math.max(next, assignment.attempt());
  }

  /** Whether it must be dead by the end of the lease. */
  boolean isFenced() {
    return onLost != OnLost.HOLD;
  }

  long killAfterMillis(WorkerPolicy policy) {
    Double asked = spec == null ? null : spec.killAfterSeconds();
    return asked == null ? policy.killAfterMillis() : (long) (asked * 1000);
  }

  /**
   * Whether it was not this one that wrote that it runs: when somebody deletes an assignment, a
   * word about its run may arrive at the one that follows. That attempt is recorded by then. What
   * may start once is not started on that ground.
   */
  boolean isMarkedByFormer() {
    return onLost == OnLost.RERUN && assignment.attempt() > 0 && assignment.attempt() < attempt;
  }

  /** What the assignment should say; null where it says so. */
  @Nullable Assignment wantedMark() {
    if (phase == RunPhase.HELD) {
      return assignment.held() ? null : assignment.withHeld(true);
    }
    boolean told =
        assignment.running()
            && assignment.pid() == pid
            && assignment.attempt() == attempt
            && !assignment.held();
    return phase != RunPhase.RUNNING || startedAt == null || told
        ? null
        : assignment.started(attempt, startedAt, pid);
  }
}
