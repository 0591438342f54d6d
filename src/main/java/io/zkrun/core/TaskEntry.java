package io.zkrun.core;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What the scheduler knows of one task. */
final class TaskEntry {
  /** How much the records of an unfinished task's attempts may take before the oldest are cut. */
  static final long ATTEMPTS_BYTES_MAX = 512 << 10;

  /** A record below this is left as it is. */
  static final int SHORT_ATTEMPT_BYTES = 4 << 10;

  final TaskId id;
  long czxid;
  Instant submittedAt;

  /** When it was submitted, but never in the future. */
  private final Instant standsSince;

  @Nullable TaskSpec spec;
  @Nullable SpecProblem problem;
  boolean status;

  /** What the data of its own znode takes in ZooKeeper. */
  private int specBytes;

  /** Recorded attempts; null where the record exists but has not been read. */
  final TreeMap<Integer, MasterEvent.@Nullable AttemptRecord> attempts = new TreeMap<>();

  @Nullable String cancel;
  final Map<Integer, MasterEvent.Release> releases = new TreeMap<>();

  /** By worker; more than one only where people write assignments too. */
  final TreeMap<String, AssignmentEntry> assignments = new TreeMap<>();

  /** An assignment that went without our asking, kept until its attempt has a record. */
  @Nullable AssignmentEntry vanished;

  /** The decision about this task whose fate is not known yet. */
  @Nullable MasterDecision pending;

  /** What was decided about it is mostly refused once because it has just changed. */
  final Refusals refusals = new Refusals(1, 1_000);

  /** When it is looked at again, which may have been already. */
  long alarmAtMillis = Long.MIN_VALUE;

  /** Likewise by ZooKeeper's time; null for never. */
  @Nullable Instant zkAlarmAt;

  /** Attempts whose records were to be shortened: that is decided once. */
  private final Set<Integer> shortened = new TreeSet<>();

  /** Whether it stands in the {@link RunQueue}. */
  boolean queued;

  TaskEntry(MasterEvent.TaskSeen seen, Clocks clocks) {
    id = seen.task();
    submittedAt = seen.submittedAt();
    standsSince = clocks.clamped(submittedAt);
    update(seen, clocks);
  }

  void update(MasterEvent.TaskSeen seen, Clocks clocks) {
    czxid = seen.czxid();
    submittedAt = seen.submittedAt();
    spec = seen.spec();
    problem = seen.problem();
    specBytes = seen.bytes();
    status = seen.children().status();
    cancel = seen.children().cancel();
    attempts.clear();
    seen.children().attempts().forEach((n, each) -> attempts.put(n, clocks.clamped(each)));
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

  /**
   * The oldest attempts whose records have to give up most of their outputs, so that one task that
   * is tried very often does not fill ZooKeeper; each is named once. Nothing bounds these
   * otherwise: retention is about what has ended.
   */
  List<Integer> attemptsToShorten() {
    long bytes = bytes() - (long) specBytes;
    List<Integer> due = new ArrayList<>();
    for (Map.Entry<Integer, MasterEvent.@Nullable AttemptRecord> each : attempts.entrySet()) {
      MasterEvent.AttemptRecord attempt = each.getValue();
      boolean last = each.getKey().equals(attempts.lastKey());
      if (bytes <= ATTEMPTS_BYTES_MAX || last) {
        break;
      }
      if (attempt != null && attempt.bytes() > SHORT_ATTEMPT_BYTES) {
        bytes -= attempt.bytes() - SHORT_ATTEMPT_BYTES;
        if (shortened.add(each.getKey())) {
          due.add(each.getKey());
        }
      }
    }
    return due;
  }

  /** Whether it is known how the attempt ended that ran under this assignment. */
  boolean hasRecordOf(AssignmentEntry assignment) {
    return status
        || attempts.tailMap(assignment.attempt).entrySet().stream()
            .anyMatch(each -> isOf(assignment, each.getKey(), each.getValue()));
  }

  /**
   * A person may have used the number of an earlier attempt again: that one's record is older than
   * the assignment, and its worker takes the next number that is free.
   */
  private static boolean isOf(
      AssignmentEntry assignment, int number, MasterEvent.@Nullable AttemptRecord attempt) {
    if (attempt == null) {
      return number == assignment.attempt;
    }
    return attempt.czxid() > assignment.czxid()
        && (number == assignment.attempt || assignment.worker.equals(attempt.worker()));
  }

  /** The number under which the attempt of this assignment can be recorded. */
  int numberOf(AssignmentEntry assignment) {
    return attempts.containsKey(assignment.attempt) ? nextAttempt() : assignment.attempt;
  }

  /** What a person decided about this assignment, which is held; null where nobody did. */
  @Nullable OnLost releaseOf(AssignmentEntry assignment) {
    MasterEvent.Release release = releases.get(assignment.attempt);
    return release != null && assignment.isMeantBy(release) ? release.as() : null;
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

  private List<MasterEvent.AttemptRecord> attemptsThat(Outcome ended) {
    List<MasterEvent.AttemptRecord> found = new ArrayList<>();
    for (MasterEvent.@Nullable AttemptRecord attempt : attempts.values()) {
      if (attempt != null && attempt.outcome() == ended) {
        found.add(attempt);
      }
    }
    return found;
  }

  int lostAttempts() {
    return attemptsThat(Outcome.LOST).size();
  }

  /**
   * How many attempts were lost that the command may be to blame for. Of those that one worker lost
   * before it said that they ran, one: such a worker comes and goes by itself.
   */
  int suspectAttempts() {
    int suspect = 0;
    Set<String> workers = new TreeSet<>();
    for (MasterEvent.AttemptRecord attempt : attemptsThat(Outcome.LOST)) {
      String worker = attempt.worker();
      boolean again = !attempt.started() && worker != null && !workers.add(worker);
      suspect += again ? 0 : 1;
    }
    return suspect;
  }

  /** Whether an attempt of it has run, or was tried. */
  private boolean hasStarted() {
    return attempts.values().stream().anyMatch(each -> each == null || each.started());
  }

  /**
   * When the next attempt may begin; null where nothing holds it back. It is the latest failure
   * that counts, also where the loss of a second assignment, a person's, is recorded after it.
   */
  @Nullable Instant notBefore() {
    int failures = 0;
    MasterEvent.@Nullable AttemptRecord last = null;
    for (MasterEvent.@Nullable AttemptRecord attempt : attempts.values()) {
      if (attempt != null
          && attempt.outcome() != Outcome.LOST
          && attempt.outcome() != Outcome.RETURNED) {
        failures++;
        last = last == null || attempt.at().isAfter(last.at()) ? attempt : last;
      }
    }
    return last == null || spec == null
        ? null
        : last.at().plusMillis(Math.round(spec.retryDelaySeconds(failures) * 1000));
  }

  /** When it expires unless it has started; null where it never does. */
  @Nullable Instant expiresAt() {
    if (spec == null || spec.startWithinSeconds() == null || hasStarted()) {
      return null;
    }
    return standsSince.plusMillis(Math.round(spec.startWithinSeconds() * 1000));
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
