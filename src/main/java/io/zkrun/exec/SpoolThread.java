package io.zkrun.exec;

import io.zkrun.core.StallWatch;
import java.nio.file.Path;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of a spool's threads. Each has a purpose, and state of its own that no other touches:
 *
 * <ul>
 *   <li>{@code runs} owns what is known of the runs, and starts them. It waits for nothing that may
 *       take long.
 *   <li>{@code lease} hands each new deadline to the keeper, and does nothing else: nothing that is
 *       started, searched or removed may delay it.
 *   <li>{@code janitor} removes folders and measures what is kept.
 * </ul>
 *
 * Whatever goes wrong with one task, the thread lives on.
 */
final class SpoolThread {
  private static final Logger LOG = LoggerFactory.getLogger(Spool.class);

  private final Path dir;
  private final String purpose;
  private final ScheduledThreadPoolExecutor executor;
  private final StallWatch watch = new StallWatch();
  private volatile @Nullable Thread thread;

  /** How many tasks have begun; touched by the thread alone. */
  private long begun;

  /** The number of the task that it is at; 0 for none. */
  private volatile long at;

  SpoolThread(Path dir, String purpose) {
    this.dir = dir;
    this.purpose = purpose;
    executor =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread made = new Thread(task, "zkrun-spool-" + purpose);
              made.setDaemon(true);
              thread = made;
              return made;
            },
            new ThreadPoolExecutor.DiscardPolicy());
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    // A timer of days must not hold what it was for until then.
    executor.setRemoveOnCancelPolicy(true);
  }

  void post(Runnable task) {
    var unused = after(0, task);
  }

  Future<?> after(long millis, Runnable task) {
    return executor.schedule(() -> guard(task), millis, TimeUnit.MILLISECONDS);
  }

  private void guard(Runnable task) {
    begun++;
    at = begun;
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      LOG.error("the spool {} stumbled", dir, e);
    } finally {
      at = 0;
    }
  }

  /** Called each second by one thread: what it hangs in, or null. */
  @Nullable String hangsIn() {
    Thread made = thread;
    if (!watch.hangs(at) || made == null) {
      return null;
    }
    String where =
        Stream.of(made.getStackTrace())
            .filter(frame -> frame.getClassName().startsWith("io.zkrun."))
            .findFirst()
            .map(frame -> frame.getFileName() + ":" + frame.getLineNumber())
            .orElse("?");
    return "the spool "
        + dir
        + " does not answer: its thread '"
        + purpose
        + "' waits for the disk, or for a process to start, for more than 10 s (at "
        + where
        + ")";
  }

  /** How many tasks and timers wait. */
  int waiting() {
    return executor.getQueue().size();
  }

  /** What has not begun by now is not done. */
  void close() {
    executor.shutdown();
  }

  /** Likewise, and waits for what has begun, at most this long. */
  void close(long millis) {
    executor.shutdown();
    try {
      boolean unused = executor.awaitTermination(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
