package io.zkrun.core;

import java.time.Instant;
import java.util.Comparator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Takes in what is seen in the tree, and has whatever it concerns looked at. */
final class Intake {
  private final SeenTree seen;
  private final Decider decider;

  Intake(SeenTree seen, Decider decider) {
    this.seen = seen;
    this.decider = decider;
  }

  void take(MasterEvent event) {
    if (!takeOfTask(event)) {
      takeOfWorker(event);
    }
  }

  /**
   * Before anything of it is clamped: what was read so far may show an earlier time than that of
   * its records, and a retry's delay would be counted from there.
   */
  private void observe(MasterEvent.TaskSeen task) {
    decider.observe(task.czxid(), task.submittedAt());
    task.children().attempts().values().stream()
        .max(Comparator.comparingLong(MasterEvent.AttemptRecord::czxid))
        .ifPresent(latest -> decider.observe(latest.czxid(), latest.at()));
  }

  private boolean takeOfTask(MasterEvent event) {
    if (event instanceof MasterEvent.TaskSeen task) {
      observe(task);
      taskSeen(task);
    } else if (event instanceof MasterEvent.TaskGone gone) {
      taskGone(gone.task());
      seen.missing(gone.task());
      decider.considerOrphansOf(gone.task());
    } else if (event instanceof MasterEvent.TaskUnreadable refused) {
      seen.refused(refused.task());
    } else if (event instanceof MasterEvent.StatusAppeared appeared) {
      change(appeared.task(), task -> task.status = true);
    } else if (event instanceof MasterEvent.StatusRead read) {
      statusRead(read);
    } else if (event instanceof MasterEvent.AttemptAppeared appeared) {
      change(appeared.task(), task -> task.attempts.putIfAbsent(appeared.attempt(), null));
    } else if (event instanceof MasterEvent.AttemptRead read) {
      decider.observe(read.result().czxid(), read.result().at());
      change(read.task(), task -> attemptRead(task, read));
    } else if (event instanceof MasterEvent.CancelSeen cancel) {
      change(cancel.task(), task -> task.cancel = cancel.reason());
    } else if (event instanceof MasterEvent.ReleaseSeen release) {
      change(release.task(), task -> task.releases.put(release.attempt(), release.release()));
    } else if (event instanceof MasterEvent.AssignmentSeen assignment) {
      assignmentSeen(assignment);
    } else if (event instanceof MasterEvent.AssignmentGone gone) {
      assignmentGone(gone);
    } else {
      return false;
    }
    return true;
  }

  private void takeOfWorker(MasterEvent event) {
    if (event instanceof MasterEvent.WorkerSeen found) {
      change(
          found.worker(),
          worker -> {
            if (!found.info().equals(worker.info)) {
              worker.refusals.end();
            }
            if (worker.info == null) {
              worker.upSinceMillis = decider.now().millis();
            }
            worker.info = found.info();
            worker.goneSinceMillis = WorkerEntry.UP;
            seen.before.isBack(worker.name);
          });
    } else if (event instanceof MasterEvent.WorkerGone gone) {
      change(
          gone.worker(),
          worker -> {
            worker.departures += worker.info == null ? 0 : 1;
            worker.info = null;
          });
    } else if (event instanceof MasterEvent.IncarnationSeen found) {
      change(
          found.worker(),
          worker -> {
            if (found.version() > worker.version && !isOurs(found, worker.pending)) {
              worker.mayBeBack(decider.now().millis());
            }
            worker.version = found.version();
            worker.incarnation = found.incarnation();
          });
    } else if (event instanceof MasterEvent.IncarnationGone gone) {
      change(gone.worker(), worker -> worker.incarnation = null);
    } else if (event instanceof MasterEvent.DrainSeen drain) {
      change(drain.worker(), worker -> worker.draining = true);
    } else if (event instanceof MasterEvent.DrainGone drain) {
      change(drain.worker(), worker -> worker.draining = false);
    } else if (event instanceof MasterEvent.TimeSeen time) {
      decider.observe(time);
    }
  }

  /** Whether it may have been raised by our own decision that the worker is lost. */
  private static boolean isOurs(
      MasterEvent.IncarnationSeen found, @Nullable MasterDecision pending) {
    return pending instanceof MasterDecision.DeclareLost lost
        && found.version() == lost.version() + 1;
  }

  private void change(TaskId id, Consumer<TaskEntry> change) {
    TaskEntry task = seen.tasks.get(id);
    if (task != null) {
      change.accept(task);
      decider.consider(task);
    }
  }

  private void change(String name, Consumer<WorkerEntry> change) {
    WorkerEntry worker = seen.workers.of(name);
    change.accept(worker);
    decider.consider(worker);
  }

  private void taskSeen(MasterEvent.TaskSeen found) {
    TaskEntry known = seen.tasks.get(found.task());
    if (known != null && known.czxid != found.czxid()) {
      taskGone(found.task());
      known = null;
    }
    if (known == null) {
      known = seen.add(found);
      decider.considerOrphansOf(found.task());
    } else {
      decider.putAside(known);
      boolean status = known.status;
      known.update(found, seen.clocks);
      // A master that has seen a status never runs that task again, though a person deleted it.
      known.status |= status;
      if (known.pending instanceof MasterDecision.Reread) {
        known.pending = null;
      }
    }
    decider.consider(known);
  }

  private void taskGone(TaskId id) {
    seen.finished.remove(id);
    TaskEntry task = seen.tasks.remove(id);
    if (task != null) {
      decider.putAside(task);
      task.assignments.values().forEach(decider::considerOrphan);
    }
  }

  private void statusRead(MasterEvent.StatusRead read) {
    TaskEntry task = seen.tasks.get(read.task());
    decider.observe(read.czxid(), read.at());
    if (task != null) {
      Instant at = seen.clocks.clamped(read.at());
      int bytes = task.bytes() + read.bytes();
      seen.finished.add(task.id, task.czxid, read.czxid(), at, bytes);
    }
  }

  private void attemptRead(TaskEntry task, MasterEvent.AttemptRead read) {
    task.attempts.put(read.attempt(), seen.clocks.clamped(read.result()));
  }

  private void assignmentSeen(MasterEvent.AssignmentSeen found) {
    AssignmentEntry assignment = seen.see(found);
    TaskEntry task = seen.taskOf(assignment);
    if (task == null) {
      decider.considerOrphan(assignment);
    } else {
      decider.consider(task);
    }
    decider.consider(seen.workers.of(found.worker()));
  }

  private void assignmentGone(MasterEvent.AssignmentGone gone) {
    WorkerEntry worker = seen.workers.of(gone.worker());
    seen.gone(worker, gone.task());
    change(gone.task(), task -> {});
    decider.consider(worker);
  }
}
