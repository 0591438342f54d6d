package io.zkrun.core;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The finished tasks that ZooKeeper still holds, oldest first, and which of them have to go.
 *
 * <p>The bytes of a task are the data that its purge frees: of its own znode, of its attempts'
 * records and of its status. Not counted are the requests of people ({@code cancel}, {@code
 * release-<n>}: some ten bytes), and what ZooKeeper adds for each znode.
 */
final class FinishedTasks {
  private static final int MAX_PURGES_AT_ONCE = 200;

  private final SchedulerOptions.Retention retention;
  private final TreeSet<Finished> oldestFirst =
      new TreeSet<>(Comparator.comparing(Finished::at).thenComparing(Finished::task));
  private final Map<TaskId, Finished> byTask = new HashMap<>();
  private final TreeSet<TaskId> purging = new TreeSet<>();
  private long bytes;

  FinishedTasks(SchedulerOptions.Retention retention) {
    this.retention = retention;
  }

  /**
   * @param at when it had its status
   * @param size in bytes, of everything that is counted
   */
  void add(TaskId task, Instant at, int size) {
    remove(task);
    Finished finished = new Finished(task, at, size);
    byTask.put(task, finished);
    oldestFirst.add(finished);
    bytes += size;
  }

  void remove(TaskId task) {
    purging.remove(task);
    Finished finished = byTask.remove(task);
    if (finished != null) {
      oldestFirst.remove(finished);
      bytes -= finished.bytes();
    }
  }

  /** The next ones to purge; each is named once, until {@link #add} or {@link #remove}. */
  List<MasterDecision> due(Instant now) {
    List<MasterDecision> due = new ArrayList<>();
    int count = oldestFirst.size() - purging.size();
    long left = bytes;
    for (Finished finished : oldestFirst) {
      long ageMillis = Duration.between(finished.at(), now).toMillis();
      boolean mustGo =
          ageMillis >= retention.maxAgeMillis()
              || count > retention.maxCount()
              || left > retention.maxBytes();
      if (!mustGo || ageMillis < retention.minAgeMillis() || purging.size() >= MAX_PURGES_AT_ONCE) {
        break;
      }
      left -= finished.bytes();
      if (purging.add(finished.task())) {
        count--;
        due.add(new MasterDecision.Purge(finished.task()));
      }
    }
    return due;
  }

  /** A purge was refused: it may be tried again. */
  void purgeFailed(TaskId task) {
    purging.remove(task);
  }

  private record Finished(TaskId task, Instant at, int bytes) {}
}
