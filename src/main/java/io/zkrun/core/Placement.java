package io.zkrun.core;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where a task goes, and why it goes nowhere: the same rules for the master, which places tasks,
 * and for the client, which says why one waits.
 */
public final class Placement {
  /**
   * Those first that stay; then the most free slots, so that load spreads; equal ones by name. One
   * that comes and goes still gets what no other has room for.
   */
  static final Comparator<Candidate> ORDER =
      Comparator.comparingInt(Candidate::departures)
          .thenComparing(Comparator.comparingInt(Candidate::free).reversed())
          .thenComparing(Candidate::name);

  private Placement() {}

  /** The worker that takes a task with these requirements now, if any can. */
  static Optional<Candidate> choose(Map<String, String> requires, Collection<Candidate> bestFirst) {
    return bestFirst.stream()
        .filter(worker -> worker.free() > 0 && worker.has(requires))
        .findFirst();
  }

  /**
   * Why a task with these requirements waits.
   *
   * @param up the workers that are registered
   */
  public static Waiting explain(Map<String, String> requires, Collection<Candidate> up) {
    if (up.isEmpty()) {
      return new Waiting.NoWorkers();
    }
    List<Candidate> able = up.stream().filter(worker -> worker.has(requires)).toList();
    if (able.isEmpty()) {
      return new Waiting.NoWorkerWithLabel(requires, up.size());
    }
    List<Candidate> open = able.stream().filter(worker -> !worker.draining()).toList();
    if (open.isEmpty()) {
      return new Waiting.Draining(able.size());
    }
    List<Candidate> ready = open.stream().filter(worker -> worker.notReady() == null).toList();
    NotReady example = open.get(0).notReady();
    if (ready.isEmpty() && example != null) {
      return new Waiting.NoneReady(open.size(), example.message());
    }
    if (ready.stream().anyMatch(worker -> worker.free() > 0)) {
      return new Waiting.BeingPlaced();
    }
    int slots = ready.stream().mapToInt(Candidate::slots).sum();
    return new Waiting.AllSlotsBusy(ready.size(), slots);
  }
}
