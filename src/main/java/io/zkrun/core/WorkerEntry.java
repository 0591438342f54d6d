package io.zkrun.core;

import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the scheduler knows of one worker. */
final class WorkerEntry {
  static final long UP = -1;

  final String name;
  @Nullable WorkerInfo info;
  @Nullable Incarnation incarnation;
  int version;
  boolean draining;

  /** Since when it is gone, on the clock that never jumps; {@link #UP} while it is there. */
  long goneSinceMillis = UP;

  /** When it is looked at again, which may have been already. */
  long alarmAtMillis = Long.MIN_VALUE;

  final TreeMap<TaskId, AssignmentEntry> assignments = new TreeMap<>();

  /** Assignments that are on their way into the tree. */
  int assigning;

  @Nullable MasterDecision pending;

  /** What stands in the scheduler's set of open workers; null where it is not there. */
  @Nullable Candidate candidate;

  WorkerEntry(String name) {
    this.name = name;
  }

  boolean isForgotten() {
    return info == null
        && incarnation == null
        && assignments.isEmpty()
        && !draining
        && assigning == 0
        && pending == null;
  }

  /** As placement sees it; null while it can't be given anything. */
  @Nullable Candidate toCandidate() {
    if (info == null || incarnation == null || pending != null) {
      return null;
    }
    int used = assigning;
    for (AssignmentEntry assignment : assignments.values()) {
      if (!assignment.data.held()) {
        used++;
      }
    }
    return new Candidate(name, info.slots(), used, info.labels(), draining);
  }
}
