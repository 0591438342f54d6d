package io.zkrun.verify;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Counts the faults that were really done. */
final class Tally {
  private final Map<FaultKind, Integer> done = new EnumMap<>(FaultKind.class);
  private final List<WorkerKill> workerKills = new ArrayList<>();
  private final List<Silence> silences = new ArrayList<>();
  private final List<Hit> hits = new ArrayList<>();
  private final List<String> missed = new ArrayList<>();
  private long longestTakeoverMillis;

  /**
   * @param at in hundredths of a second since boot
   */
  record WorkerKill(String worker, long at) {}

  /**
   * A worker could renew its lease no more, and that for longer than the lease.
   *
   * @param at from when on at the latest, in hundredths of a second since boot
   */
  record Silence(String worker, long at) {}

  /**
   * A fault that a worker had, whatever it was, by the wall clock.
   *
   * @param from when it was done at the earliest
   * @param to when it was undone at the latest; {@link #NEVER} where it was not
   * @param kind of fault
   */
  record Hit(String worker, FaultKind kind, Instant from, Instant to) {
    /** Each new master waits anew until it declares a worker lost that is gone. */
    static final Instant NEVER = Instant.ofEpochMilli(Long.MAX_VALUE);

    boolean fillsTheDisk() {
      return kind == FaultKind.SPOOL_FILLED;
    }
  }

  synchronized void done(FaultKind kind) {
    done.merge(kind, 1, Integer::sum);
  }

  /** One that could not be done. */
  synchronized void missed(FaultKind kind, String why) {
    missed.add(kind.label() + ": " + why);
  }

  synchronized void killed(WorkerKill kill) {
    workerKills.add(kill);
  }

  synchronized void silent(Silence silence) {
    silences.add(silence);
  }

  synchronized void hit(Hit hit) {
    hits.add(hit);
  }

  synchronized void takeover(long millis) {
    longestTakeoverMillis = Math.max(longestTakeoverMillis, millis);
  }

  synchronized int count(FaultKind kind) {
    return done.getOrDefault(kind, 0);
  }

  synchronized int total() {
    return done.values().stream().mapToInt(Integer::intValue).sum();
  }

  synchronized List<WorkerKill> workerKills() {
    return List.copyOf(workerKills);
  }

  synchronized List<Silence> silences() {
    return List.copyOf(silences);
  }

  synchronized List<Hit> hits() {
    return List.copyOf(hits);
  }

  /** The workers whose disk was full. */
  synchronized Set<String> filled() {
    return hits.stream().filter(Hit::fillsTheDisk).map(Hit::worker).collect(Collectors.toSet());
  }

  synchronized List<String> missed() {
    return List.copyOf(missed);
  }

  synchronized long longestTakeoverMillis() {
    return longestTakeoverMillis;
  }
}
