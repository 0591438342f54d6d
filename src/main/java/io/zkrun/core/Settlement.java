package io.zkrun.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes in what became of a decision: what it has changed, or what is to be read again. */
final class Settlement {
  private final SeenTree seen;
  private final Decider decider;
  private final List<MasterDecision> decisions;

  Settlement(SeenTree seen, Decider decider, List<MasterDecision> decisions) {
    this.seen = seen;
    this.decider = decider;
    this.decisions = decisions;
  }

  void settled(MasterDecision decision, boolean carried) {
    if (decision instanceof MasterDecision.Assign assign) {
      settledAssign(assign, carried);
    } else if (decision instanceof MasterDecision.WriteResult write) {
      if (carried) {
        MasterDecision.@Nullable Holder holder = write.holder();
        WorkerEntry worker = holder == null ? null : seen.workers.of(holder.worker());
        apply(write.task(), write.result(), write.last(), worker);
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
    } else if (decision instanceof MasterDecision.Purge purge) {
      if (carried) {
        seen.finished.purged(purge.task());
      } else {
        seen.finished.purgeFailed(purge.task(), decider.now().millis());
      }
      decider.purge();
    }
  }

  private void settledAssign(MasterDecision.Assign assign, boolean carried) {
    WorkerEntry worker = seen.workers.of(assign.worker());
    worker.assigning--;
    TaskEntry task = seen.tasks.get(assign.task());
    if (carried) {
      worker.refusals.end();
    } else if (task != null && !task.status) {
      // Where the task has gone or ended meanwhile, that is why.
      worker.refusals.add(decider.now().millis());
    }
    // Where the task has been made anew meanwhile, the reading tells what it was made for.
    if (carried
        && task != null
        && assign.equals(task.pending)
        && !worker.assignments.containsKey(task.id)) {
      seen.add(worker, AssignmentEntry.made(worker.name, task, assign.attempt()));
    }
    decider.consider(worker);
    settledTask(assign.task(), assign, carried);
  }

  private void settledTask(TaskId id, MasterDecision decision, boolean carried) {
    TaskEntry task = seen.tasks.get(id);
    if (task == null || !decision.equals(task.pending)) {
      return;
    }
    if (carried) {
      task.refusals.end();
      task.pending = null;
      decider.consider(task);
    } else {
      task.refusals.add(decider.now().millis());
      decider.decide(task, new MasterDecision.Reread(id));
    }
  }

  private void settledLost(MasterDecision.DeclareLost lost, boolean carried) {
    WorkerEntry worker = seen.workers.of(lost.worker());
    worker.pending = null;
    if (carried) {
      worker.version = Math.max(worker.version, lost.version() + 1);
      worker.lostRefusals.end();
      worker.lostAtOnce = Math.min(Scheduler.MAX_LOST_AT_ONCE, worker.lostAtOnce * 2);
    } else {
      if (worker.version > lost.version()) {
        worker.mayBeBack(decider.now().millis());
      }
      declareFewer(worker, lost);
    }
    for (MasterDecision.LostTask each : lost.tasks()) {
      Assignment held = each.held();
      AssignmentEntry assignment = worker.assignments.get(each.task());
      if (carried && held == null) {
        apply(each.task(), each.result(), each.fate() == MasterDecision.Fate.END, worker);
      } else if (carried && held != null && assignment != null) {
        assignment.hold(held);
      }
      settledTask(each.task(), lost, carried);
    }
    if (carried) {
      decider.consider(worker);
    } else {
      decisions.add(new MasterDecision.RereadWorker(worker.name));
    }
  }

  /** One that can't be settled must not keep the others from it. */
  private void declareFewer(WorkerEntry worker, MasterDecision.DeclareLost lost) {
    int size = lost.tasks().size();
    worker.lostAtOnce = Math.max(1, size / 2);
    AssignmentEntry only = size == 1 ? worker.assignments.get(lost.tasks().get(0).task()) : null;
    if (only != null) {
      only.refusals.add(decider.now().millis());
    } else if (size <= 1) {
      worker.lostRefusals.add(decider.now().millis());
    }
  }

  /** What a committed result has changed, whether or not it has been seen as events yet. */
  private void apply(
      TaskId id, @Nullable Result result, boolean last, @Nullable WorkerEntry holder) {
    if (holder != null) {
      seen.remove(holder, id);
    }
    TaskEntry task = seen.tasks.get(id);
    if (task != null && last) {
      task.status = true;
    } else if (task != null && result != null) {
      task.attempts.put(
          result.attempt(),
          new MasterEvent.AttemptRecord(
              result.outcome(),
              result.startedAt() != null,
              result.worker(),
              decider.zkNow(),
              Long.MAX_VALUE,
              0));
    }
  }

  private void settledAssignment(
      String workerName, TaskId id, MasterDecision decision, boolean carried) {
    AssignmentEntry assignment = seen.workers.of(workerName).assignments.get(id);
    if (assignment == null || !decision.equals(assignment.pending)) {
      return;
    }
    assignment.pending = null;
    TaskEntry task = seen.tasks.get(id);
    if (!carried) {
      assignment.refusals.add(decider.now().millis());
      decisions.add(new MasterDecision.RereadAssignment(workerName, id));
      return;
    }
    assignment.refusals.end();
    // It may not have been read yet.
    if (decision instanceof MasterDecision.AskCancel ask) {
      assignment.data = assignment.data.withCancel(ask.reason());
    } else if (decision instanceof MasterDecision.AskBack) {
      assignment.data = assignment.data.withGiveBack();
    }
    if (task != null) {
      decider.consider(task);
    }
  }
}
