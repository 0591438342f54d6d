package io.zkrun.cli;

import io.zkrun.config.Settings;
import io.zkrun.config.Tracking;
import io.zkrun.config.WorkerSettings;
import io.zkrun.core.StopMode;
import io.zkrun.exec.Spool;
import io.zkrun.exec.SpoolException;
import io.zkrun.exec.SpoolSettings;
import io.zkrun.metrics.WorkerMetrics;
import io.zkrun.sabotage.Sabotage;
import io.zkrun.worker.Listener;
import io.zkrun.worker.SpoolRuns;
import io.zkrun.worker.Worker;
import io.zkrun.worker.WorkerOptions;
import io.zkrun.zk.ThreadLoop;
import io.zkrun.zk.ZkTrees;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A worker in this process. */
final class WorkerDaemon implements Daemon {
  /** A daemon that leaves its commands running ends within 5 s, all in all. */
  private static final long STOP_MILLIS = 3_000;

  private static final long STOP_WITH_COMMANDS_MILLIS = 30_000;
  private static final long SESSION_END_MILLIS = 1_000;

  private static final long CLOSE_MILLIS = 1_000;
  private static final long OPEN_PATIENCE_MILLIS = 10_000;
  private static final Logger LOG = LoggerFactory.getLogger(WorkerDaemon.class);

  private final Settings settings;
  private final String connect;
  private final Sessions sessions;
  private final boolean keeper;
  private final WorkerMetrics metrics;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private @Nullable ThreadLoop loop;
  private @Nullable Spool spool;
  private @Nullable Worker worker;

  /**
   * @param connect instead of what the settings say
   * @param keeper whether a process beside it ends its commands when it dies
   */
  WorkerDaemon(Settings settings, String connect, boolean keeper, WorkerMetrics metrics) {
    this.settings = settings;
    this.connect = connect;
    this.keeper = keeper;
    this.metrics = metrics;
    sessions =
        new Sessions(
            new ZkTrees(
                connect,
                (int) settings.zookeeper().sessionTimeout().worker().toMillis(),
                settings.zookeeper().juteMaxBufferBytes()));
  }

  @Override
  public String name() {
    return "worker " + settings.worker().name();
  }

  @Override
  public void start(Life life) throws IOException {
    spool = openSpool(life);
    loop = new ThreadLoop("worker", error -> life.fatal("the worker failed: " + error));
    WorkerOptions options = options();
    Sabotage sabotage = Sabotage.ofProcess();
    worker =
        new Worker(
            options,
            sabotage.ofWorker(sessions),
            loop,
            sabotage.ofWorker(new SpoolRuns(spool, loop, options)),
            metrics,
            new Listener() {
              @Override
              public void ready() {
                life.ready(
                    "worker "
                        + options.name()
                        + " takes "
                        + options.slots()
                        + " at once from "
                        + connect);
              }

              @Override
              public void disconnected() {
                life.disconnected(connect);
              }

              @Override
              public void away(String reason) {
                life.away(reason);
              }

              @Override
              public void stopped() {
                stopped.countDown();
              }

              @Override
              public void fatal(String message) {
                life.fatal(message);
              }
            });
    worker.start();
  }

  private Spool openSpool(Life life) throws IOException {
    CountDownLatch over = new CountDownLatch(1);
    beside("zkrun-spool-open", () -> tellSlowOpen(over, life));
    try {
      Spool opened = Spool.open(spoolSettings());
      try {
        opened.claim(settings.worker().name());
      } catch (SpoolException e) {
        opened.close();
        throw e;
      }
      return opened;
    } catch (SpoolException e) {
      throw new IOException(e.getMessage(), e);
    } finally {
      over.countDown();
    }
  }

  /** A disk that does not answer holds up the start for as long as it pleases. */
  private void tellSlowOpen(CountDownLatch over, Life life) {
    String reason =
        "waits for the spool "
            + settings.worker().spool()
            + ", whose disk does not answer; it starts nothing until then (see dmesg and mount)";
    try {
      if (!over.await(OPEN_PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
        life.away(reason);
        LOG.warn("{} {}", name(), reason);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Thread beside(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private SpoolSettings spoolSettings() {
    WorkerSettings from = settings.worker();
    return new SpoolSettings(
        from.spool(),
        from.leaveBackground(),
        from.spoolRetention().age(),
        from.spoolRetention().bytes(),
        from.tracking() == Tracking.COOKIE
            ? SpoolSettings.Tracking.COOKIE
            : SpoolSettings.Tracking.AUTO,
        keeper,
        connect);
  }

  private WorkerOptions options() {
    WorkerSettings from = settings.worker();
    return new WorkerOptions(
        from.name(),
        from.slots(),
        from.labels(),
        Host.name(),
        ProcessHandle.current().pid(),
        Version.current(),
        settings.zookeeper().sessionTimeout().worker().toMillis(),
        from.lease().toMillis(),
        settings.task().killAfter().toMillis(),
        settings.task().outputLimitBytes(),
        settings.task().onLost());
  }

  @Override
  public void stop(boolean endCommands) throws InterruptedException {
    if (worker == null || loop == null || spool == null) {
      return;
    }
    worker.stop(endCommands ? StopMode.END_COMMANDS : StopMode.KEEP_COMMANDS);
    long millis = endCommands ? STOP_WITH_COMMANDS_MILLIS : STOP_MILLIS;
    boolean unused = stopped.await(millis, TimeUnit.MILLISECONDS);
    sessions.end(SESSION_END_MILLIS);
    loop.close();
    // Its disk may not answer; the lock goes with the process.
    beside("zkrun-spool-close", spool::close).join(CLOSE_MILLIS);
  }
}
