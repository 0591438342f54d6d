package io.zkrun.core;

import io.zkrun.core.Alarms.Alarm;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Every decision of a master, from what it sees in the tree. One scheduler lives from one full read
 * of the tree to the next: after each reconnect or takeover a new one is filled with events, and
 * decides nothing before {@link MasterEvent.Loaded}.
 *
 * <h2>The protocol without crashes</h2>
 *
 * A client creates {@code /tasks/task-N} ({@code TaskSeen}). The task joins the {@link RunQueue};
 * as soon as a worker has a free slot, {@code Assign} creates {@code /assign/<worker>/task-N}. The
 * worker runs the command and, in one multi, creates {@code /tasks/task-N/status} ({@code
 * StatusAppeared}) and deletes its assignment ({@code AssignmentGone}), which frees the slot. If
 * the attempt failed and retries are left, the worker creates {@code attempt-<n>} instead, and the
 * task queues again when its delay is over.
 *
 * <h2>When a worker crashes</h2>
 *
 * Its {@code /workers/<worker>} goes ({@code WorkerGone}). If it is not back within the time that
 * outlasts its lease, {@code DeclareLost} raises its incarnation, so that nothing it still sends is
 * accepted, and settles its tasks by their {@link OnLost} in the same multi. By then the worker, or
 * its keeper, has ended what ran.
 *
 * <h2>When a master crashes</h2>
 *
 * Another one is elected, whose epoch makes every write of the former fail, reads the tree, and
 * goes on: all that matters stands there. A decision whose fate is unknown is never guessed at: the
 * tree is read again after a {@code sync}.
 *
 * <p>The scheduler is level-triggered: after each event it looks at the task or worker concerned as
 * a whole ({@link #consider}) rather than reacting to the event itself. At most one decision per
 * task, assignment or worker is under way at a time.
 */
public final class Scheduler {
  /** How long the assignment of a finished task may stand before the master clears it away. */
  static final long CLEAR_AFTER_MILLIS = 1_000;

  /** How often old tasks are looked for. */
  static final long PURGE_EVERY_MILLIS = 5_000;

  /** When a lost worker is looked at again whose tasks had decisions under way. */
  static final long AGAIN_MILLIS = 1_000;

  /** How many assignments of a lost worker are settled in one multi. */
  static final int MAX_LOST_AT_ONCE = 100;

  private final SchedulerOptions options;
  private final Endings endings;

  /** The czxids of tasks that were seen with a status before the tree was read again. */
  private final Map<TaskId, Long> endedBefore = new TreeMap<>();

  private final Map<TaskId, TaskEntry> tasks = new TreeMap<>();
  private final WorkerTable workers;
  private final RunQueue queue = new RunQueue();
  private final FinishedTasks finished;
  private final Alarms alarms = new Alarms();
  private final List<MasterDecision> decisions = new ArrayList<>();
  private boolean loaded;
  private long nextPurgeMillis;
  private Now now = new Now(0, Instant.EPOCH);

  public Scheduler(SchedulerOptions options) {
    this.options = options;
    endings = new Endings(options);
    workers = new WorkerTable(options.workerLostAfterMillis());
    finished = new FinishedTasks(options.retention());
  }

  /**
   * A scheduler to be filled with the tree as it is read again. A master that has seen a status
   * never runs that task again, though a person deleted it: that is what it still knows.
   */
  public Scheduler successor() {
    Scheduler next = new Scheduler(options);
    if (!loaded) {
      next.endedBefore.putAll(endedBefore);
    }
    for (TaskEntry task : tasks.values()) {
      if (task.status) {
        next.endedBefore.put(task.id, task.czxid);
      }
    }
    return next;
  }

  /** Takes in one event and returns what is to be done now, in this order. */
  public List<MasterDecision> on(MasterEvent event, Now at) {
    now = at;
    take(event);
    if (loaded) {
      place();
    }
    List<MasterDecision> result = List.copyOf(decisions);
    decisions.clear();
    return result;
  }

  /** When the next {@link MasterEvent.Tick} is due, on the clock of {@link Now#millis}. */
  public long nextTickMillis() {
    return alarms.nextMillis(nextPurgeMillis);
  }

  /** How many tasks could start if a worker had a slot. */
  public int queued() {
    return queue.size();
  }

  /** The workers as placement sees them: those that are up. */
  public Collection<Candidate> candidates() {
    return List.copyOf(workers.open());
  }

  private void take(MasterEvent event) {
    if (event instanceof MasterEvent.Tick) {
      tick();
    } else if (event instanceof MasterEvent.Loaded) {
      loaded = true;
      nextPurgeMillis = now.millis() + PURGE_EVERY_MILLIS;
      workers.all().forEach(this::consider);
      List.copyOf(tasks.values()).forEach(this::consider);
    } else if (event instanceof MasterEvent.Carried carried) {
      settled(carried.decision(), true);
    } else if (event instanceof MasterEvent.Refused refused) {
      settled(refused.decision(), false);
    } else if (!takeOfTask(event)) {
      takeOfWorker(event);
    }
  }

  private boolean takeOfTask(MasterEvent event) {
    if (event instanceof MasterEvent.TaskSeen seen) {
      taskSeen(seen);
    } else if (event instanceof MasterEvent.TaskGone gone) {
      taskGone(gone.task());
    } else if (event instanceof MasterEvent.StatusAppeared appeared) {
      change(appeared.task(), task -> task.status = true);
    } else if (event instanceof MasterEvent.StatusRead read) {
      finished.add(read.task(), read.at(), read.bytes());
    } else if (event instanceof MasterEvent.AttemptAppeared appeared) {
      change(appeared.task(), task -> task.attempts.putIfAbsent(appeared.attempt(), null));
    } else if (event instanceof MasterEvent.AttemptRead read) {
      change(read.task(), task -> task.attempts.put(read.attempt(), read.result()));
    } else if (event instanceof MasterEvent.CancelSeen cancel) {
      change(cancel.task(), task -> task.cancel = cancel.reason());
    } else if (event instanceof MasterEvent.ReleaseSeen release) {
      change(release.task(), task -> task.releases.put(release.attempt(), release.as()));
    } else if (event instanceof MasterEvent.AssignmentSeen seen) {
      assignmentSeen(seen);
    } else if (event instanceof MasterEvent.AssignmentGone gone) {
      assignmentGone(gone);
    } else {
      return false;
    }
    return true;
  }

  private void takeOfWorker(MasterEvent event) {
    if (event instanceof MasterEvent.WorkerSeen seen) {
      WorkerEntry worker = workers.of(seen.worker());
      worker.info = seen.info();
      worker.goneSinceMillis = WorkerEntry.UP;
      consider(worker);
    } else if (event instanceof MasterEvent.WorkerGone gone) {
      WorkerEntry worker = workers.of(gone.worker());
      worker.info = null;
      consider(worker);
    } else if (event instanceof MasterEvent.IncarnationSeen seen) {
      WorkerEntry worker = workers.of(seen.worker());
      worker.version = seen.version();
      worker.incarnation = seen.incarnation();
      consider(worker);
    } else if (event instanceof MasterEvent.IncarnationGone gone) {
      WorkerEntry worker = workers.of(gone.worker());
      worker.incarnation = null;
      consider(worker);
    } else if (event instanceof MasterEvent.DrainSeen drain) {
      WorkerEntry worker = workers.of(drain.worker());
      worker.draining = true;
      consider(worker);
    } else if (event instanceof MasterEvent.DrainGone drain) {
      WorkerEntry worker = workers.of(drain.worker());
      worker.draining = false;
      consider(worker);
    }
  }

  private void change(TaskId id, Consumer<TaskEntry> change) {
    TaskEntry task = tasks.get(id);
    if (task != null) {
      change.accept(task);
      consider(task);
    }
  }

  private void taskSeen(MasterEvent.TaskSeen seen) {
    TaskEntry known = tasks.get(seen.task());
    if (known != null && known.czxid != seen.czxid()) {
      taskGone(seen.task());
      known = null;
    }
    if (known == null) {
      known = new TaskEntry(seen);
      Long ended = endedBefore.get(seen.task());
      known.status |= ended != null && ended == seen.czxid();
      tasks.put(seen.task(), known);
      adoptAssignments(known);
    } else {
      queue.remove(known);
      boolean status = known.status;
      known.update(seen);
      // A master that has seen a status never runs that task again, though a person deleted it.
      known.status |= status;
      if (known.pending instanceof MasterDecision.Reread) {
        known.pending = null;
      }
    }
    consider(known);
  }

  /** Assignments may be seen before their task is. */
  private void adoptAssignments(TaskEntry task) {
    for (WorkerEntry worker : workers.all()) {
      AssignmentEntry assignment = worker.assignments.get(task.id);
      if (assignment != null) {
        assignment.attempt = attemptOf(assignment.data, task);
        task.assignments.put(worker.name, assignment);
      }
    }
  }

  private void taskGone(TaskId id) {
    finished.remove(id);
    TaskEntry task = tasks.remove(id);
    if (task != null) {
      queue.remove(task);
      task.assignments.values().forEach(assignment -> considerOrphan(assignment));
    }
  }

  private void assignmentSeen(MasterEvent.AssignmentSeen seen) {
    WorkerEntry worker = workers.of(seen.worker());
    TaskEntry task = tasks.get(seen.task());
    AssignmentEntry known = worker.assignments.get(seen.task());
    if (known == null) {
      known =
          new AssignmentEntry(
              seen.worker(),
              seen.task(),
              seen.czxid(),
              seen.assignment(),
              attemptOf(seen.assignment(), task));
      worker.assignments.put(seen.task(), known);
    } else {
      known.czxid = seen.czxid();
      known.data = seen.assignment();
    }
    if (task == null) {
      considerOrphan(known);
    } else {
      task.assignments.put(worker.name, known);
      consider(task);
    }
    consider(worker);
  }

  private static int attemptOf(Assignment data, @Nullable TaskEntry task) {
    if (data.attempt() > 0) {
      return data.attempt();
    }
    return task == null ? 1 : task.nextAttempt();
  }

  private void assignmentGone(MasterEvent.AssignmentGone gone) {
    WorkerEntry worker = workers.of(gone.worker());
    AssignmentEntry assignment = worker.assignments.remove(gone.task());
    TaskEntry task = tasks.get(gone.task());
    if (task != null && assignment != null) {
      task.assignments.remove(worker.name);
      boolean recorded = task.status || task.attempts.containsKey(assignment.attempt);
      if (loaded && !recorded && !assignment.mayGo && !assignment.data.giveBack()) {
        task.vanished = assignment;
      }
      consider(task);
    }
    consider(worker);
  }

  private void recordVanished(TaskEntry task, AssignmentEntry assignment) {
    Result lost = endings.lost(task, assignment, "its assignment vanished", now.wall());
    boolean last = endings.onLost(task) != OnLost.RERUN;
    decide(task, new MasterDecision.WriteResult(task.id, lost, last, null));
  }

  // ---- looking at one thing as a whole

  private void consider(WorkerEntry worker) {
    workers.refresh(worker);
    if (!loaded) {
      return;
    }
    if (worker.info == null && !worker.assignments.isEmpty()) {
      if (worker.goneSinceMillis == WorkerEntry.UP) {
        worker.goneSinceMillis = now.millis();
      }
      considerLost(worker);
    } else {
      workers.forgetIfEmpty(worker);
    }
  }

  private void considerLost(WorkerEntry worker) {
    long atMillis = worker.goneSinceMillis + workers.lostAfterMillis(worker);
    if (worker.pending != null || worker.incarnation == null) {
      return;
    }
    if (now.millis() < atMillis) {
      alarms.forWorker(atMillis, worker.name);
      return;
    }
    List<MasterDecision.LostTask> lost = new ArrayList<>();
    boolean skipped = false;
    for (AssignmentEntry assignment : worker.assignments.values()) {
      TaskEntry task = tasks.get(assignment.task);
      boolean busy = assignment.pending != null || (task != null && task.pending != null);
      if (!assignment.data.held() && !busy && lost.size() < MAX_LOST_AT_ONCE) {
        lost.add(endings.fate(task, assignment, now.wall()));
        assignment.mayGo = true;
      } else {
        skipped |= busy;
      }
    }
    if (skipped) {
      alarms.forWorker(now.millis() + AGAIN_MILLIS, worker.name);
    }
    if (!lost.isEmpty()) {
      MasterDecision.DeclareLost decision =
          new MasterDecision.DeclareLost(worker.name, worker.version, worker.incarnation, lost);
      worker.pending = decision;
      workers.refresh(worker);
      lost.forEach(each -> markPending(each.task(), decision));
      decisions.add(decision);
    }
  }

  private void markPending(TaskId id, MasterDecision decision) {
    TaskEntry task = tasks.get(id);
    if (task != null) {
      task.pending = decision;
    }
  }

  /** The assignment of a task that isn't there. */
  private void considerOrphan(AssignmentEntry assignment) {
    clearLater(assignment);
  }

  private void clearLater(AssignmentEntry assignment) {
    if (assignment.clearAtMillis == 0) {
      assignment.clearAtMillis = now.millis() + CLEAR_AFTER_MILLIS;
      alarms.forAssignment(assignment.clearAtMillis, assignment);
    }
  }

  private void consider(TaskEntry task) {
    queue.remove(task);
    if (!loaded || task.pending != null) {
      return;
    }
    AssignmentEntry vanished = task.vanished;
    task.vanished = null;
    if (task.status) {
      task.assignments.values().forEach(this::clearLater);
    } else if (vanished != null && !task.attempts.containsKey(vanished.attempt)) {
      recordVanished(task, vanished);
    } else if (!task.assignments.isEmpty()) {
      considerAssigned(task);
    } else {
      considerPending(task);
    }
  }

  private void considerAssigned(TaskEntry task) {
    for (AssignmentEntry surplus : task.surplusAssignments()) {
      if (!surplus.data.giveBack() && surplus.pending == null) {
        decide(surplus, new MasterDecision.AskBack(surplus.worker, task.id));
      }
    }
    for (AssignmentEntry assignment : task.assignments.values()) {
      OnLost release = assignment.data.held() ? task.releases.get(assignment.attempt) : null;
      if (assignment.pending != null) {
        continue;
      }
      if (release != null) {
        release(task, assignment, release);
        return;
      }
      if (task.cancel != null && assignment.data.cancel() == null) {
        decide(assignment, new MasterDecision.AskCancel(assignment.worker, task.id, task.cancel));
      }
    }
  }

  private void release(TaskEntry task, AssignmentEntry assignment, OnLost as) {
    String reason = "released as " + as.json() + " by a person";
    Result lost = endings.lost(task, assignment, reason, now.wall());
    assignment.mayGo = true;
    decide(
        task, new MasterDecision.WriteResult(task.id, lost, as != OnLost.RERUN, assignment.worker));
  }

  private void considerPending(TaskEntry task) {
    Result end = endings.endWithoutRun(task, now.wall());
    if (end != null) {
      decide(task, new MasterDecision.WriteResult(task.id, end, true, null));
      return;
    }
    Instant notBefore = task.notBefore();
    Instant expiresAt = task.expiresAt();
    if (expiresAt != null) {
      alarmAt(expiresAt, task);
    }
    if (task.hasUnreadAttempt()) {
      return;
    }
    if (notBefore != null && notBefore.isAfter(now.wall())) {
      alarmAt(notBefore, task);
    } else {
      queue.add(task);
    }
  }

  private void alarmAt(Instant wall, TaskEntry task) {
    long inMillis = Duration.between(now.wall(), wall).toMillis() + 1;
    alarms.forTask(now.millis() + Math.max(1, inMillis), task.id);
  }

  private void decide(TaskEntry task, MasterDecision decision) {
    task.pending = decision;
    decisions.add(decision);
  }

  private void decide(AssignmentEntry assignment, MasterDecision decision) {
    assignment.pending = decision;
    decisions.add(decision);
  }

  // ---- time

  private void tick() {
    for (Alarm due = alarms.takeDue(now.millis());
        due != null;
        due = alarms.takeDue(now.millis())) {
      ring(due);
    }
    if (loaded && now.millis() >= nextPurgeMillis) {
      nextPurgeMillis = now.millis() + PURGE_EVERY_MILLIS;
      decisions.addAll(finished.due(now.wall()));
    }
  }

  private void ring(Alarm alarm) {
    if (alarm.worker() != null && alarm.task() != null) {
      clearIfStillThere(alarm.worker(), alarm.task());
    } else if (alarm.worker() != null) {
      WorkerEntry worker = workers.find(alarm.worker());
      if (worker != null) {
        consider(worker);
      }
    } else if (alarm.task() != null) {
      TaskEntry task = tasks.get(alarm.task());
      if (task != null) {
        consider(task);
      }
    }
  }

  private void clearIfStillThere(String workerName, TaskId id) {
    WorkerEntry worker = workers.find(workerName);
    AssignmentEntry assignment = worker == null ? null : worker.assignments.get(id);
    if (assignment == null || assignment.clearAtMillis == 0) {
      return;
    }
    TaskEntry task = tasks.get(id);
    assignment.clearAtMillis = 0;
    if ((task == null || task.status) && assignment.pending == null && loaded) {
      assignment.mayGo = true;
      decide(assignment, new MasterDecision.Clear(workerName, id));
    }
  }

  // ---- placing

  private void place() {
    while (true) {
      RunQueue.Match match = queue.takeNext(workers.open()).orElse(null);
      if (match == null) {
        return;
      }
      WorkerEntry worker = workers.of(match.worker().name());
      worker.assigning++;
      workers.refresh(worker);
      TaskEntry task = match.task();
      decide(task, new MasterDecision.Assign(task.id, worker.name, task.nextAttempt()));
    }
  }

  // ---- what became of a decision

  private void settled(MasterDecision decision, boolean carried) {
    if (decision instanceof MasterDecision.Assign assign) {
      settledAssign(assign, carried);
    } else if (decision instanceof MasterDecision.WriteResult write) {
      if (carried) {
        @Nullable String holder = write.assignedTo();
        apply(
            write.task(), write.result(), write.last(), holder == null ? null : workers.of(holder));
      }
      settledTask(write.task(), decision, carried);
    } else if (decision instanceof MasterDecision.DeclareLost lost) {
      settledLost(lost, carried);
    } else if (decision instanceof MasterDecision.AskCancel ask) {
      settledAssignment(ask.worker(), ask.task(), decision, carried);
    } else if (decision instanceof MasterDecision.AskBack ask) {
      settledAssignment(ask.worker(), ask.task(), decision, carried);
    } else if (decision instanceof MasterDecision.Clear clear) {
      settledAssignment(clear.worker(), clear.task(), decision, carried);
    } else if (decision instanceof MasterDecision.Purge purge && !carried) {
      finished.purgeFailed(purge.task());
    }
  }

  private void settledAssign(MasterDecision.Assign assign, boolean carried) {
    WorkerEntry worker = workers.of(assign.worker());
    worker.assigning--;
    TaskEntry task = tasks.get(assign.task());
    if (carried && task != null && !worker.assignments.containsKey(assign.task())) {
      AssignmentEntry assignment =
          new AssignmentEntry(
              worker.name,
              task.id,
              AssignmentEntry.NOT_READ,
              Assignment.ofAttempt(assign.attempt()),
              assign.attempt());
      worker.assignments.put(task.id, assignment);
      task.assignments.put(worker.name, assignment);
    }
    consider(worker);
    settledTask(assign.task(), assign, carried);
  }

  private void settledTask(TaskId id, MasterDecision decision, boolean carried) {
    TaskEntry task = tasks.get(id);
    if (task == null || !decision.equals(task.pending)) {
      return;
    }
    if (carried) {
      task.pending = null;
      consider(task);
    } else {
      decide(task, new MasterDecision.Reread(id));
    }
  }

  private void settledLost(MasterDecision.DeclareLost lost, boolean carried) {
    WorkerEntry worker = workers.of(lost.worker());
    worker.pending = null;
    if (carried) {
      worker.version = Math.max(worker.version, lost.version() + 1);
    }
    for (MasterDecision.LostTask each : lost.tasks()) {
      AssignmentEntry assignment = worker.assignments.get(each.task());
      if (assignment != null && !carried) {
        assignment.mayGo = false;
      } else if (assignment != null && each.held() != null) {
        assignment.mayGo = false;
        assignment.data = each.held();
      } else if (carried) {
        apply(each.task(), each.result(), each.fate() == MasterDecision.Fate.END, worker);
      }
      settledTask(each.task(), lost, carried);
    }
    if (carried) {
      consider(worker);
    } else {
      decisions.add(new MasterDecision.RereadWorker(worker.name));
    }
  }

  /** What a committed result has changed, whether or not it has been seen as events yet. */
  private void apply(
      TaskId id, @Nullable Result result, boolean last, @Nullable WorkerEntry holder) {
    TaskEntry task = tasks.get(id);
    if (holder != null) {
      holder.assignments.remove(id);
    }
    if (task == null) {
      return;
    }
    if (holder != null) {
      task.assignments.remove(holder.name);
    }
    if (last) {
      task.status = true;
    } else if (result != null) {
      task.attempts.put(
          result.attempt(), new MasterEvent.AttemptRecord(result.outcome(), now.wall()));
    }
  }

  private void settledAssignment(
      String workerName, TaskId id, MasterDecision decision, boolean carried) {
    AssignmentEntry assignment = workers.of(workerName).assignments.get(id);
    if (assignment == null || !decision.equals(assignment.pending)) {
      return;
    }
    assignment.pending = null;
    if (!carried) {
      decisions.add(new MasterDecision.RereadWorker(workerName));
    } else {
      TaskEntry task = tasks.get(id);
      if (task != null) {
        consider(task);
      }
    }
  }
}
