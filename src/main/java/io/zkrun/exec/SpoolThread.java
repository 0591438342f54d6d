package io.zkrun.exec;

import java.nio.file.Path;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread that owns all state of a spool. Whatever goes wrong with one run, it lives on. */
final class SpoolThread {
  private static final Logger LOG = LoggerFactory.getLogger(Spool.class);

  private final Path dir;
  private final ScheduledThreadPoolExecutor executor =
      new ScheduledThreadPoolExecutor(
          1,
          task -> {
            Thread made = new Thread(task, "zkrun-spool");
            made.setDaemon(true);
            return made;
          });

  SpoolThread(Path dir) {
    this.dir = dir;
    executor.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  void post(Runnable task) {
    after(0, task);
  }

  void after(long millis, Runnable task) {
    if (executor.isShutdown()) {
      return;
    }
    var unused = executor.schedule(() -> guard(task), millis, TimeUnit.MILLISECONDS);
  }

  private void guard(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      LOG.error("the spool {} stumbled", dir, e);
    }
  }

  /** What has not begun by now is not done. */
  void close() {
    executor.shutdown();
  }
}
