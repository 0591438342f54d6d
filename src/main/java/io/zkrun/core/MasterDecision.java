package io.zkrun.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a master does next. Each write carries the master's fence, and is made whole or not at all.
 */
public sealed interface MasterDecision {
  /** Create {@code /assign/<worker>/<task>}, provided that both still stand. */
  record Assign(TaskId task, String worker, int attempt) implements MasterDecision {}

  /**
   * Write a task's last word, or an attempt's record, for a task that no worker will report on.
   *
   * @param last whether it is the task's status
   * @param holder whose assignment goes with it; null where there is none
   */
  record WriteResult(TaskId task, Result result, boolean last, @Nullable Holder holder)
      implements MasterDecision {}

  /**
   * A worker whose assignment is decided about, provided that it has not changed.
   *
   * @param version of the assignment
   */
  record Holder(String worker, int version) {}

  /**
   * Declare a worker lost: raise its incarnation from {@code version}, so that it can write no
   * more, and settle these tasks in the same multi.
   */
  record DeclareLost(String worker, int version, Incarnation incarnation, List<LostTask> tasks)
      implements MasterDecision {
    public DeclareLost {
      tasks = List.copyOf(tasks);
    }
  }

  /**
   * What becomes of one assignment of a lost worker.
   *
   * @param result what to write; null for {@link Fate#HOLD} and {@link Fate#CLEAR}
   * @param held what the assignment says from now on; null but for {@link Fate#HOLD}
   */
  record LostTask(TaskId task, Fate fate, @Nullable Result result, @Nullable Assignment held) {}

  /** What becomes of a lost task. */
  enum Fate {
    /** Its status says how it ended. */
    END,
    /** The attempt is recorded, and the task goes elsewhere. */
    RECORD,
    /** It waits for its worker, or for a person. */
    HOLD,
    /** It has a status already: only the assignment goes. */
    CLEAR
  }

  /** Mark an assignment, so that its worker ends the task. */
  record AskCancel(String worker, TaskId task, String reason) implements MasterDecision {}

  /** Mark an assignment, so that its worker gives it back unless it has started. */
  record AskBack(String worker, TaskId task) implements MasterDecision {}

  /** Delete the assignment of a task that has a status or is gone. */
  record Clear(String worker, TaskId task) implements MasterDecision {}

  /**
   * Write a finished task into the history and delete it.
   *
   * @param czxid the task's: another one of its name stays
   */
  record Purge(TaskId task, long czxid) implements MasterDecision {}

  /** Shorten what the record of an attempt keeps of the outputs; the task goes on. */
  record ShortenAttempt(TaskId task, int attempt) implements MasterDecision {}

  /** Read a task again, whole; {@link MasterEvent.TaskSeen} or {@code TaskGone} answers. */
  record Reread(TaskId task) implements MasterDecision {}

  /** Read one assignment again. */
  record RereadAssignment(String worker, TaskId task) implements MasterDecision {}

  /** Tell people. */
  record Warn(String text) implements MasterDecision {}

  /** Read a worker, its incarnation and its assignments again. */
  record RereadWorker(String worker) implements MasterDecision {}
}
