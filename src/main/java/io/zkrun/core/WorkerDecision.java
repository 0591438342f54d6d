package io.zkrun.core;

import org.jspecify.annotations.Nullable;

/** What a {@link WorkerMachine} wants done. */
public sealed interface WorkerDecision {
  /**
   * Run it; {@link WorkerEvent.RunStarted} and {@link WorkerEvent.RunEnded} follow, or the latter
   * alone; {@link WorkerEvent.RunRefused} in its place.
   */
  record Start(RunKey key, ClusterId cluster, TaskSpec spec, int attempt, OnLost onLost)
      implements WorkerDecision {}

  /**
   * Take over a run that was found; the same events follow.
   *
   * @param killAfterSeconds as its spec says; null for the worker's setting
   */
  record Adopt(RunKey key, @Nullable Double killAfterSeconds) implements WorkerDecision {}

  /** End its process tree; {@link WorkerEvent.RunEnded} follows. */
  record End(RunKey key, EndCause cause, String reason) implements WorkerDecision {}

  /**
   * Write the result and delete the assignment, in one transaction; {@link WorkerEvent.Closed}
   * follows.
   *
   * @param retry whether it is one attempt's result, not the task's last word
   */
  record Report(RunKey key, Result result, boolean retry) implements WorkerDecision {}

  /** Delete the assignment alone; {@link WorkerEvent.Closed} follows. */
  record Remove(RunKey key) implements WorkerDecision {}

  /** Change the assignment's data; {@link WorkerEvent.Marked} follows. */
  record Mark(RunKey key, int version, Assignment assignment) implements WorkerDecision {}

  /** Read the assignment again. */
  record Read(TaskId task) implements WorkerDecision {}

  /** Commit a write that changes nothing; {@link WorkerEvent.Renewed} follows. */
  record Renew() implements WorkerDecision {}

  /**
   * Register anew, saying so; {@link WorkerEvent.Registered} follows. Until then nothing is
   * written, so that what is handed back does not come here again.
   *
   * @param notReady null to say that tasks are taken again
   */
  record Publish(@Nullable NotReady notReady) implements WorkerDecision {}

  /** Try whether a command could be started; {@link WorkerEvent.Probed} follows. */
  record Probe() implements WorkerDecision {}

  /** Tell the keeper. Milliseconds since boot. */
  record SetDeadline(long termAt, long killAt) implements WorkerDecision {}

  /**
   * The result will not hold its outputs: the spool keeps them past {@link Delivered}, as it does
   * by itself where it has cut them.
   */
  record KeepOutputs(RunKey key) implements WorkerDecision {}

  /** The spool may forget what it kept for delivery. */
  record Delivered(RunKey key) implements WorkerDecision {}

  /** A person should know. */
  record Warn(String message) implements WorkerDecision {}

  /** Close the session and end the daemon: it cannot work, and another one is to start. */
  record GiveUp(String message) implements WorkerDecision {}

  /** Everything that {@link WorkerEvent.StopAsked} asked for is done, or its time is over. */
  record Stopped() implements WorkerDecision {}
}
