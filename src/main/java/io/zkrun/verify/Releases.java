package io.zkrun.verify;

import io.zkrun.client.Client;
import io.zkrun.client.ListFilter;
import io.zkrun.client.TaskState;
import io.zkrun.client.TaskView;
import io.zkrun.client.WorkerView;
import io.zkrun.core.OnLost;
import io.zkrun.core.TaskId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/**
 * Decides, as a person would, about tasks that are held for a worker that never comes back, or that
 * is back and has not taken them up, since its spool knows nothing of them: once nothing of them
 * runs any more, one is run again, the next one fails.
 */
final class Releases {
  private static final int MOST = 1_000;
  private static final long SECONDS = 10;

  /** A worker that is back takes up by then what it knows. */
  private static final long TAKEN_UP_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Client client;
  private final Cluster cluster;
  private final Processes processes;
  private final Set<String> released = new HashSet<>();

  /** Since when each is held though its worker is there. */
  private final Map<TaskId, Long> untaken = new HashMap<>();

  Releases(Client client, Cluster cluster, Processes processes) {
    this.client = client;
    this.cluster = cluster;
    this.processes = processes;
  }

  /** Looks once; what fails now is done next time. */
  void look() throws InterruptedException {
    try {
      List<WorkerView> workers =
          client.workers().get(SECONDS, TimeUnit.SECONDS).stream()
              .filter(worker -> worker.held() > 0)
              .toList();
      // Asked first, since it costs less than the tasks do.
      if (!workers.isEmpty()) {
        decide(workers);
      }
    } catch (ExecutionException | TimeoutException e) {
      // No server, or another decision was faster.
    }
  }

  private void decide(List<WorkerView> workers)
      throws InterruptedException, ExecutionException, TimeoutException {
    Set<String> gone = cluster.goneWorkers();
    Set<String> back =
        workers.stream()
            .filter(worker -> worker.info() != null)
            .map(WorkerView::name)
            .collect(Collectors.toSet());
    ListFilter held = new ListFilter(Set.of(TaskState.HELD), null, null, null, MOST);
    List<TaskView> tasks = client.list(held).get(SECONDS, TimeUnit.SECONDS).tasks();
    untaken.keySet().retainAll(tasks.stream().map(TaskView::id).toList());
    for (TaskView task : tasks) {
      boolean lost = gone.contains(task.worker()) || isUntaken(task, back);
      if (lost && processes.ofTask(task.id().value()).isEmpty()) {
        release(task.id());
      }
    }
  }

  private boolean isUntaken(TaskView task, Set<String> back) {
    if (!back.contains(task.worker())) {
      untaken.remove(task.id());
      return false;
    }
    long since = untaken.computeIfAbsent(task.id(), id -> System.nanoTime());
    return System.nanoTime() - since > TAKEN_UP_NANOS;
  }

  private void release(TaskId id)
      throws InterruptedException, ExecutionException, TimeoutException {
    OnLost as = released.size() % 2 == 0 ? OnLost.RERUN : OnLost.FAIL;
    // Before it is asked: where the answer is lost, it may have been done.
    released.add(id.value());
    Object unused = client.release(id, as).get(SECONDS, TimeUnit.SECONDS);
  }

  Set<String> released() {
    return released;
  }
}
