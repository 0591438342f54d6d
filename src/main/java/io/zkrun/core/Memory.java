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
  private final Map<String, Gone> gone = new TreeMap<>();

  /** A worker that was gone since then, and its incarnation, which only a registration raises. */
  private record Gone(int version, long sinceMillis) {}

  void addAll(Memory that) {
    ended.putAll(that.ended);
    gone.putAll(that.gone);
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

  /** This worker was gone. */
  void addGone(WorkerEntry worker) {
    gone.put(worker.name, new Gone(worker.version, worker.goneSinceMillis));
  }

  /** It is there. */
  void isBack(String worker) {
    gone.remove(worker);
  }

  /**
   * Since when it has been gone without a break; {@link WorkerEntry#UP} where that is not known.
   */
  long goneSinceMillis(WorkerEntry worker) {
    Gone known = gone.get(worker.name);
    return known != null && known.version() == worker.version
        ? known.sinceMillis()
        : WorkerEntry.UP;
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
