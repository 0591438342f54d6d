package io.zkrun.core;

import io.zkrun.core.Alarms.Alarm;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Looks at one task or worker as a whole, and decides what is to be done about it; and at all that
 * waits, to place it. Whatever has changed, the same look answers.
 */
final class Decider {
  private final SeenTree seen;
  private final Endings endings;
  private final List<MasterDecision> decisions;
  private final RunQueue queue = new RunQueue();
  private final Alarms alarms = new Alarms();
  private long nextPurgeMillis;
  private Now now = new Now(0, Instant.EPOCH);

  /**
   * @param decisions where they go, in this order
   */
  Decider(SeenTree seen, Endings endings, List<MasterDecision> decisions) {
    this.seen = seen;
    this.endings = endings;
    this.decisions = decisions;
  }

  void at(Now at) {
    now = at;
    seen.workers.at(at);
    seen.clocks.at(at);
  }

  Now now() {
    return now;
  }

  /** ZooKeeper's time, by which ages are taken. */
  Instant zkNow() {
    return seen.clocks.zk();
  }

  /** A znode, read whenever, shows that it is that late at ZooKeeper. */
  void observe(long zxid, Instant at) {
    warn(seen.clocks.observe(zxid, at));
  }

  /** It is known what time it was at ZooKeeper. */
  void observe(MasterEvent.TimeSeen time) {
    warn(seen.clocks.observe(time));
  }

  private void warn(List<String> warnings) {
    warnings.forEach(warning -> decisions.add(new MasterDecision.Warn(warning)));
  }

  int queued() {
    return queue.size();
  }

  long nextTickMillis() {
    return alarms.nextMillis(now.millis(), zkNow(), nextPurgeMillis);
  }

  void considerAll() {
    nextPurgeMillis = now.millis() + Scheduler.PURGE_EVERY_MILLIS;
    seen.workers.all().forEach(this::consider);
    List.copyOf(seen.tasks.values()).forEach(this::consider);
    seen.workers
        .all()
        .forEach(worker -> worker.assignments.values().forEach(this::considerIfOrphan));
  }

  // ---- workers

  void consider(WorkerEntry worker) {
    if (worker.departures > 0 && worker.info != null) {
      long steadyAt = worker.upSinceMillis + Scheduler.STEADY_MILLIS;
      if (now.millis() >= steadyAt) {
        worker.departures = 0;
      } else {
        lookAgain(worker, steadyAt);
      }
    }
    seen.workers.refresh(worker);
    if (!seen.loaded) {
      return;
    }
    if (worker.refusals.isQuiet(now.millis())) {
      lookAgain(worker, worker.refusals.quietUntilMillis());
    }
    if (worker.info == null && !worker.assignments.isEmpty()) {
      if (worker.goneSinceMillis == WorkerEntry.UP) {
        worker.goneSinceMillis = now.millis();
      }
      considerLost(worker);
    } else {
      seen.workers.forgetIfEmpty(worker);
    }
  }

  private void considerLost(WorkerEntry worker) {
    Incarnation incarnation = worker.incarnation;
    if (worker.pending != null || incarnation == null) {
      return;
    }
    long atMillis = worker.goneSinceMillis + seen.workers.lostAfterMillis(worker);
    if (worker.lostRefusals.isQuiet(now.millis())) {
      atMillis = Math.max(atMillis, worker.lostRefusals.quietUntilMillis());
    }
    if (now.millis() < atMillis) {
      lookAgain(worker, atMillis);
      return;
    }
    List<MasterDecision.LostTask> lost = settleable(worker);
    if (!lost.isEmpty()) {
      MasterDecision.DeclareLost decision =
          new MasterDecision.DeclareLost(worker.name, worker.version, incarnation, lost);
      worker.pending = decision;
      seen.workers.refresh(worker);
      for (MasterDecision.LostTask each : lost) {
        markPending(worker.assignments.get(each.task()), decision);
      }
      decisions.add(decision);
    }
  }

  /** What becomes of the assignments of a lost worker that no other decision is about. */
  private List<MasterDecision.LostTask> settleable(WorkerEntry worker) {
    List<MasterDecision.LostTask> lost = new ArrayList<>();
    boolean skipped = false;
    for (AssignmentEntry assignment : worker.assignments.values()) {
      TaskEntry task = seen.taskOf(assignment);
      boolean busy =
          assignment.pending != null
              || assignment.refusals.isQuiet(now.millis())
              || seen.isUnreadable(assignment.task)
              || (task != null && task.pending != null);
      skipped |= busy;
      if (!assignment.data.held() && !busy && lost.size() < worker.lostAtOnce) {
        lost.add(endings.fate(isAskedBack(task, assignment) ? null : task, assignment, now.wall()));
      }
    }
    if (skipped) {
      lookAgain(worker, now.millis() + Scheduler.AGAIN_MILLIS);
    }
    return lost;
  }

