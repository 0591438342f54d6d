package io.zkrun.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that could start now: higher priority first, then oldest first. Tasks with equal
 * requirements share a lane, so that one that nobody can run costs those behind it nothing.
 */
final class RunQueue {
  private static final Comparator<TaskEntry> ORDER =
      Comparator.<TaskEntry>comparingInt(task -> -priority(task))
          .thenComparingLong(task -> task.czxid)
          .thenComparing(task -> task.id);

  private final Map<Map<String, String>, TreeSet<TaskEntry>> lanes = new LinkedHashMap<>();
  private int size;

  int size() {
    return size;
  }

  void add(TaskEntry task) {
    if (!task.queued) {
      task.queued = true;
      size++;
      lanes.computeIfAbsent(requires(task), key -> new TreeSet<>(ORDER)).add(task);
    }
  }

  void remove(TaskEntry task) {
    if (!task.queued) {
      return;
    }
    task.queued = false;
    size--;
    TreeSet<TaskEntry> lane = lanes.get(requires(task));
    if (lane != null) {
      lane.remove(task);
      if (lane.isEmpty()) {
        lanes.remove(requires(task));
      }
    }
  }

  /** Takes out the first task that one of these workers can run, if there is any. */
  Optional<Match> takeNext(Collection<Candidate> bestFirst) {
    List<Match> heads = new ArrayList<>();
    lanes.forEach(
        (requires, lane) ->
            Placement.choose(requires, bestFirst)
                .ifPresent(worker -> heads.add(new Match(lane.first(), worker))));
    Optional<Match> next = heads.stream().min(Comparator.comparing(Match::task, ORDER));
    next.ifPresent(match -> remove(match.task()));
    return next;
  }

  private static int priority(TaskEntry task) {
    @Nullable TaskSpec spec = task.spec;
    return spec == null ? 0 : spec.priority();
  }

  private static Map<String, String> requires(TaskEntry task) {
    return task.spec == null ? Map.of() : task.spec.requires();
  }

  /** A task and the worker that gets it. */
  record Match(TaskEntry task, Candidate worker) {}
}
