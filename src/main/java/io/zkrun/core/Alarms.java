package io.zkrun.core;

import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** What is to be looked at again, and when. An alarm that is no longer needed rings for nothing. */
final class Alarms {
  private final PriorityQueue<Alarm> alarms = new PriorityQueue<>();

  void forTask(long atMillis, TaskId task) {
    alarms.add(new Alarm(atMillis, task, null));
  }

  void forWorker(long atMillis, String worker) {
    alarms.add(new Alarm(atMillis, null, worker));
  }

  void forAssignment(long atMillis, AssignmentEntry assignment) {
    alarms.add(new Alarm(atMillis, assignment.task, assignment.worker));
  }

  /** Takes out the next one that is due; null where none is. */
  @Nullable Alarm takeDue(long nowMillis) {
    Alarm first = alarms.peek();
    return first == null || first.atMillis() > nowMillis ? null : alarms.poll();
  }

  /** When the next one is due, but not after {@code latestMillis}. */
  long nextMillis(long latestMillis) {
    Alarm first = alarms.peek();
    return first == null ? latestMillis : Math.min(first.atMillis(), latestMillis);
  }

  /**
   * @param task to look at; with a worker, the assignment to look at
   * @param worker to look at
   */
  record Alarm(long atMillis, @Nullable TaskId task, @Nullable String worker)
      implements Comparable<Alarm> {
    @Override
    public int compareTo(Alarm that) {
      return Long.compare(atMillis, that.atMillis);
    }
  }
}