  /** Whether it is a second one that has not started: the task's fate hangs on the other. */
  private static boolean isAskedBack(@Nullable TaskEntry task, AssignmentEntry assignment) {
    return task != null && assignment.mayGo() && task.assignments.size() > 1;
  }

  /** No later than then; an alarm that rings before is enough. */
  private void lookAgain(WorkerEntry worker, long atMillis) {
    if (worker.alarmAtMillis <= now.millis() || worker.alarmAtMillis > atMillis) {
      worker.alarmAtMillis = atMillis;
      alarms.forWorker(atMillis, worker.name);
    }
  }

  private void lookAgain(TaskEntry task, long atMillis) {
    if (task.alarmAtMillis <= now.millis() || task.alarmAtMillis > atMillis) {
      task.alarmAtMillis = atMillis;
      alarms.forTask(atMillis, task.id);
    }
  }

  private void markPending(@Nullable AssignmentEntry assignment, MasterDecision decision) {
    TaskEntry task = assignment == null ? null : seen.taskOf(assignment);
    if (task != null) {
      task.pending = decision;
    }
  }

  // ---- assignments of what is over

  /**
   * The assignment of a task that isn't there. Its worker removes it, unless that is a person.
   * Where a new task bears the name, nobody waits: what runs under it would end as the new one's
   * status.
   */
  void considerOrphan(AssignmentEntry assignment) {
    if (seen.isUnreadable(assignment.task)) {
      return;
    }
    if (!seen.tasks.containsKey(assignment.task)) {
      clearLater(assignment);
    } else if (seen.loaded && assignment.pending == null) {
      if (assignment.refusals.isQuiet(now.millis())) {
        clearLater(assignment);
      } else {
        decide(assignment, new MasterDecision.Clear(assignment.worker, assignment.task));
      }
    }
  }

  /** Those of tasks that bore this name before. */
  void considerOrphansOf(TaskId id) {
    for (WorkerEntry worker : seen.workers.all()) {
      AssignmentEntry assignment = worker.assignments.get(id);
      if (assignment != null) {
        considerIfOrphan(assignment);
      }
    }
  }

  private void considerIfOrphan(AssignmentEntry assignment) {
    if (seen.taskOf(assignment) == null) {
      considerOrphan(assignment);
    }
  }

  private void clearLater(AssignmentEntry assignment) {
    if (assignment.clearAtMillis == 0) {
      long atMillis = now.millis() + Scheduler.CLEAR_AFTER_MILLIS;
      assignment.clearAtMillis = Math.max(atMillis, assignment.refusals.quietUntilMillis());
      alarms.forAssignment(assignment.clearAtMillis, assignment);
    }
  }

  private void clearIfStillThere(String workerName, TaskId id) {
    WorkerEntry worker = seen.workers.find(workerName);
    AssignmentEntry assignment = worker == null ? null : worker.assignments.get(id);
    if (assignment == null || assignment.clearAtMillis == 0) {
      return;
    }
    assignment.clearAtMillis = 0;
    if (seen.isUnreadable(id)) {
      return;
    }
    TaskEntry task = seen.taskOf(assignment);
    if ((task == null || task.status) && assignment.pending == null && seen.loaded) {
      decide(assignment, new MasterDecision.Clear(workerName, id));
    }
  }

  // ---- tasks

  /** Takes it out of the queue: what it queues by is about to change. */
  void putAside(TaskEntry task) {
    queue.remove(task);
  }

  void consider(TaskEntry task) {
    putAside(task);
    if (task.status) {
      // It never runs again, and there may be a million of them: their commands go.
      task.spec = null;
    }
    if (!seen.loaded || task.pending != null) {
      return;
    }
    if (!task.status) {
      for (int attempt : task.attemptsToShorten()) {
        decisions.add(new MasterDecision.ShortenAttempt(task.id, attempt));
      }
    }
    AssignmentEntry vanished = task.unrecordedVanished();
    if (task.status) {
      task.assignments.values().forEach(this::clearLater);
    } else if (task.refusals.isQuiet(now.millis())) {
      lookAgain(task, task.refusals.quietUntilMillis());
    } else if (vanished != null) {
      recordVanished(task, vanished);
    } else if (!task.assignments.isEmpty()) {
      considerAssigned(task);
    } else {
      considerPending(task);
    }
  }

  private void recordVanished(TaskEntry task, AssignmentEntry assignment) {
    Result lost = endings.lost(task, assignment, "its assignment vanished", now.wall());
    boolean last = endings.onLost(task) != OnLost.RERUN;
    decide(task, new MasterDecision.WriteResult(task.id, lost, last, null));
  }

  private void considerAssigned(TaskEntry task) {
    task.surplusAssignments().forEach(surplus -> askBack(task, surplus));
    for (AssignmentEntry assignment : task.assignments.values()) {
      OnLost release = task.releaseOf(assignment);
      if (assignment.pending != null || isLeftAlone(task, assignment)) {
        continue;
      }
      if (release != null) {
        release(task, assignment, release);
        return;
      }
      if (task.cancel != null && assignment.data.cancel() == null) {
        decide(assignment, new MasterDecision.AskCancel(assignment.worker, task.id, task.cancel));
      } else if (isLate(task, assignment)) {
        askBack(task, assignment);
      }
    }
  }

