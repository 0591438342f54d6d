package io.zkrun.cli;

import io.zkrun.client.Client;
import io.zkrun.client.TaskView;
import io.zkrun.core.TaskId;
import io.zkrun.core.Waiting;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Tells somebody who waits for a task what keeps it from going on, where that will not pass by
 * itself: no master, no worker for it, held for a lost one. Each is told once.
 */
final class Obstacles {
  private static final long ANSWER_SECONDS = 15;

  private final Client client;
  private final Terminal terminal;
  private final Set<String> told = new HashSet<>();
  private final Backoff backoff = new Backoff(System::nanoTime);

  Obstacles(Client client, Terminal terminal) {
    this.client = client;
    this.terminal = terminal;
  }

  /** Waits for {@code end}, however long it takes, and tells what is in the way. */
  <T> T await(CompletableFuture<T> end, TaskId task)
      throws InterruptedException, ExecutionException {
    while (true) {
      try {
        return end.get(leftNanos(task), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        tell(task, () -> {});
      }
    }
  }

  /** For how long there is nothing to tell of this task. */
  long leftNanos(TaskId task) {
    backoff.about(task);
    return backoff.leftNanos();
  }

  /**
   * Tells what is in the way, unless it was looked for a moment ago.
   *
   * @param before run before something is told
   */
  void tell(TaskId task, Runnable before) throws InterruptedException {
    if (leftNanos(task) > 0) {
      return;
    }
    String obstacle = of(task);
    backoff.answered(obstacle);
    if (obstacle != null && told.add(obstacle)) {
      before.run();
      terminal.note(obstacle);
    }
  }

  private @Nullable String of(TaskId task) throws InterruptedException {
    try {
      TaskView view = client.status(List.of(task)).get(ANSWER_SECONDS, TimeUnit.SECONDS).get(0);
      String held = view.heldReason();
      Waiting waiting = view.waiting();
      if (held != null) {
        return "task " + task + " is held: " + held;
      }
      return waiting == null || waiting.passes()
          ? null
          : "task " + task + " waits: " + waiting.message();
    } catch (ExecutionException | TimeoutException e) {
      return "ZooKeeper does not answer; waiting for task " + task + " until it does";
    }
  }
}
