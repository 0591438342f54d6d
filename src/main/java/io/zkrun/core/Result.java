package io.zkrun.core;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * How a task, or an attempt of it, ended: the data of {@code status} and {@code attempt-<n>}.
 *
 * @param exitCode the process's; null where there was none
 * @param signal that ended it; null where none did
 * @param reason for people; null where the outcome says it all
 * @param worker that ran it; null where none did
 * @param attempt from 1; 0 where there was none
 * @param submittedAt by ZooKeeper's clock
 * @param startedAt by the worker's clock; null where it never started
 * @param finishedAt by the clock of who wrote this
 * @param durationSeconds from start to end; null where it never started
 * @param treeEmptyAt when nothing of the command's process tree was left; null where not seen
 * @param trackedBy how the tree was tracked: {@code cgroup} or {@code cookie}; null where it never
 *     started
 */
public record Result(
    State state,
    Outcome outcome,
    @Nullable Integer exitCode,
    @Nullable Integer signal,
    @Nullable String reason,
    @Nullable String worker,
    int attempt,
    @Nullable Instant submittedAt,
    @Nullable Instant startedAt,
    @Nullable Instant finishedAt,
    @Nullable Double durationSeconds,
    @Nullable Instant treeEmptyAt,
    @Nullable String trackedBy,
    Output stdout,
    Output stderr) {

  /** The task's last word in one of three words. */
  public enum State {
    /** Exit code 0. */
    DONE,
    FAILED,
    CANCELLED;

    public String json() {
      return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<State> ofJson(String json) {
      for (State each : values()) {
        if (each.json().equals(json)) {
          return Optional.of(each);
        }
      }
      return Optional.empty();
    }
  }

  /** The result of something that did not run: no exit code, no output. */
  public static Result withoutRun(
      Outcome outcome, String reason, int attempt, @Nullable Instant submittedAt, Instant now) {
    return new Result(
        outcome == Outcome.CANCELLED ? State.CANCELLED : State.FAILED,
        outcome,
        null,
        null,
        Reason.of(reason),
        null,
        attempt,
        submittedAt,
        null,
        now,
        null,
        null,
        null,
        Output.EMPTY,
        Output.EMPTY);
  }

  /** A status that a person wrote by hand: finished, and no more is known. */
  public static Result byHand(Bytes data) {
    return new Result(
        State.DONE,
        Outcome.UNKNOWN,
        null,
        null,
        "written by hand",
        null,
        0,
        null,
        null,
        null,
        null,
        null,
        null,
        Output.whole(data),
        Output.EMPTY);
  }

  public Result on(@Nullable String newWorker) {
    return new Result(
        state,
        outcome,
        exitCode,
        signal,
        reason,
        newWorker,
        attempt,
        submittedAt,
        startedAt,
        finishedAt,
        durationSeconds,
        treeEmptyAt,
        trackedBy,
        stdout,
        stderr);
  }

  public Result startedAt(@Nullable Instant newStartedAt) {
    return new Result(
        state,
        outcome,
        exitCode,
        signal,
        reason,
        worker,
        attempt,
        submittedAt,
        newStartedAt,
        finishedAt,
        durationSeconds,
        treeEmptyAt,
        trackedBy,
        stdout,
        stderr);
  }

  public Result withOutputs(Output newStdout, Output newStderr) {
    return new Result(
        state,
        outcome,
        exitCode,
        signal,
        reason,
        worker,
        attempt,
        submittedAt,
        startedAt,
        finishedAt,
        durationSeconds,
        treeEmptyAt,
        trackedBy,
        newStdout,
        newStderr);
  }

  /**
   * The exit code by which people and retries tell how the command ended: its own, or that of the
   * timeout, whatever it said when it was ended. None where it did not end by either.
   */
  public OptionalInt commandExitCode() {
    return switch (outcome) {
      case EXITED, SPAWN_FAILED ->
          exitCode == null ? OptionalInt.empty() : OptionalInt.of(exitCode);
      case SIGNALED -> signal == null ? OptionalInt.empty() : OptionalInt.of(128 + signal);
      case TIMEOUT -> OptionalInt.of(ExitCode.TIMEOUT);
      case CANCELLED, EXPIRED, LOST, RETURNED, REJECTED, UNKNOWN -> OptionalInt.empty();
    };
  }

  /** The exit code of a client that waited for this. */
  public int clientExitCode() {
    return switch (outcome) {
      case EXITED -> exitCode == null ? ExitCode.UNKNOWN_OUTCOME : exitCode;
      case SIGNALED -> signal == null ? ExitCode.UNKNOWN_OUTCOME : 128 + signal;
      case TIMEOUT -> ExitCode.TIMEOUT;
      case CANCELLED -> ExitCode.CANCELLED;
      case SPAWN_FAILED -> exitCode == null ? ExitCode.CANNOT_EXECUTE : exitCode;
      case REJECTED -> ExitCode.REJECTED;
      case EXPIRED, LOST, RETURNED -> ExitCode.LOST;
      case UNKNOWN -> ExitCode.UNKNOWN_OUTCOME;
    };
  }
}
