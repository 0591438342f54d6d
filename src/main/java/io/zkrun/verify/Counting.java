package io.zkrun.verify;

import io.zkrun.core.Outcome;
import io.zkrun.core.Result;
import io.zkrun.verify.Tally.WorkerKill;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts what happened in a drill. */
final class Counting {
  private Counting() {}

  /** How many tasks ended how. */
  static Map<String, Integer> ends(List<TaskHistory> tasks) {
    Map<String, Integer> ends = new TreeMap<>();
    for (TaskHistory task : tasks) {
      Result last = task.last();
      String word =
          last == null
              ? "not ended"
              : last.outcome() == Outcome.EXITED ? last.state().json() : last.outcome().json();
      ends.merge(word, 1, Integer::sum);
    }
    return ends;
  }

  /** Attempts whose command began. */
  static int started(List<TaskHistory> tasks) {
    return tasks.stream().mapToInt(Counting::starts).sum();
  }

  /** Attempts beyond each task's first. */
  static int reruns(List<TaskHistory> tasks) {
    return tasks.stream().mapToInt(task -> Math.max(0, starts(task) - 1)).sum();
  }

  private static int starts(TaskHistory task) {
    return (int) task.events().stream().filter(event -> event.kind() == Event.Kind.START).count();
  }

  /** Tasks that ZooKeeper no longer holds. */
  static int purged(List<TaskHistory> tasks) {
    return (int) tasks.stream().filter(TaskHistory::purged).count();
  }

  /** Attempts that ended by themselves though their daemon had been killed meanwhile. */
  static int adopted(List<TaskHistory> tasks, List<WorkerKill> kills) {
    int count = 0;
    for (TaskHistory task : tasks) {
      for (Result result : task.recorded()) {
        if (result.outcome() == Outcome.EXITED && wasAdopted(task, result, kills)) {
          count++;
        }
      }
    }
    return count;
  }

  private static boolean wasAdopted(TaskHistory task, Result result, List<WorkerKill> kills) {
    long from = at(task, result.attempt(), Event.Kind.START);
    long to = at(task, result.attempt(), Event.Kind.END);
    return kills.stream()
        .anyMatch(
            kill -> kill.worker().equals(result.worker()) && from < kill.at() && kill.at() < to);
  }

  private static long at(TaskHistory task, int attempt, Event.Kind kind) {
    return task.events().stream()
        .filter(event -> event.attempt() == attempt && event.kind() == kind)
        .mapToLong(Event::at)
        .findFirst()
        .orElse(0);
  }
}
