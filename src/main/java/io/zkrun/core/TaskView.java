package io.zkrun.core;

import java.time.Instant;

/** What a worker finds at {@code /tasks/<task>} for an assignment that it has not seen before. */
public sealed interface TaskView {
  /** No such task, or another of the same name. */
  record Gone() implements TaskView {}

  /** It has a status: it never runs again. */
  record Finished() implements TaskView {}

  /**
   * To be ended as rejected.
   *
   * @param nextAttempt the highest recorded attempt plus 1
   */
  record Bad(long czxid, Instant submittedAt, int nextAttempt, SpecProblem problem)
      implements TaskView {}

  /**
   * To be run.
   *
   * @param nextAttempt the highest recorded attempt plus 1
   * @param failures how many recorded attempts failed, lost and returned ones not counted
   * @param returned how many of the last ones were handed back before their start
   */
  record Ready(
      long czxid, Instant submittedAt, int nextAttempt, int failures, int returned, TaskSpec spec)
      implements TaskView {}
}
