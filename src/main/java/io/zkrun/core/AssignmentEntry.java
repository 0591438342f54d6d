package io.zkrun.core;

import org.jspecify.annotations.Nullable;

/** What the scheduler knows of one assignment. */
final class AssignmentEntry {
  final String worker;
  final TaskId task;

  /** Where one of our own has not been read yet. */
  static final long NOT_READ = -1;

  long czxid;

  Assignment data;

  /** The attempt that runs under it. */
  int attempt;

  /** Whether its disappearing without a record is what this master asked for. */
  boolean mayGo;

  /** The decision about this assignment whose fate is not known yet. */
  @Nullable MasterDecision pending;

  /** When the assignment of a finished task is cleared away unless it has gone; 0 for not. */
  long clearAtMillis;

  AssignmentEntry(String worker, TaskId task, long czxid, Assignment data, int attempt) {
    this.worker = worker;
    this.task = task;
    this.czxid = czxid;
    this.data = data;
    this.attempt = attempt;
  }
}
