package io.zkrun.core;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What is to be written about a run that has ended. */
final class Ending {
  /**
   * After so many refusals in a row of hosts to start it a task fails: it may be what fills their
   * disks, and each host takes nothing for a while.
   */
  static final int MAX_RETURNED = 5;

  private Ending() {}

  static Result of(RunState run, RunEnd end, String worker) {
    boolean cancelled = run.cause == EndCause.CANCELLED && end.outcome() == Outcome.LOST;
    Outcome outcome = cancelled ? Outcome.CANCELLED : end.outcome();
    return new Result(
        state(outcome, end.exitCode()),
        outcome,
        end.exitCode(),
        end.signal(),
        reason(run, end, outcome),
        worker,
        run.attempt,
        run.submittedAt,
        end.startedAt() == null ? run.startedAt : end.startedAt(),
        end.finishedAt(),
        end.durationSeconds(),
        end.treeEmptyAt(),
        end.trackedBy(),
        end.stdout(),
        end.stderr());
  }

  /** One that its host cannot start goes elsewhere, but not for ever. */
  static Result refused(RunState run, NotReady why, String worker, Instant now) {
    if (run.returned + 1 < MAX_RETURNED) {
      return withoutRun(run, Outcome.RETURNED, why.message(), worker, now);
    }
    String reason = why.message() + "; so was it " + run.returned + " times before";
    return of(run, RunEnd.notStarted(reason, now), worker);
  }

  /** The result of one that did not run here, or left no trace. */
  static Result withoutRun(
      RunState run, Outcome outcome, String reason, String worker, Instant now) {
    return Result.withoutRun(outcome, reason, run.attempt, run.submittedAt, now).on(worker);
  }

  /** A lost run that was to be cancelled anyway. */
  static Result cancelled(Result lost, String reason) {
    return new Result(
        Result.State.CANCELLED,
        Outcome.CANCELLED,
        lost.exitCode(),
        lost.signal(),
        reason,
        lost.worker(),
        lost.attempt(),
        lost.submittedAt(),
        lost.startedAt(),
        lost.finishedAt(),
        lost.durationSeconds(),
        lost.treeEmptyAt(),
        lost.trackedBy(),
        lost.stdout(),
        lost.stderr());
  }

  private static Result.State state(Outcome outcome, @Nullable Integer exitCode) {
    if (outcome == Outcome.CANCELLED) {
      return Result.State.CANCELLED;
    }
    boolean good = outcome == Outcome.EXITED && exitCode != null && exitCode == 0;
    return good ? Result.State.DONE : Result.State.FAILED;
  }

  private static @Nullable String reason(RunState run, RunEnd end, Outcome outcome) {
    boolean ours =
        (outcome == Outcome.CANCELLED && run.cause == EndCause.CANCELLED)
            || (outcome == Outcome.LOST && run.cause == EndCause.LOST);
    String reason = ours ? run.causeReason : end.reason();
    if (end.survivors() == null) {
      return reason;
    }
    return reason == null ? end.survivors() : reason + "; " + end.survivors();
  }

  /** Whether another attempt follows, here or elsewhere. */
  static boolean isRetried(RunState run, Result result) {
    if (result.outcome() == Outcome.LOST) {
      return run.onLost == OnLost.RERUN;
    }
    if (result.outcome() == Outcome.RETURNED) {
      return true;
    }
    return run.spec != null && run.spec.retries(result, run.failures);
  }

  /** The same without its outputs: they were too much for ZooKeeper. */
  static Result withoutOutputs(Result result) {
    String note = "its output was too large for ZooKeeper and stays on the worker";
    String reason = result.reason() == null ? note : result.reason() + "; " + note;
    return new Result(
        result.state(),
        result.outcome(),
        result.exitCode(),
        result.signal(),
        reason,
        result.worker(),
        result.attempt(),
        result.submittedAt(),
        result.startedAt(),
        result.finishedAt(),
        result.durationSeconds(),
        result.treeEmptyAt(),
        result.trackedBy(),
        cut(result.stdout()),
        cut(result.stderr()));
  }

  private static Output cut(Output output) {
    return new Output(Bytes.EMPTY, output.bytes(), output.bytes() > 0, output.file());
  }
}
