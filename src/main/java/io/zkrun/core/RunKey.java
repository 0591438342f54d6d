package io.zkrun.core;

/**
 * Which run of which task: the identity of a run in the spool and in memory.
 *
 * <p>The two czxids tell a name that came back from the one that was there before. The name stays
 * part of the key because all that one {@code multi} creates shares one czxid: tasks submitted in
 * bulk and assigned in one batch differ in nothing but their names.
 *
 * @param taskCzxid of {@code /tasks/<task>}; 0 where the task is gone
 * @param assignmentCzxid of {@code /assign/<worker>/<task>}; it is also the fence
 */
public record RunKey(TaskId task, long taskCzxid, long assignmentCzxid)
    implements Comparable<RunKey> {

  /** In the order in which they were assigned. */
  @Override
  public int compareTo(RunKey that) {
    int byAssignment = Long.compare(assignmentCzxid, that.assignmentCzxid);
    int byTask = Long.compare(taskCzxid, that.taskCzxid);
    return byAssignment != 0 ? byAssignment : byTask != 0 ? byTask : task.compareTo(that.task);
  }

  @Override
  public String toString() {
    return task + "@" + Long.toHexString(taskCzxid) + "-" + Long.toHexString(assignmentCzxid);
  }
}
