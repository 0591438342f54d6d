package io.zkrun.verify;

import io.zkrun.client.Client;
import io.zkrun.client.ListFilter;
import io.zkrun.client.TaskState;
import io.zkrun.client.TaskView;
import io.zkrun.core.OnLost;
import io.zkrun.core.TaskId;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Decides, as a person would, about tasks that are held for a worker that never comes back: once
 * nothing of them runs any more, one is run again, the next one fails.
 */
final class Releases {
  private static final int MOST = 1_000;
  private static final long SECONDS = 10;

  private final Client client;
  private final Cluster cluster;
  private final Processes processes;
  private final Set<String> released = new HashSet<>();

  Releases(Client client, Cluster cluster, Processes processes) {
    this.client = client;
    this.cluster = cluster;
    this.processes = processes;
  }

  /** Looks once; what fails now is done next time. */
  void look() throws InterruptedException {
    try {
      Set<String> gone = cluster.goneWorkers();
      if (gone.isEmpty() || !holds(gone)) {
        return;
      }
      ListFilter held = new ListFilter(Set.of(TaskState.HELD), null, null, null, MOST);
      for (TaskView task : client.list(held).get(SECONDS, TimeUnit.SECONDS).tasks()) {
        if (gone.contains(task.worker()) && processes.ofTask(task.id().value()).isEmpty()) {
          release(task.id());
        }
      }
    } catch (ExecutionException | TimeoutException e) {
      // No server, or another decision was faster.
    }
  }

  /** Asked first, since it costs less than the tasks do. */
  private boolean holds(Set<String> gone)
      throws InterruptedException, ExecutionException, TimeoutException {
    return client.workers().get(SECONDS, TimeUnit.SECONDS).stream()
        .anyMatch(worker -> gone.contains(worker.name()) && worker.held() > 0);
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
