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

  /** Since when it is there. */
  long upSinceMillis;

  /** How often it went away of late. */
  int departures;

  /**
   * Of assignments: the first are often refused because it has just gone. Longer than a task's, so
   * that another worker gets it.
   */
  final Refusals refusals = new Refusals(1, 2_000);

  /** How many of its assignments are settled in one declaration of its loss. */
  int lostAtOnce = Scheduler.MAX_LOST_AT_ONCE;

  /** Of declarations of its loss. */
  final Refusals lostRefusals = new Refusals(1, 1_000);

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
  @Nullable Candidate toCandidate(long nowMillis) {
    if (info == null || incarnation == null || pending != null || refusals.isQuiet(nowMillis)) {
      return null;
    }
    int used = assigning;
    for (AssignmentEntry assignment : assignments.values()) {
      if (!assignment.data.held()) {
        used++;
      }
    }
    return new Candidate(
        name, info.slots(), used, info.labels(), draining, info.notReady(), departures);
  }

  /** Somebody has registered under its name, though that has not been read: its time runs anew. */
  void mayBeBack(long nowMillis) {
    if (goneSinceMillis != UP) {
      goneSinceMillis = nowMillis;
    }
  }
}
