package io.zkrun.client;

import io.zkrun.core.TaskSpec;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which tasks are listed.
 *
 * @param states empty for all
 * @param worker that has it or had it last; null for all
 * @param since submitted then or later; null for all
 * @param by user, or user@host; null for all
 * @param limit how many, at least 1: the newest
 */
public record ListFilter(
    Set<TaskState> states,
    @Nullable String worker,
    @Nullable Instant since,
    @Nullable String by,
    int limit) {
  public static final int DEFAULT_LIMIT = 100;

  public ListFilter {
    states = Set.copyOf(states);
  }

  public static ListFilter everything(int limit) {
    return new ListFilter(Set.of(), null, null, null, limit);
  }

  boolean matches(TaskView task) {
    return (states.isEmpty() || states.contains(task.state()))
        && (worker == null || worker.equals(task.worker()))
        && (since == null || !task.submittedAt().isBefore(since))
        && (by == null || isBy(by, task.spec()));
  }

  private static boolean isBy(String user, @Nullable TaskSpec spec) {
    String submitter = spec == null ? null : spec.submittedBy();
    return submitter != null && (submitter.equals(user) || submitter.startsWith(user + "@"));
  }
}
