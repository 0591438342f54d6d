package io.zkrun.cli;

import io.zkrun.config.Settings;
import io.zkrun.core.ExitCode;
import io.zkrun.metrics.DropwizardMetrics;
import io.zkrun.metrics.MetricsServer;
import io.zkrun.metrics.MetricsServer.Health;
import io.zkrun.zk.ConnectionProbe;
import java.io.IOException;
import java.util.List;
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

  /** The signals that end a daemon, and leave its commands running. */
  private static final List<String> TERMINATING = List.of("TERM", "HUP");

  private final @Nullable Settings settings;
  private final DropwizardMetrics metrics;
  private final BlockingQueue<Happening> happenings = new LinkedBlockingQueue<>();
  private volatile State state = new State(new Health(false, "starting"), null);

  /** What people were told last of what it waits for. */
  private String told = "";

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

  /**
   * @param unreached what there is no connection to: only then may ZooKeeper be what is waited for
   */
  private record State(Health health, @Nullable String unreached) {
    /** Asks the servers, where there is no connection, why that may be. */
    String obstacle() {
      return unreached == null
          ? "does not serve: " + health.text()
          : "cannot reach ZooKeeper at "
              + unreached
              + " ("
              + ConnectionProbe.describe(ConnectionProbe.probe(unreached, PROBE_MILLIS))
              + ")";
    }
  }

  @Override
  public void ready(String role) {
    state = new State(new Health(true, role), null);
    happenings.add(new Happening(Kind.READY, role));
  }

  @Override
  public void away(String reason) {
    state = new State(new Health(false, reason), null);
  }

  @Override
  public void disconnected(String connect) {
    state = new State(new Health(false, Daemon.Life.noConnection(connect)), connect);
  }

  /** What {@code /health} says. */
  Health health() {
    return stopping ? new Health(false, "stopping") : state.health();
  }

  @Override
  public void fatal(String message) {
    happenings.add(new Happening(Kind.FATAL, message));
  }

  /**
   * Serves until the end.
   *
   * @return the exit code of the process
   */
  int run(Daemon daemon) throws InterruptedException {
    for (String signal : TERMINATING) {
      Signals.on(signal, () -> happenings.add(new Happening(Kind.TERMINATE, "SIG" + signal)));
    }
    Signals.on("INT", () -> happenings.add(new Happening(Kind.INTERRUPT, "SIGINT")));
    @Nullable MetricsServer served = null;
    try {
      served = serveMetrics();
      return serve(daemon);
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
  int serve(Daemon daemon) throws IOException, InterruptedException {
    daemon.start(this);
    Happening next = next();
    while (next.kind() == Kind.READY) {
      told = "";
      LOG.info("ready: {}", next.text());
      next = next();
    }
    return end(daemon, next);
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

  /** The next that happens; what keeps the daemon from serving for long is said meanwhile. */
  private Happening next() throws InterruptedException {
    if (settings == null) {
      return happenings.take();
    }
    long patience = settings.zookeeper().connectTimeout().toMillis();
    while (true) {
      Happening next = happenings.poll(patience, TimeUnit.MILLISECONDS);
      if (next != null) {
        return next;
      }
      tellWait();
    }
  }

  /** Each reason once, until it serves again. */
  private void tellWait() {
    State now = state;
    String reason = now.health().text();
    if (!now.health().serves() && !reason.equals(told)) {
      told = reason;
      LOG.warn("{}; trying on", now.obstacle());
    }
  }

  /** What keeps it from serving, for people. */
  String obstacle() {
    return state.obstacle();
  }

  private int end(Daemon daemon, Happening last) throws InterruptedException {
    stopping = true;
    if (last.kind() == Kind.FATAL) {
      LOG.error("{}", last.text());
      System.err.println("zkrun: " + last.text());
      daemon.stop(false);
      return ExitCode.UNKNOWN_OUTCOME;
    }
    LOG.info("{}: stopping {}", last.text(), daemon.name());
    daemon.stop(last.kind() == Kind.INTERRUPT);
    LOG.info("stopped");
    return ExitCode.OK;
  }
}
