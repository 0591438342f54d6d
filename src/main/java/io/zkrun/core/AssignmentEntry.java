package io.zkrun.core;

import org.jspecify.annotations.Nullable;

/** What the scheduler knows of one assignment. */
final class AssignmentEntry {
  /** In place of its czxid where one of our own has not been read yet. */
  private static final long NOT_READ = -1;

  final String worker;
  final TaskId task;

  /** The task that it was decided for, while it has not been read; 0 for one that was seen. */
  private final long taskCzxid;

  private long czxid;

  /** How often its data was changed; not known before it was read. */
  private int version;

  Assignment data;

  /** The transaction that marked it as held; 0 where it is not, or that is not known yet. */
  private long heldZxid;

  /** The attempt that runs under it. */
  int attempt;

  /** Whether this master asked it back, though its data may not say so yet. */
  boolean askedBack;

  /** The decision about this assignment whose fate is not known yet. */
  @Nullable MasterDecision pending;

  final Refusals refusals = new Refusals(0, 1_000);

  /** When the assignment of a finished task is cleared away unless it has gone; 0 for not. */
  long clearAtMillis;

  private AssignmentEntry(
      String worker, TaskId task, long taskCzxid, long czxid, Assignment data, int attempt) {
    this.worker = worker;
    this.task = task;
    this.taskCzxid = taskCzxid;
    this.czxid = czxid;
    this.data = data;
    this.attempt = attempt;
  }

  /** One that stands in the tree. */
  static AssignmentEntry seen(MasterEvent.AssignmentSeen seen, @Nullable TaskEntry task) {
    int attempt = attemptOf(seen.assignment(), task);
    AssignmentEntry entry =
        new AssignmentEntry(
            seen.worker(), seen.task(), 0, seen.czxid(), seen.assignment(), attempt);
    entry.update(seen);
    return entry;
  }

  /** One that this master has just made. */
  static AssignmentEntry made(String worker, TaskEntry task, int attempt) {
    return new AssignmentEntry(
        worker, task.id, task.czxid, NOT_READ, Assignment.ofAttempt(attempt), attempt);
  }

  /** A person may leave the attempt open: then it is the task's next. */
  private static int attemptOf(Assignment data, @Nullable TaskEntry task) {
    if (data.attempt() > 0) {
      return data.attempt();
    }
    return task == null ? 1 : task.nextAttempt();
  }

  boolean isRead() {
    return czxid != NOT_READ;
  }

  long czxid() {
    return czxid;
  }

  /** Whether this is the very assignment that was seen, not one before it of the same name. */
  boolean isThe(MasterEvent.AssignmentSeen seen) {
    return !isRead() || czxid == seen.czxid();
  }

  /** Whether {@code that} may be the same assignment, known from before the tree was read anew. */
  boolean isThe(AssignmentEntry that) {
    boolean both = isRead() && that.isRead();
    boolean same = both ? czxid == that.czxid : attempt == that.attempt;
    return same && worker.equals(that.worker);
  }

  void update(MasterEvent.AssignmentSeen seen) {
    boolean heldBefore = data.held() && heldZxid != 0;
    if (!seen.assignment().held()) {
      heldZxid = 0;
    } else if (!heldBefore) {
      heldZxid = seen.mzxid();
    }
    czxid = seen.czxid();
    version = seen.version();
    data = seen.assignment();
    attempt = data.attempt() > 0 ? data.attempt() : attempt;
  }

  /** This master has marked it as held; by which transaction is seen when it is read. */
  void hold(Assignment held) {
    if (!data.held()) {
      data = held;
      heldZxid = 0;
    }
  }

  /**
   * Whether a person decided this after it was held. What was decided while it was held before is
   * void: its worker has been back since, and may run it still.
   */
  boolean isMeantBy(MasterEvent.Release release) {
    return data.held() && heldZxid != 0 && release.zxid() > heldZxid;
  }

  MasterDecision.Holder holder() {
    return new MasterDecision.Holder(worker, version);
  }

  /** The task has been seen after its assignment was. */
  void belongsTo(TaskEntry owner) {
    attempt = attemptOf(data, owner);
  }

  /** Whether it was made for this task, not for one before it of the same name. */
  boolean isOf(TaskEntry owner) {
    return isRead() ? czxid > owner.czxid : taskCzxid == owner.czxid;
  }

  /** Whether its going without a record is what this master asked for: only if it never started. */
  boolean mayGo() {
    return (askedBack || data.giveBack()) && !data.running();
  }
}