  /** ZooKeeper has refused what was decided about it, not long ago. */
  private boolean isLeftAlone(TaskEntry task, AssignmentEntry assignment) {
    if (!assignment.refusals.isQuiet(now.millis())) {
      return false;
    }
    lookAgain(task, assignment.refusals.quietUntilMillis());
    return true;
  }

  /** Whether it should have started by now and does not say that it has. */
  private boolean isLate(TaskEntry task, AssignmentEntry assignment) {
    @Nullable Instant expiresAt = task.expiresAt();
    if (expiresAt == null || assignment.data.running() || assignment.data.held()) {
      return false;
    }
    if (expiresAt.isAfter(zkNow())) {
      alarmAt(expiresAt, task);
      return false;
    }
    return true;
  }

  /** Its worker deletes it, unless it has started. */
  private void askBack(TaskEntry task, AssignmentEntry assignment) {
    boolean asked = assignment.data.giveBack() || assignment.pending != null;
    if (!asked && !isLeftAlone(task, assignment)) {
      assignment.askedBack = true;
      decide(assignment, new MasterDecision.AskBack(assignment.worker, task.id));
    }
  }

  private void release(TaskEntry task, AssignmentEntry assignment, OnLost as) {
    String reason = "released as " + as.json() + " by a person";
    Result lost = endings.lost(task, assignment, reason, now.wall());
    boolean last = as != OnLost.RERUN;
    decide(task, new MasterDecision.WriteResult(task.id, lost, last, assignment.holder()));
  }

  private void considerPending(TaskEntry task) {
    Result end = endings.endWithoutRun(task, now.wall(), zkNow());
    if (end != null) {
      decide(task, new MasterDecision.WriteResult(task.id, end, true, null));
      return;
    }
    @Nullable Instant notBefore = task.notBefore();
    @Nullable Instant expiresAt = task.expiresAt();
    if (expiresAt != null) {
      alarmAt(expiresAt, task);
    }
    if (task.hasUnreadAttempt()) {
      return;
    }
    if (notBefore != null && notBefore.isAfter(zkNow())) {
      alarmAt(notBefore, task);
    } else {
      queue.add(task);
    }
  }

  private void alarmAt(Instant zkTime, TaskEntry task) {
    Instant next = task.zkAlarmAt;
    if (next == null || next.isAfter(zkTime)) {
      task.zkAlarmAt = zkTime;
      alarms.forTask(zkTime, task.id);
    }
  }

  void decide(TaskEntry task, MasterDecision decision) {
    task.pending = decision;
    decisions.add(decision);
  }

  private void decide(AssignmentEntry assignment, MasterDecision decision) {
    assignment.pending = decision;
    decisions.add(decision);
  }

  // ---- time

  void tick() {
    for (Alarm due = alarms.takeDue(now.millis());
        due != null;
        due = alarms.takeDue(now.millis())) {
      ring(due);
    }
    for (TaskId due = alarms.takeDue(zkNow()); due != null; due = alarms.takeDue(zkNow())) {
      TaskEntry task = seen.tasks.get(due);
      if (task != null) {
        task.zkAlarmAt = null;
        consider(task);
      }
    }
    if (seen.loaded && now.millis() >= nextPurgeMillis) {
      nextPurgeMillis = now.millis() + Scheduler.PURGE_EVERY_MILLIS;
      purge();
    }
  }

  /** Goes on with what is due, now that there may be room for more. */
  void purge() {
    if (seen.clocks.areSettled()) {
      decisions.addAll(seen.finished.due(zkNow(), now.millis()));
    }
  }

  private void ring(Alarm alarm) {
    if (alarm.worker() != null && alarm.task() != null) {
      clearIfStillThere(alarm.worker(), alarm.task());
    } else if (alarm.worker() != null) {
      WorkerEntry worker = seen.workers.find(alarm.worker());
      if (worker != null) {
        consider(worker);
      }
    } else if (alarm.task() != null) {
      TaskEntry task = seen.tasks.get(alarm.task());
      if (task != null) {
        consider(task);
      }
    }
  }

  // ---- placing

  /** Gives what waits to the workers that have a slot. */
  void place() {
    while (true) {
      RunQueue.Match match = queue.takeNext(seen.workers.open()).orElse(null);
      if (match == null) {
        return;
      }
      TaskEntry task = match.task();
      if (endings.endWithoutRun(task, now.wall(), zkNow()) != null) {
        // Since it was queued, something has shown that it is later at ZooKeeper than was thought.
        consider(task);
        continue;
      }
      WorkerEntry worker = seen.workers.of(match.worker().name());
      worker.assigning++;
      seen.workers.refresh(worker);
      decide(task, new MasterDecision.Assign(task.id, worker.name, task.nextAttempt()));
    }
  }
}
