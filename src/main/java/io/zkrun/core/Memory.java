package io.zkrun.core;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a master still knows while it reads the tree anew: which tasks had a status, which workers
 * were gone, and which assignments stood. Those that are not found again have gone unseen. Of a
 * task that cannot be read that is still open, however much else has been read.
 */
final class Memory {
  private final Map<TaskId, Long> ended = new TreeMap<>();
  private final Map<TaskId, List<AssignmentEntry>> assignments = new TreeMap<>();
  private final Map<String, Past> workers = new TreeMap<>();

  /**
   * A worker as it was last seen.
   *
   * @param version of its incarnation, which only a registration or a declared loss raises
   */
  private record Past(int version, long goneSinceMillis, long upSinceMillis, int departures) {}

  void addAll(Memory that) {
    ended.putAll(that.ended);
    workers.putAll(that.workers);
    that.forEachAssignment(this::add);
  }

  /** This task had a status. */
  void add(TaskEntry task) {
    ended.put(task.id, task.czxid);
  }

  /** This assignment stood. */
  void add(AssignmentEntry assignment) {
    assignments.computeIfAbsent(assignment.task, key -> new ArrayList<>()).add(assignment);
  }

  /** This worker was there, or was gone. */
  void add(WorkerEntry worker) {
    workers.put(
        worker.name,
        new Past(worker.version, worker.goneSinceMillis, worker.upSinceMillis, worker.departures));
  }

  /**
   * What is known of a worker that has been read anew: how often it went away; and since when it is
   * gone, or there, unless it has registered meanwhile. Else one that is read anew often enough
   * would never be lost.
   */
  void recall(WorkerEntry worker) {
    Past past = workers.get(worker.name);
    if (past == null) {
      return;
    }
    worker.departures = Math.max(worker.departures, past.departures());
    boolean wasThere = past.goneSinceMillis() == WorkerEntry.UP;
    if (past.version() != worker.version || wasThere != (worker.info != null)) {
      return;
    }
    if (wasThere) {
      worker.upSinceMillis = past.upSinceMillis();
    } else {
      worker.goneSinceMillis = past.goneSinceMillis();
    }
  }

  /** It is there. */
  void isBack(String worker) {
    workers.computeIfPresent(
        worker,
        (name, past) ->
            new Past(past.version(), WorkerEntry.UP, past.upSinceMillis(), past.departures()));
  }

  boolean hadStatus(TaskId task, long czxid) {
    Long known = ended.get(task);
    return known != null && known == czxid;
  }

  /** Takes out what is known of the assignment that was found again; null where nothing is. */
  @Nullable AssignmentEntry recall(AssignmentEntry found) {
    List<AssignmentEntry> known = assignments.getOrDefault(found.task, List.of());
    for (AssignmentEntry each : known) {
      if (each.isThe(found)) {
        known.remove(each);
        return each;
      }
    }
    return null;
  }

  private void forEachAssignment(Consumer<AssignmentEntry> action) {
    assignments.values().forEach(known -> known.forEach(action));
  }

  /**
   * Forgets all but what is known of these tasks.
   *
   * @return the forgotten assignments, which were not found again
   */
  List<AssignmentEntry> keepOnly(Set<TaskId> kept) {
    ended.keySet().retainAll(kept);
    List<AssignmentEntry> forgotten = new ArrayList<>();
    for (Iterator<Map.Entry<TaskId, List<AssignmentEntry>>> each =
            assignments.entrySet().iterator();
        each.hasNext(); ) {
      Map.Entry<TaskId, List<AssignmentEntry>> known = each.next();
      if (!kept.contains(known.getKey())) {
        forgotten.addAll(known.getValue());
        each.remove();
      }
    }
    return forgotten;
  }
}
