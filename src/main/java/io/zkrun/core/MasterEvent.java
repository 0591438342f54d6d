package io.zkrun.core;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a master sees: the tree's content while it loads, its changes from then on. */
public sealed interface MasterEvent {
  /**
   * A task as it was just read, whole.
   *
   * @param spec null where it is no valid one, or where {@code children} has a status
   * @param problem why there is no spec
   * @param bytes what its own data takes in ZooKeeper
   */
  record TaskSeen(
      TaskId task,
      long czxid,
      Instant submittedAt,
      @Nullable TaskSpec spec,
      @Nullable SpecProblem problem,
      TaskChildren children,
      int bytes)
      implements MasterEvent {}

  /**
   * What stands below a task.
   *
   * @param attempts how the recorded ones ended
   * @param cancel the reason; null where nobody has asked
   * @param releases what people decided, by the attempt that is held
   */
  record TaskChildren(
      boolean status,
      Map<Integer, AttemptRecord> attempts,
      @Nullable String cancel,
      Map<Integer, Release> releases) {
    public static final TaskChildren NONE = new TaskChildren(false, Map.of(), null, Map.of());

    public TaskChildren {
      attempts = Map.copyOf(attempts);
      releases = Map.copyOf(releases);
    }
  }

  /**
   * An attempt that is not the task's last word.
   *
   * @param started whether its command is known to have been started
   * @param worker that it was given to; null where that is not known
   * @param at when it was recorded, by ZooKeeper's clock
   * @param czxid the transaction that recorded it
   * @param bytes what the record takes in ZooKeeper; 0 while it has not been read
   */
  record AttemptRecord(
      Outcome outcome,
      boolean started,
      @Nullable String worker,
      Instant at,
      long czxid,
      int bytes) {}

  /**
   * What a person decided about an attempt that is held.
   *
   * @param zxid the transaction that wrote it last: it is meant for what was held by then
   */
  record Release(OnLost as, long zxid) {}

  record TaskGone(TaskId task) implements MasterEvent {}

  /** ZooKeeper does not show a task, or what stands below it: whether it is there is not known. */
  record TaskUnreadable(TaskId task) implements MasterEvent {}

  /** The status was created; its content is not known yet. */
  record StatusAppeared(TaskId task) implements MasterEvent {}

  /**
   * @param czxid the transaction that created it
   * @param at when that was, by ZooKeeper's clock
   * @param bytes what the status alone takes in ZooKeeper
   */
  record StatusRead(TaskId task, long czxid, Instant at, int bytes) implements MasterEvent {}

  /** An attempt's record was created; how it ended is not known yet. */
  record AttemptAppeared(TaskId task, int attempt) implements MasterEvent {}

  record AttemptRead(TaskId task, int attempt, AttemptRecord result) implements MasterEvent {}

  record CancelSeen(TaskId task, String reason) implements MasterEvent {}

  record ReleaseSeen(TaskId task, int attempt, Release release) implements MasterEvent {}

  record WorkerSeen(String worker, WorkerInfo info) implements MasterEvent {}

  record WorkerGone(String worker) implements MasterEvent {}

  record IncarnationSeen(String worker, int version, Incarnation incarnation)
      implements MasterEvent {}

  record IncarnationGone(String worker) implements MasterEvent {}

  /**
   * @param mzxid the transaction that changed it last
   * @param version how often it was changed
   */
  record AssignmentSeen(
      String worker, TaskId task, long czxid, long mzxid, int version, Assignment assignment)
      implements MasterEvent {}

  record AssignmentGone(String worker, TaskId task) implements MasterEvent {}

  record DrainSeen(String worker) implements MasterEvent {}

  record DrainGone(String worker) implements MasterEvent {}

  /** All that stood in the tree when this master began has been seen. */
  record Loaded() implements MasterEvent {}

  /** A decision was carried out; what it changed has been seen as events before this. */
  record Carried(MasterDecision decision) implements MasterEvent {}

  /** A decision was refused, because the tree no longer is as it was thought to be. */
  record Refused(MasterDecision decision) implements MasterEvent {}

  /**
   * ZooKeeper's own time, as a znode shows it.
   *
   * @param zxid the transaction of our own that wrote it
   * @param millis when we heard that it was written, on the clock of {@link Now#millis}
   */
  record TimeSeen(long zxid, Instant at, long millis) implements MasterEvent {}

  /** Time has passed. */
  record Tick() implements MasterEvent {}
}
