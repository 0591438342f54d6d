package io.zkrun.verify;

import io.zkrun.core.Result;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that is known of a task in the end.
 *
 * @param id that the client was given
 * @param first the status that the client was told when it came; null where none came
 * @param attempts the ended ones that are not its last word, as ZooKeeper has them in the end
 * @param last the status, as ZooKeeper has it in the end; null where there is none
 * @param waiting where there is none, how it stands
 * @param released whether a held attempt of it was released
 * @param cancelled whether its client has asked for its end
 * @param purged whether ZooKeeper no longer holds it: then its status is that of a master's
 *     history, and of its other attempts nothing is known
 * @param events what its commands wrote, in the order of the file
 */
record TaskHistory(
    String id,
    PlannedTask planned,
    @Nullable Result first,
    List<Result> attempts,
    @Nullable Result last,
    String waiting,
    boolean released,
    boolean cancelled,
    boolean purged,
    List<Event> events) {
  TaskHistory {
    attempts = List.copyOf(attempts);
    events = List.copyOf(events);
  }

  /** Every attempt that ZooKeeper tells of, the last included. */
  List<Result> recorded() {
    List<Result> all = new ArrayList<>(attempts);
    if (last != null) {
      all.add(last);
    }
    return all;
  }

  /** What each run wrote: the run that began first comes first. */
  List<List<Event>> runs() {
    Map<List<Long>, List<Event>> runs = new LinkedHashMap<>();
    for (Event event : events) {
      runs.computeIfAbsent(List.of(event.fence(), event.pid()), key -> new ArrayList<>())
          .add(event);
    }
    return runs.values().stream().sorted(Comparator.comparingLong(run -> run.get(0).at())).toList();
  }
}
