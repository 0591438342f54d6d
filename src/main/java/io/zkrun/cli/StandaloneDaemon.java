package io.zkrun.cli;

import io.zkrun.config.Settings;
import io.zkrun.ensemble.StandaloneServer;
import io.zkrun.metrics.DropwizardMetrics;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** ZooKeeper, a master and a worker in this process. */
final class StandaloneDaemon implements Daemon {
  private static final Logger LOG = LoggerFactory.getLogger("zkrun");

  private final Settings settings;
  private final InetSocketAddress address;
  private final Path dataDir;
  private final boolean keeper;
  private final DropwizardMetrics metrics;
  private @Nullable StandaloneServer server;
  private @Nullable MasterDaemon master;
  private @Nullable WorkerDaemon worker;

  /**
   * @param address where ZooKeeper listens; port 0 for any
   * @param dataDir for ZooKeeper's data
   */
  StandaloneDaemon(
      Settings settings,
      InetSocketAddress address,
      Path dataDir,
      boolean keeper,
      DropwizardMetrics metrics) {
    this.settings = settings;
    this.address = address;
    this.dataDir = dataDir;
    this.keeper = keeper;
    this.metrics = metrics;
  }

  @Override
  public String name() {
    return "standalone zkrun";
  }

  /** What clients connect to, once it has been started. */
  String connect() {
    if (server == null) {
      throw new IllegalStateException("not started");
    }
    String host = address.getAddress().isAnyLocalAddress() ? "127.0.0.1" : address.getHostString();
    return host + ":" + server.port();
  }

  @Override
  public void start(Life life) throws IOException {
    server = StandaloneServer.start(address, dataDir);
    master = new MasterDaemon(settings, connect(), metrics.master());
    worker = new WorkerDaemon(settings, connect(), keeper, metrics.worker());
    Together both =
        new Together(life, "serves " + settings.worker().slots() + " slots at " + connect());
    Life ofMaster = both.part(master.name());
    Life ofWorker = both.part(worker.name());
    try {
      master.start(ofMaster);
      worker.start(ofWorker);
    } catch (IOException e) {
      stopQuietly();
      throw e;
    }
  }

  private void stopQuietly() {
    try {
      stop(true);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void stop(boolean endCommands) throws InterruptedException {
    if (worker != null) {
      worker.stop(true);
    }
    if (master != null) {
      master.stop(true);
    }
    if (server != null) {
      try {
        server.close();
      } catch (IOException e) {
        LOG.warn("ZooKeeper did not stop cleanly: {}", e.toString());
      }
    }
  }

  /** Starts it and waits until it serves. */
  void startAndWait(long millis) throws IOException, InterruptedException {
    CountDownLatch ready = new CountDownLatch(1);
    AtomicReference<@Nullable String> failure = new AtomicReference<>();
    start(
        new Life() {
          @Override
          public void ready(String role) {
            ready.countDown();
          }

          @Override
          public void away(String reason) {}

          @Override
          public void fatal(String message) {
            failure.set(message);
            ready.countDown();
          }
        });
    if (!ready.await(millis, TimeUnit.MILLISECONDS)) {
      failure.set("it did not become ready within " + millis + " ms");
    }
    String failed = failure.get();
    if (failed != null) {
      stopQuietly();
      throw new IOException("the local cluster did not start: " + failed);
    }
  }
}
