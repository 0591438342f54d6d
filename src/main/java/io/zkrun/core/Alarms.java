package io.zkrun.core;

import java.time.Duration;
import java.time.Instant;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** What is to be looked at again, and when. An alarm that is no longer needed rings for nothing. */
final class Alarms {
  private final PriorityQueue<Alarm> alarms = new PriorityQueue<>();

  /** By ZooKeeper's time, of which it may turn out to be later than was thought. */
  private final PriorityQueue<ServerAlarm> byServers = new PriorityQueue<>();

  void forTask(long atMillis, TaskId task) {
    alarms.add(new Alarm(atMillis, task, null));
  }

  void forTask(Instant zkAt, TaskId task) {
    byServers.add(new ServerAlarm(zkAt, task));
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

  /** Takes out the task of the next one that is due by ZooKeeper's time; null where none is. */
  @Nullable TaskId takeDue(Instant zkNow) {
    ServerAlarm first = byServers.peek();
    return first == null || first.at().isAfter(zkNow) ? null : byServers.remove().task();
  }

  /** When the next one is due as far as is known now, but not after {@code latestMillis}. */
  long nextMillis(long nowMillis, Instant zkNow, long latestMillis) {
    long nextMillis = latestMillis;
    Alarm first = alarms.peek();
    if (first != null) {
      nextMillis = Math.min(nextMillis, first.atMillis());
    }
    ServerAlarm firstByServers = byServers.peek();
    if (firstByServers != null) {
      long inMillis = Duration.between(zkNow, firstByServers.at()).toMillis() + 1;
      nextMillis = Math.min(nextMillis, nowMillis + Math.max(0, inMillis));
    }
    return nextMillis;
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

  private record ServerAlarm(Instant at, TaskId task) implements Comparable<ServerAlarm> {
    @Override
    public int compareTo(ServerAlarm that) {
      return at.compareTo(that.at);
    }
  }
}
