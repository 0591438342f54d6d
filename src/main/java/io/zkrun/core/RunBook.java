package io.zkrun.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** All runs of a worker, in the order in which they were assigned. */
final class RunBook {
  private final TreeMap<RunKey, RunState> all = new TreeMap<>();
  private final TreeMap<RunKey, RunState> queued = new TreeMap<>();
  private final TreeMap<RunKey, RunState> live = new TreeMap<>();
  private final Map<TaskId, RunState> current = new HashMap<>();

  /** Adds one whose assignment stands. */
  void addCurrent(RunState run) {
    add(run);
    current.put(run.key.task(), run);
  }

  void add(RunState run) {
    all.put(run.key, run);
    move(run, run.phase);
  }

  void move(RunState run, RunPhase phase) {
    run.phase = phase;
    keepIf(phase == RunPhase.QUEUED, queued, run);
    keepIf(phase.isLive(), live, run);
  }

  private static void keepIf(boolean belongs, Map<RunKey, RunState> index, RunState run) {
    if (belongs) {
      index.put(run.key, run);
    } else {
      index.remove(run.key);
    }
  }

  /** Its assignment is gone; it stays until it has ended. */
  void detach(RunState run) {
    current.remove(run.key.task(), run);
  }

  void remove(RunState run) {
    detach(run);
    all.remove(run.key);
    queued.remove(run.key);
    live.remove(run.key);
  }

  @Nullable RunState get(RunKey key) {
    return all.get(key);
  }

  /** The run whose assignment stands. */
  @Nullable RunState current(TaskId task) {
    return current.get(task);
  }

  /** A copy, so that it may change meanwhile. */
  List<RunState> all() {
    return new ArrayList<>(all.values());
  }

  List<RunState> live() {
    return new ArrayList<>(live.values());
  }

  List<RunState> queued() {
    return new ArrayList<>(queued.values());
  }

  int liveCount() {
    return live.size();
  }

  /** The first that no older run of the same task stands before. */
  @Nullable RunState nextToStart() {
    for (RunState run : queued.values()) {
      if (live.isEmpty() || !lives(run.key.task(), live.values())) {
        return run;
      }
    }
    return null;
  }

  private static boolean lives(TaskId task, Collection<RunState> runs) {
    return runs.stream().anyMatch(run -> run.key.task().equals(task));
  }
}
