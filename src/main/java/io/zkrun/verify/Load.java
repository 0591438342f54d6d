package io.zkrun.verify;

import io.zkrun.client.Client;
import io.zkrun.client.Submission;
import io.zkrun.core.Result;
import io.zkrun.core.TaskId;
import io.zkrun.core.TaskSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Submits the tasks, each at its time, and awaits them, as any client would. */
final class Load {
  /** One in so many has a name of its own. */
  private static final int NAMED = 10;

  private static final Polling LOOKING = new Polling(50);

  private final Client client;
  private final List<PlannedTask> plan;
  private final String drill;
  private final Path events;
  private final Map<Integer, TaskId> acknowledged = new ConcurrentHashMap<>();
  private final Map<TaskId, Result> ends = new ConcurrentHashMap<>();
  private final List<String> refused = new CopyOnWriteArrayList<>();
  private final Set<TaskId> cancelled = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService cancels = Executors.newSingleThreadScheduledExecutor();
  private final Thread thread = new Thread(this::run, "load");

  /** How many had ended when somebody last was told of one more; guarded by this. */
  private int seen;

  Load(Client client, List<PlannedTask> plan, String drill, Path events) {
    this.client = client;
    this.plan = plan;
    this.drill = drill;
    this.events = events;
    thread.setDaemon(true);
  }

  void begin() {
    thread.start();
  }

  void stop() {
    thread.interrupt();
    cancels.shutdownNow();
  }

  private void run() {
    long began = System.nanoTime();
    try {
      for (PlannedTask task : plan) {
        long at = began + TimeUnit.MILLISECONDS.toNanos(task.atMillis());
        TimeUnit.NANOSECONDS.sleep(Math.max(0, at - System.nanoTime()));
        submit(task);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns at once. */
  void submit(PlannedTask task) {
    TaskSpec spec = task.spec(drill, events);
    CompletableFuture<TaskId> submitted =
        task.number() % NAMED == 0
            ? client.submit("drill-" + task.number(), spec).thenApply(Submission::id)
            : client.submit(spec);
    var unused =
        submitted.whenComplete(
            (id, error) -> {
              if (error == null) {
                acknowledged.put(task.number(), id);
                await(id);
                cancelLater(task, id);
              } else {
                refused.add(task.number() + ": " + error.getMessage());
              }
            });
  }

  private void cancelLater(PlannedTask task, TaskId id) {
    if (task.cancelMillis() > 0 && !cancels.isShutdown()) {
      var unused = cancels.schedule(() -> cancel(id), task.cancelMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** Where the answer is lost, it may have been done. */
  private void cancel(TaskId id) {
    cancelled.add(id);
    var unused = client.cancel(id, "the drill asks for its end");
  }

  private void await(TaskId id) {
    var unused = client.await(id).thenAccept(result -> ends.put(id, result));
  }

  /** Whether every task was submitted or refused, and all that were submitted have ended. */
  boolean isOver() {
    return !thread.isAlive()
        && acknowledged.size() + refused.size() == plan.size()
        && ends.size() == acknowledged.size();
  }

  /** Whether nothing waits or runs just now. */
  boolean isIdle() {
    return ends.size() == acknowledged.size();
  }

  /**
   * Waits until a task has ended for this caller alone, nothing waits or runs, or {@code millis}
   * are over. Of several callers one end releases one.
   */
  void awaitMoreEnds(long millis) throws InterruptedException {
    boolean unused = LOOKING.until(millis, this::takeEnd);
  }

  /** Whether nothing has to be waited for; whoever is told so raises the bar for the next. */
  synchronized boolean takeEnd() {
    if (ends.size() <= seen && !isIdle()) {
      return false;
    }
    seen = ends.size();
    return true;
  }

  /** By the tasks' numbers. */
  Map<Integer, TaskId> acknowledged() {
    return acknowledged;
  }

  /** As the client was told. */
  Map<TaskId, Result> ends() {
    return ends;
  }

  /** Those whose end the client has asked for. */
  Set<TaskId> cancelled() {
    return cancelled;
  }

  /** Those of which the client was not told that they are submitted, and why. */
  List<String> refused() {
    return refused;
  }
}
