package io.zkrun.cli;

import io.zkrun.client.Client;
import io.zkrun.client.ClientException;
import io.zkrun.client.ClientException.Problem;
import io.zkrun.core.Result;
import io.zkrun.core.TaskId;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Waits for tasks. */
final class Waiter {
  private Waiter() {}

  /**
   * The task's exit code, or the highest of several.
   *
   * @param timeoutMillis null for ever
   * @param each hears of the results in the order of {@code ids}
   */
  static int wait(
      Client client, List<TaskId> ids, @Nullable Long timeoutMillis, Consumer<Result> each)
      throws InterruptedException, ExecutionException {
    long end =
        System.nanoTime()
            + TimeUnit.MILLISECONDS.toNanos(timeoutMillis == null ? 0 : timeoutMillis);
    List<CompletableFuture<Result>> awaited = ids.stream().map(client::await).toList();
    int code = 0;
    for (CompletableFuture<Result> one : awaited) {
      Result result = timeoutMillis == null ? one.get() : get(one, end, awaited);
      code = Math.max(code, result.clientExitCode());
      each.accept(result);
    }
    return code;
  }

  private static Result get(
      CompletableFuture<Result> one, long end, List<CompletableFuture<Result>> all)
      throws InterruptedException, ExecutionException {
    try {
      return one.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      long left = all.stream().filter(each -> !each.isDone()).count();
      throw new ClientException(
          Problem.NOT_ENDED,
          left
              + " of "
              + all.size()
              + " tasks have not ended within --timeout; they go on;"
              + " wait again, or cancel them");
    }
  }
}
