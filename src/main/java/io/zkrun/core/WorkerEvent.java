package io.zkrun.core;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a {@link WorkerMachine} is told. */
public sealed interface WorkerEvent {
  /**
   * The worker is registered, by a write sent at {@code sentAt}; {@link Listed} and {@link
   * Reconciled} follow.
   *
   * @param cluster the tree
   */
  record Registered(ClusterId cluster, long sentAt) implements WorkerEvent {}

  /** After a reconnect the registration was found as it was left. Proves nothing for the lease. */
  record Confirmed() implements WorkerEvent {}

  /**
   * The tree has got a UUID, or another one: its first master has led, or a person has changed it.
   */
  record ClusterNamed(ClusterId cluster) implements WorkerEvent {}

  /** Not connected, or not registered: nothing may be written. */
  record Suspended() implements WorkerEvent {}

  /** The incarnation is not the one that we left: a master has declared the loss. */
  record LossDeclared() implements WorkerEvent {}

  /** This is another tree, or the old one was wiped. */
  record TreeWiped() implements WorkerEvent {}

  /** All assignments that there are. */
  record Listed(List<TaskId> tasks) implements WorkerEvent {
    public Listed {
      tasks = List.copyOf(tasks);
    }
  }

  /** Each of {@link Listed} has been read. */
  record Reconciled() implements WorkerEvent {}

  /** An assignment that {@link WorkerMachine#knows}, as it stands now. */
  record AssignmentRead(TaskId task, long czxid, int version, Assignment assignment)
      implements WorkerEvent {}

  /** An assignment not known before, with its task. */
  record AssignmentFound(TaskId task, long czxid, int version, Assignment assignment, TaskView view)
      implements WorkerEvent {}

  record AssignmentGone(TaskId task) implements WorkerEvent {}

  record RunStarted(RunKey key, Instant at, long pid) implements WorkerEvent {}

  record RunEnded(RunKey key, RunEnd end) implements WorkerEvent {}

  /** Instead of its end: nothing of it has started, for a reason of this host. */
  record RunRefused(RunKey key, NotReady why) implements WorkerEvent {}

  /**
   * The answer to {@link WorkerDecision.Probe}.
   *
   * @param why null where a command could be started
   */
  record Probed(@Nullable NotReady why) implements WorkerEvent {}

  /** The spool does nothing of what it is asked, or the keeper hears of no deadline. */
  record SpoolStuck(String why) implements WorkerEvent {}

  /** It goes on again. */
  record SpoolMoves() implements WorkerEvent {}

  /** A write that was sent then has been committed. */
  record Acknowledged(long sentAt) implements WorkerEvent {}

  /** The answer to {@link WorkerDecision.Report} or {@link WorkerDecision.Remove}. */
  record Closed(RunKey key, WriteAnswer answer) implements WorkerEvent {}

  /** The answer to {@link WorkerDecision.Mark}. */
  record Marked(RunKey key, WriteAnswer answer) implements WorkerEvent {}

  /** The answer to {@link WorkerDecision.Renew}; {@link Acknowledged} comes first. */
  record Renewed() implements WorkerEvent {}

  /** Time has passed: see {@link WorkerMachine#wakeAt}. */
  record Ticked() implements WorkerEvent {}

  record StopAsked(StopMode mode) implements WorkerEvent {}
}
