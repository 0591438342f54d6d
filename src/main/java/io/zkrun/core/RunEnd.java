package io.zkrun.core;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a run ended, as the worker's host saw it.
 *
 * @param outcome {@link Outcome#LOST} for one that the lease ended, or that left no trace
 * @param exitCode the process's; null where there was none
 * @param signal that ended it; null where none did
 * @param reason for people; null where the outcome says it all
 * @param startedAt null where it never started
 * @param finishedAt when its leader ended, or was found to have ended
 * @param durationSeconds by a clock that does not jump; null where it never started or is not known
 * @param treeEmptyAt when nothing of its process tree was left; null where not seen
 * @param trackedBy {@code cgroup} or {@code cookie}; null where it never started
 * @param survivors what of it could not be ended and still runs, for people; null for nothing
 * @param stopSignal whether a signal that reached more than the command may have ended it
 */
public record RunEnd(
    Outcome outcome,
    @Nullable Integer exitCode,
    @Nullable Integer signal,
    @Nullable String reason,
    @Nullable Instant startedAt,
    Instant finishedAt,
    @Nullable Double durationSeconds,
    @Nullable Instant treeEmptyAt,
    @Nullable String trackedBy,
    @Nullable String survivors,
    StopSignal stopSignal,
    Output stdout,
    Output stderr) {

  /** One that got no stop signal together with what watches over it. */
  public RunEnd(
      Outcome outcome,
      @Nullable Integer exitCode,
      @Nullable Integer signal,
      @Nullable String reason,
      @Nullable Instant startedAt,
      Instant finishedAt,
      @Nullable Double durationSeconds,
      @Nullable Instant treeEmptyAt,
      @Nullable String trackedBy,
      @Nullable String survivors,
      Output stdout,
      Output stderr) {
    this(
        outcome,
        exitCode,
        signal,
        reason,
        startedAt,
        finishedAt,
        durationSeconds,
        treeEmptyAt,
        trackedBy,
        survivors,
        StopSignal.NONE,
        stdout,
        stderr);
  }

  /**
   * Whether it may be the end that the shutdown of its machine or service brought, and not the
   * command's own. One that says that all is well is believed.
   */
  boolean mayBeByShutdown() {
    boolean own = outcome == Outcome.EXITED && exitCode != null && exitCode == 0;
    return stopSignal != StopSignal.NONE
        && !own
        && (outcome == Outcome.EXITED || outcome == Outcome.SIGNALED);
  }

  /** The same, as lost by that. */
  RunEnd byShutdown() {
    return new RunEnd(
        Outcome.LOST,
        null,
        null,
        "it was ended by the shutdown of its machine or of the worker's service",
        startedAt,
        finishedAt,
        durationSeconds,
        treeEmptyAt,
        trackedBy,
        survivors,
        stopSignal,
        stdout,
        stderr);
  }

  /** A command that ended by itself, without output. */
  public static RunEnd exited(int exitCode, Instant startedAt, Instant finishedAt) {
    return new RunEnd(
        Outcome.EXITED,
        exitCode,
        null,
        null,
        startedAt,
        finishedAt,
        (finishedAt.toEpochMilli() - startedAt.toEpochMilli()) / 1000.0,
        finishedAt,
        null,
        null,
        Output.EMPTY,
        Output.EMPTY);
  }

  /** One that did not end by itself, or never ran, without output. */
  public static RunEnd without(Outcome outcome, String reason, Instant finishedAt) {
    return new RunEnd(
        outcome,
        null,
        null,
        reason,
        null,
        finishedAt,
        null,
        null,
        null,
        null,
        Output.EMPTY,
        Output.EMPTY);
  }

  /** One that could not be started. */
  public static RunEnd notStarted(String reason, Instant now) {
    return new RunEnd(
        Outcome.SPAWN_FAILED,
        ExitCode.CANNOT_EXECUTE,
        null,
        reason,
        null,
        now,
        null,
        null,
        null,
        null,
        Output.EMPTY,
        Output.EMPTY);
  }

  /** The same, though {@code survivors} still run. */
  public RunEnd surviving(@Nullable String survivors) {
    return new RunEnd(
        outcome,
        exitCode,
        signal,
        reason,
        startedAt,
        finishedAt,
        durationSeconds,
        treeEmptyAt,
        trackedBy,
        survivors,
        stopSignal,
        stdout,
        stderr);
  }
}
