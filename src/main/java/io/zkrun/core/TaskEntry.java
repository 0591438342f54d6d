package io.zkrun.core;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the scheduler knows of one task. */
final class TaskEntry {
  final TaskId id;
  long czxid;
  Instant submittedAt;
  @Nullable TaskSpec spec;
  @Nullable SpecProblem problem;
  boolean status;

  /** What the data of its own znode takes in ZooKeeper. */
  private int specBytes;

  /** Recorded attempts; null where the record exists but has not been read. */
  final TreeMap<Integer, MasterEvent.@Nullable AttemptRecord> attempts = new TreeMap<>();

  @Nullable String cancel;
  final Map<Integer, OnLost> releases = new TreeMap<>();

  /** By worker; more than one only where people write assignments too. */
  final TreeMap<String, AssignmentEntry> assignments = new TreeMap<>();

  /** An assignment that went without our asking, kept until its attempt has a record. */
  @Nullable AssignmentEntry vanished;

  /** The decision about this task whose fate is not known yet. */
  @Nullable MasterDecision pending;

  /** Whether it stands in the {@link RunQueue}. */
  boolean queued;

  TaskEntry(MasterEvent.TaskSeen seen) {
    id = seen.task();
    submittedAt = seen.submittedAt();
    update(seen);
  }

  void update(MasterEvent.TaskSeen seen) {
    czxid = seen.czxid();
    submittedAt = seen.submittedAt();
    spec = seen.spec();
    problem = seen.problem();
    specBytes = seen.bytes();
    status = seen.children().status();
    cancel = seen.children().cancel();
    attempts.clear();
    attempts.putAll(seen.children().attempts());
    releases.clear();
    releases.putAll(seen.children().releases());
  }

  /** What its data and its attempts' records take in ZooKeeper, as far as they have been read. */
  int bytes() {
    int bytes = specBytes;
    for (MasterEvent.@Nullable AttemptRecord attempt : attempts.values()) {
      bytes += attempt == null ? 0 : attempt.bytes();
    }
    return bytes;
  }

  /** Whether it is known how the attempt ended that ran under this assignment. */
  boolean hasRecordOf(AssignmentEntry assignment) {
    return status || attempts.containsKey(assignment.attempt);
  }

  /** The assignment that vanished and still has no record; null where there is none. */
  @Nullable AssignmentEntry unrecordedVanished() {
    if (vanished != null && hasRecordOf(vanished)) {
      vanished = null;
    }
    return vanished;
  }

  int nextAttempt() {
    return attempts.isEmpty() ? 1 : attempts.lastKey() + 1;
  }

  boolean hasUnreadAttempt() {
    return attempts.containsValue(null);
  }

  int lostAttempts() {
    int lost = 0;
    for (MasterEvent.@Nullable AttemptRecord attempt : attempts.values()) {
      if (attempt != null && attempt.outcome() == Outcome.LOST) {
        lost++;
      }
    }
    return lost;
  }

  /** When the next attempt may begin; null where nothing holds it back. */
  @Nullable Instant notBefore() {
    Map.Entry<Integer, MasterEvent.@Nullable AttemptRecord> last = attempts.lastEntry();
    MasterEvent.AttemptRecord result = last == null ? null : last.getValue();
    if (result == null || spec == null || result.outcome() == Outcome.LOST) {
      return null;
    }
    int failures = attempts.size() - lostAttempts();
    return result.at().plusMillis(Math.round(spec.retryDelaySeconds(failures) * 1000));
  }

  /** When it expires unless it has started; null where it never does. */
  @Nullable Instant expiresAt() {
    if (spec == null || spec.startWithinSeconds() == null || !attempts.isEmpty()) {
      return null;
    }
    return submittedAt.plusMillis(Math.round(spec.startWithinSeconds() * 1000));
  }

  /** The assignments but for the oldest, which stands. */
  List<AssignmentEntry> surplusAssignments() {
    List<AssignmentEntry> byAge = new ArrayList<>(assignments.values());
    if (byAge.stream().anyMatch(assignment -> !assignment.isRead())) {
      return List.of();
    }
    byAge.sort(Comparator.comparingLong(AssignmentEntry::czxid));
    return byAge.isEmpty() ? byAge : byAge.subList(1, byAge.size());
  }
}
