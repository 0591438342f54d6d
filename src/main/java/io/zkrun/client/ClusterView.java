package io.zkrun.client;

import io.zkrun.core.Assignment;
import io.zkrun.core.Candidate;
import io.zkrun.core.Placement;
import io.zkrun.core.TaskId;
import io.zkrun.core.Waiting;
import io.zkrun.core.WorkerInfo;
import io.zkrun.znode.Stat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Who is there, and who has what: all that the state of an unended task depends on. */
record ClusterView(
    Optional<MasterView> master, List<WorkerView> workers, Map<TaskId, Assigned> assigned) {
  static final ClusterView NOBODY = new ClusterView(Optional.empty(), List.of(), Map.of());

  /**
   * @param stat of the assignment: of two for one task, the one with the lower czxid stands
   */
  record Assigned(TaskId task, String worker, Assignment assignment, Stat stat) {}

  Waiting explain(Map<String, String> requires) {
    if (master.isEmpty()) {
      return new Waiting.NoMaster();
    }
    if (master.get().byHand()) {
      return new Waiting.MasterByHand(master.get().info().host());
    }
    return Placement.explain(
        requires, workers.stream().flatMap(worker -> candidate(worker).stream()).toList());
  }

  private static Optional<Candidate> candidate(WorkerView worker) {
    WorkerInfo info = worker.info();
    return info == null
        ? Optional.empty()
        : Optional.of(
            new Candidate(
                worker.name(),
                info.slots(),
                worker.used(),
                info.labels(),
                worker.drain() != null,
                info.notReady(),
                0));
  }
}
