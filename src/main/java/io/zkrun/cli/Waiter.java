package io.zkrun.cli;

import io.zkrun.client.Client;
import io.zkrun.client.ClientException;
import io.zkrun.client.ClientException.Problem;
import io.zkrun.core.Result;
import io.zkrun.core.TaskId;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Waits for tasks, and tells how many have ended. */
final class Waiter {
  private final List<TaskId> ids;
  private final List<CompletableFuture<Result>> awaited;
  private final CompletableFuture<Result> unknown = new CompletableFuture<>();
  private final Progress progress;
  private final Obstacles obstacles;
  private final Ends ends;
  private final long endNanos;

  private Waiter(
      Client client,
      List<TaskId> ids,
      Progress progress,
      Obstacles obstacles,
      Ends ends,
      @Nullable Long timeoutMillis) {
    this.ids = ids;
    this.progress = progress;
    this.obstacles = obstacles;
    this.ends = ends;
    awaited = ids.stream().map(client::await).toList();
    for (CompletableFuture<Result> each : awaited) {
      var unused = each.whenComplete((result, error) -> refuse(error));
    }
    long nanos =
        timeoutMillis == null ? Long.MAX_VALUE / 2 : TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    endNanos = System.nanoTime() + Math.min(nanos, Long.MAX_VALUE / 2);
  }

  /** An id that nobody knows is told at once, not only after all that stand before it. */
  private void refuse(@Nullable Throwable error) {
    Throwable cause = error instanceof CompletionException ? error.getCause() : error;
    if (cause instanceof ClientException client && client.problem() == Problem.UNKNOWN_TASK) {
      unknown.completeExceptionally(client);
    }
  }

  /**
   * The task's exit code, or the highest of several.
   *
   * @param timeoutMillis null for ever
   * @param each hears of the results in the order of {@code ids}
   */
  static int wait(
      Client client,
      Terminal terminal,
      List<TaskId> ids,
      @Nullable Long timeoutMillis,
      BiConsumer<TaskId, Result> each)
      throws InterruptedException, ExecutionException {
    try (Progress progress = new Progress(terminal)) {
      Obstacles obstacles = new Obstacles(client, terminal);
      Ends ends = new Ends(terminal);
      return new Waiter(client, ids, progress, obstacles, ends, timeoutMillis).all(each);
    }
  }

  private int all(BiConsumer<TaskId, Result> each) throws InterruptedException, ExecutionException {
    int code = 0;
    for (int i = 0; i < ids.size(); i++) {
      Result result = one(ids.get(i), awaited.get(i));
      code = Math.max(code, result.clientExitCode());
      progress.clear();
      each.accept(ids.get(i), result);
      ends.tell(ids.get(i), result);
    }
    return code;
  }

  private Result one(TaskId id, CompletableFuture<Result> future)
      throws InterruptedException, ExecutionException {
    while (true) {
      long leftNanos = Math.max(0, endNanos - System.nanoTime());
      long tickNanos =
          progress.isWatched()
              ? TimeUnit.MILLISECONDS.toNanos(Progress.EVERY_MILLIS)
              : obstacles.leftNanos(id);
      try {
        return (future.isDone() ? future : future.applyToEither(unknown, result -> result))
            .get(Math.min(tickNanos, leftNanos), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        obstacles.tell(id, progress::clear);
        if (endNanos - System.nanoTime() <= 0) {
          throw timeout();
        }
        progress.show(() -> soFar() + ", " + progress.seconds() + " s");
      }
    }
  }

  private String soFar() {
    return ids.size() == 1
        ? "waiting for task " + ids.get(0)
        : ended() + " of " + ids.size() + " tasks have ended";
  }

  private long ended() {
    return awaited.stream().filter(CompletableFuture::isDone).count();
  }

  private ClientException timeout() {
    return new ClientException(
        Problem.NOT_ENDED,
        ids.size() - ended() + " of " + ids.size() + " tasks have not ended within --timeout",
        "they go on; wait again, or cancel them");
  }
}
