package io.zkrun.core;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a master has seen of the tree, and of what it changed there itself. */
final class SeenTree {
  final Map<TaskId, TaskEntry> tasks = new TreeMap<>();
  final WorkerTable workers;
  final FinishedTasks finished;

  /** One as long as a master leads. */
  final Clocks clocks;

  /** From before the tree was read anew; once that is done, only of what could not be read. */
  final Memory before = new Memory();

  /** Tasks of which it is not known what they are: nothing is done about their assignments. */
  private final Set<TaskId> unreadable = new HashSet<>();

  /** Whether all that stood in the tree has been seen. */
  boolean loaded;

  SeenTree(SchedulerOptions options, Clocks clocks) {
    this.clocks = clocks;
    workers = new WorkerTable(options.workerLostAfterMillis());
    finished = new FinishedTasks(options.retention());
  }

  /** What is still known when the tree is read anew. */
  void leaveTo(Memory next) {
    next.addAll(before);
    for (TaskEntry task : tasks.values()) {
      if (task.status) {
        next.add(task);
      }
      if (task.vanished != null) {
        next.add(task.vanished);
      }
    }
    for (WorkerEntry worker : workers.all()) {
      worker.assignments.values().forEach(next::add);
      next.add(worker);
    }
  }

  /** All has been seen: what was known before and was not found again has gone meanwhile. */
  void completed() {
    loaded = true;
    workers.all().forEach(before::recall);
    before.keepOnly(unreadable).forEach(this::vanished);
  }

  /** A task cannot be read. What is known of it from before still holds. */
  void refused(TaskId id) {
    if (!tasks.containsKey(id)) {
      unreadable.add(id);
    }
  }

  boolean isUnreadable(TaskId id) {
    return unreadable.contains(id);
  }

  /** There is no such task. */
  void missing(TaskId id) {
    if (unreadable.remove(id) && loaded) {
      before.keepOnly(unreadable);
    }
  }

  TaskEntry add(MasterEvent.TaskSeen seen) {
    TaskEntry task = new TaskEntry(seen, clocks);
    task.status |= before.hadStatus(task.id, task.czxid);
    tasks.put(task.id, task);
    // Assignments may be seen before their task is.
    for (WorkerEntry worker : workers.all()) {
      AssignmentEntry assignment = worker.assignments.get(task.id);
      if (assignment != null && assignment.isOf(task)) {
        assignment.belongsTo(task);
        task.assignments.put(worker.name, assignment);
      }
    }
    if (unreadable.remove(task.id) && loaded) {
      before.keepOnly(unreadable).forEach(this::vanished);
    }
    return task;
  }

  void add(WorkerEntry worker, AssignmentEntry assignment) {
    worker.assignments.put(assignment.task, assignment);
    TaskEntry task = taskOf(assignment);
    if (task != null) {
      task.assignments.put(worker.name, assignment);
    }
  }

  AssignmentEntry see(MasterEvent.AssignmentSeen seen) {
    WorkerEntry worker = workers.of(seen.worker());
    AssignmentEntry known = worker.assignments.get(seen.task());
    if (known != null && known.isThe(seen)) {
      known.update(seen);
      return known;
    }
    if (known != null) {
      gone(worker, seen.task());
    }
    AssignmentEntry found = AssignmentEntry.seen(seen, tasks.get(seen.task()));
    AssignmentEntry recalled = before.recall(found);
    found.askedBack = recalled != null && recalled.mayGo();
    add(worker, found);
    return found;
  }

  /** An assignment is gone, and nobody has said why. */
  void gone(WorkerEntry worker, TaskId id) {
    AssignmentEntry assignment = remove(worker, id);
    if (assignment == null) {
      return;
    }
    if (loaded && !isUnreadable(id)) {
      vanished(assignment);
    } else {
      before.add(assignment);
    }
  }

  /** An assignment is gone by a write of ours. */
  @Nullable AssignmentEntry remove(WorkerEntry worker, TaskId id) {
    TaskEntry task = tasks.get(id);
    if (task != null) {
      task.assignments.remove(worker.name);
    }
    return worker.assignments.remove(id);
  }

  /**
   * Whoever ends an attempt, this master included, records it in the transaction that deletes the
   * assignment, and the record is seen first. So without one, and without our asking, it is lost.
   */
  private void vanished(AssignmentEntry assignment) {
    TaskEntry task = taskOf(assignment);
    if (task != null && !assignment.mayGo() && !task.hasRecordOf(assignment)) {
      task.vanished = assignment;
    }
  }

  /** The task that it was made for; null where that is gone, though a new one may bear its name. */
  @Nullable TaskEntry taskOf(AssignmentEntry assignment) {
    TaskEntry task = tasks.get(assignment.task);
    return task != null && assignment.isOf(task) ? task : null;
  }
}
