package io.zkrun.cli;

import io.zkrun.config.MasterSettings;
import io.zkrun.config.Settings;
import io.zkrun.core.MasterInfo;
import io.zkrun.core.SchedulerOptions;
import io.zkrun.master.HistoryFile;
import io.zkrun.master.Master;
import io.zkrun.master.MasterOptions;
import io.zkrun.metrics.MasterMetrics;
import io.zkrun.sabotage.Sabotage;
import io.zkrun.verify.Drill;
import io.zkrun.zk.ThreadLoop;
import io.zkrun.zk.ZkTrees;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A master in this process. */
final class MasterDaemon implements Daemon {
  private static final long STOP_MILLIS = 2_000;

  private final Settings settings;
  private final String connect;
  private final MasterMetrics metrics;
  private final Sessions sessions;
  private @Nullable ThreadLoop loop;
  private @Nullable Master master;

  /**
   * @param connect instead of what the settings say
   */
  MasterDaemon(Settings settings, String connect, MasterMetrics metrics) {
    this.settings = settings;
    this.connect = connect;
    this.metrics = metrics;
    sessions =
        new Sessions(
            new ZkTrees(
                connect,
                (int) settings.zookeeper().sessionTimeout().master().toMillis(),
                settings.zookeeper().juteMaxBufferBytes()));
  }

  @Override
  public String name() {
    return "master";
  }

  @Override
  public void start(Life life) {
    loop = new ThreadLoop("master", error -> life.fatal("the master failed: " + error));
    MasterSettings.History history = settings.master().history();
    master =
        new Master(
            options(),
            Sabotage.ofProcess().ofMaster(sessions),
            loop,
            new HistoryFile(history.file(), history.maxSizeBytes()),
            metrics,
            new Master.Listener() {
              @Override
              public void standby(MasterInfo leader) {
                life.ready("stands by at " + connect + "; " + leader.host() + " leads");
              }

              @Override
              public void leading(int epoch) {
                life.ready("leads at " + connect + " in epoch " + epoch);
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
              public void resigned(String reason) {
                life.away(reason + "; stands for election again");
              }
            });
    master.start();
  }

  private MasterOptions options() {
    MasterSettings.Retention retention = settings.master().retention();
    return new MasterOptions(
        new MasterInfo(Host.name(), ProcessHandle.current().pid(), Version.current()),
        () -> UUID.randomUUID().toString(),
        new SchedulerOptions(
            settings.master().workerLostAfter().toMillis(),
            settings.master().lostLimit(),
            settings.task().onLost(),
            new SchedulerOptions.Retention(
                Long.getLong(Drill.MIN_AGE_PROPERTY, retention.minAge().toMillis()),
                retention.maxAge().toMillis(),
                retention.maxCount(),
                retention.maxBytes())),
        settings.master().resyncInterval().toMillis(),
        MasterOptions.RESIGN_MILLIS,
        MasterOptions.REHEARSED_TASKS);
  }

  @Override
  public void stop(boolean endCommands) throws InterruptedException {
    if (master == null || loop == null) {
      return;
    }
    CountDownLatch stopped = new CountDownLatch(1);
    master.stop(stopped::countDown);
    boolean unused = stopped.await(STOP_MILLIS, TimeUnit.MILLISECONDS);
    sessions.end(STOP_MILLIS);
    loop.close();
  }
}
