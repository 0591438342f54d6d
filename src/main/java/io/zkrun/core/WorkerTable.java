package io.zkrun.core;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The workers that are known, and those of them that can be given tasks, best first. */
final class WorkerTable {
  /** How much longer than its lease a worker must be gone before it is lost. */
  static final long LEASE_MARGIN_MILLIS = 2_000;

  private final long lostAfterMillis;
  private final Map<String, WorkerEntry> workers = new TreeMap<>();
  private long nowMillis;
  private final TreeSet<Candidate> open = new TreeSet<>(Placement.ORDER);

  /**
   * @param lostAfterMillis how long a worker may be gone, at least
   */
  WorkerTable(long lostAfterMillis) {
    this.lostAfterMillis = lostAfterMillis;
  }

  void at(Now now) {
    nowMillis = now.millis();
  }

  /** The worker's entry, made where there is none. */
  WorkerEntry of(String name) {
    return workers.computeIfAbsent(name, WorkerEntry::new);
  }

  @Nullable WorkerEntry find(String name) {
    return workers.get(name);
  }

  List<WorkerEntry> all() {
    return List.copyOf(workers.values());
  }

  /** Those that are up and known to have a place for assignments. */
  Collection<Candidate> open() {
    return open;
  }

  /** Something about the worker has changed. */
  void refresh(WorkerEntry worker) {
    if (worker.candidate != null) {
      open.remove(worker.candidate);
    }
    worker.candidate = worker.toCandidate(nowMillis);
    if (worker.candidate != null) {
      open.add(worker.candidate);
    }
  }

  void forgetIfEmpty(WorkerEntry worker) {
    if (worker.isForgotten()) {
      workers.remove(worker.name);
    }
  }

  /** How long this worker may be gone: never less than the lease that it has published. */
  long lostAfterMillis(WorkerEntry worker) {
    Incarnation incarnation = worker.incarnation == null ? Incarnation.BY_HAND : worker.incarnation;
    long lease = (long) Math.ceil(incarnation.leaseSeconds() * 1000);
    return Math.max(lostAfterMillis, lease + LEASE_MARGIN_MILLIS);
  }
}
