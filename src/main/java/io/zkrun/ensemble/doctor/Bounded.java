package io.zkrun.ensemble.doctor;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Something that is looked at elsewhere, and not waited for too long. */
final class Bounded<T> {
  private final Future<@Nullable T> future;

  private Bounded(Future<@Nullable T> future) {
    this.future = future;
  }

  static <T> Bounded<T> start(ExecutorService pool, Callable<@Nullable T> look) {
    return new Bounded<>(pool.submit(look));
  }

  /** What was seen; null where that took more than {@code millis} from now. */
  @Nullable T orNull(long millis) throws InterruptedException {
    try {
      return future.get(millis, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      future.cancel(true);
      return null;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }
}
