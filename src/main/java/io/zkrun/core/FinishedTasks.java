package io.zkrun.core;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The finished tasks that ZooKeeper still holds, oldest first, and which of them have to go. Purges
 * are bounded in flight, and each that is done makes room for the next: they go on as long as
 * something is due, at whatever rate tasks end.
 *
 * <p>The bytes of a task are the data that its purge frees: of its own znode, of its attempts'
 * records and of its status. Not counted are the requests of people ({@code cancel}, {@code
 * release-<n>}: some ten bytes), and what ZooKeeper adds for each znode.
 */
final class FinishedTasks {
  static final int IN_FLIGHT_MAX = 400;

  /** Each is read whole before it goes. */
  static final long BYTES_IN_FLIGHT_MAX = 16L << 20;

  private final SchedulerOptions.Retention retention;

  /** Transactions tell what is older, whatever the clocks say. */
  private final TreeSet<Finished> waiting =
      new TreeSet<>(
          Comparator.<Finished>comparingLong(each -> each.czxid).thenComparing(each -> each.task));

  private final Map<TaskId, Finished> byTask = new HashMap<>();
  private final Map<TaskId, Finished> purging = new HashMap<>();

  /** Refused, and to be tried again later. */
  private final TreeSet<Finished> postponed =
      new TreeSet<>(
          Comparator.<Finished>comparingLong(each -> each.refusals.quietUntilMillis())
              .thenComparing(each -> each.task));

  /** Of purges as such: where the history can't be written, all are refused. */
  private final Refusals refusals = new Refusals(0, 1_000);

  private long waitingBytes;
  private long purgingBytes;

  /** The latest end among those that were purged: none that ended after them is older. */
  private Instant latest = Instant.MIN;

  FinishedTasks(SchedulerOptions.Retention retention) {
    this.retention = retention;
  }

  /**
   * @param czxid of the status
   * @param at when it had its status
   * @param size in bytes, of everything that is counted
   */
  void add(TaskId task, long taskCzxid, long czxid, Instant at, int size) {
    remove(task);
    Finished finished = new Finished(task, taskCzxid, czxid, at, size);
    byTask.put(task, finished);
    await(finished);
  }

  private void await(Finished finished) {
    waiting.add(finished);
    waitingBytes += finished.bytes;
  }

  void remove(TaskId task) {
    Finished finished = byTask.remove(task);
    if (finished == null) {
      return;
    }
    if (purging.remove(task) != null) {
      purgingBytes -= finished.bytes;
    } else if (waiting.remove(finished)) {
      waitingBytes -= finished.bytes;
    } else {
      postponed.remove(finished);
    }
  }

  int size() {
    return byTask.size();
  }

  /** The next ones to purge, as many as may be in flight. */
  List<MasterDecision> due(Instant now, long nowMillis) {
    takeUpAgain(nowMillis);
    List<MasterDecision> due = new ArrayList<>();
    while (!refusals.isQuiet(nowMillis)
        && purging.size() < IN_FLIGHT_MAX
        && purgingBytes < BYTES_IN_FLIGHT_MAX) {
      Finished next = nextDue(now);
      if (next == null) {
        break;
      }
      waiting.remove(next);
      waitingBytes -= next.bytes;
      purging.put(next.task, next);
      purgingBytes += next.bytes;
      due.add(new MasterDecision.Purge(next.task, next.taskCzxid));
    }
    return due;
  }

  private @Nullable Finished nextDue(Instant now) {
    if (waiting.isEmpty()) {
      return null;
    }
    Finished oldest = waiting.first();
    if (oldest.at.isAfter(now)) {
      // Stamped by a clock that went ahead; it ages from here on.
      oldest.at = now;
    }
    Instant at = oldest.at.isBefore(latest) ? latest : oldest.at;
    long ageMillis = Duration.between(at, now).toMillis();
    boolean mustGo =
        ageMillis >= retention.maxAgeMillis()
            || waiting.size() > retention.maxCount()
            || waitingBytes > retention.maxBytes();
    if (!mustGo || ageMillis < retention.minAgeMillis()) {
      return null;
    }
    latest = at;
    return oldest;
  }

  private void takeUpAgain(long nowMillis) {
    while (!postponed.isEmpty() && !postponed.first().refusals.isQuiet(nowMillis)) {
      await(postponed.pollFirst());
    }
  }

  /** A purge is done. */
  void purged(TaskId task) {
    refusals.end();
    if (purging.containsKey(task)) {
      remove(task);
    }
  }

  /** A purge was refused: it may be tried again, later. */
  void purgeFailed(TaskId task, long nowMillis) {
    refusals.add(nowMillis);
    Finished finished = purging.remove(task);
    if (finished != null) {
      purgingBytes -= finished.bytes;
      finished.refusals.add(nowMillis);
      postponed.add(finished);
    }
  }

  /** One of them. */
  private static final class Finished {
    final TaskId task;
    final long taskCzxid;
    final long czxid;
    final int bytes;
    final Refusals refusals = new Refusals(0, 1_000);
    Instant at;

    Finished(TaskId task, long taskCzxid, long czxid, Instant at, int bytes) {
      this.task = task;
      this.taskCzxid = taskCzxid;
      this.czxid = czxid;
      this.at = at;
      this.bytes = bytes;
    }
  }
}
