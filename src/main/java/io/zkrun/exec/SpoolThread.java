package io.zkrun.exec;

import java.nio.file.Path;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
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
  private final ScheduledThreadPoolExecutor executor;

  SpoolThread(Path dir, String purpose) {
    this.dir = dir;
    executor =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread made = new Thread(task, "zkrun-spool-" + purpose);
              made.setDaemon(true);
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
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      LOG.error("the spool {} stumbled", dir, e);
    }
  }

  /** How many tasks and timers wait. */
  int waiting() {
    return executor.getQueue().size();
  }

  /** What has not begun by now is not done. */
  void close() {
    executor.shutdown();
  }
}
