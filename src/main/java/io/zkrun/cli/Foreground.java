package io.zkrun.cli;

import io.zkrun.config.Settings;
import io.zkrun.core.ExitCode;
import io.zkrun.metrics.DropwizardMetrics;
import io.zkrun.metrics.MetricsServer;
import io.zkrun.metrics.MetricsServer.Health;
import io.zkrun.zk.ConnectionProbe;
import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a daemon in the foreground until a signal or its own failure ends it. */
final class Foreground implements Daemon.Life {
  private static final Logger LOG = LoggerFactory.getLogger("zkrun");
  private static final int PROBE_MILLIS = 1_000;

  private final @Nullable Settings settings;
  private final DropwizardMetrics metrics;
  private final BlockingQueue<Happening> happenings = new LinkedBlockingQueue<>();
  private volatile Health health = new Health(false, "starting");

  /** Once it is set, a daemon that is ready still, or again, serves nobody new. */
  private volatile boolean stopping;

  /**
   * @param metrics what the daemon counts into
   */
  Foreground(Settings settings, DropwizardMetrics metrics) {
    this.settings = settings;
    this.metrics = metrics;
  }

  /** For a daemon that goes by no settings of ours and counts nothing. */
  Foreground() {
    settings = null;
    metrics = new DropwizardMetrics();
  }

  private enum Kind {
    READY,
    FATAL,
    TERMINATE,
    INTERRUPT
  }

  private record Happening(Kind kind, String text) {}

  @Override
  public void ready(String role) {
    health = new Health(true, role);
    happenings.add(new Happening(Kind.READY, role));
  }

  @Override
  public void away(String reason) {
    health = new Health(false, reason);
  }

  /** What {@code /health} says. */
  Health health() {
    return stopping ? new Health(false, "stopping") : health;
  }

  @Override
  public void fatal(String message) {
    happenings.add(new Happening(Kind.FATAL, message));
  }

  /**
   * Serves until the end.
   *
   * @param connect what the daemon connects to; null where that is not to be watched
   * @return the exit code of the process
   */
  int run(Daemon daemon, @Nullable String connect) throws InterruptedException {
    Signals.on("TERM", () -> happenings.add(new Happening(Kind.TERMINATE, "SIGTERM")));
    Signals.on("INT", () -> happenings.add(new Happening(Kind.INTERRUPT, "SIGINT")));
    @Nullable MetricsServer served = null;
    try {
      served = serveMetrics();
      return serve(daemon, connect);
    } catch (IOException e) {
      LOG.error("{} cannot start: {}", daemon.name(), e.getMessage());
      System.err.println("zkrun: " + daemon.name() + " cannot start: " + e.getMessage());
      return ExitCode.CONFIGURATION;
    } finally {
      if (served != null) {
        served.close();
      }
    }
  }

  /** {@link #run} without signals and metrics. */
  int serve(Daemon daemon, @Nullable String connect) throws IOException, InterruptedException {
    daemon.start(this);
    return serve(daemon, first(connect));
  }

  private @Nullable MetricsServer serveMetrics() throws IOException {
    String listen = settings == null ? "" : settings.metrics().listen();
    if (listen.isEmpty()) {
      return null;
    }
    try {
      return MetricsServer.start(listen, metrics::prometheusText, this::health);
    } catch (IOException e) {
      throw new IOException(
          "cannot serve metrics at metrics.listen = "
              + listen
              + ": "
              + e.getMessage()
              + "; nothing was started; each daemon of a host needs an address of its own: give"
              + " another by -Dmetrics.listen=HOST:PORT, or none by -Dmetrics.listen=",
          e);
    }
  }

  private Happening first(@Nullable String connect) throws InterruptedException {
    if (settings == null) {
      return happenings.take();
    }
    long patience = settings.zookeeper().connectTimeout().toMillis();
    Happening first = happenings.poll(patience, TimeUnit.MILLISECONDS);
    if (first == null && connect != null) {
      LOG.warn(
          "cannot reach ZooKeeper at {} yet ({}); trying on",
          connect,
          ConnectionProbe.describe(ConnectionProbe.probe(connect, PROBE_MILLIS)));
    }
    return first == null ? happenings.take() : first;
  }

  private int serve(Daemon daemon, Happening first) throws InterruptedException {
    Happening next = first;
    while (next.kind() == Kind.READY) {
      LOG.info("ready: {}", next.text());
      next = happenings.take();
    }
    stopping = true;
    if (next.kind() == Kind.FATAL) {
      LOG.error("{}", next.text());
      System.err.println("zkrun: " + next.text());
      daemon.stop(false);
      return ExitCode.UNKNOWN_OUTCOME;
    }
    LOG.info("{}: stopping {}", next.text(), daemon.name());
    daemon.stop(next.kind() == Kind.INTERRUPT);
    LOG.info("stopped");
    return ExitCode.OK;
  }
}
