package io.zkrun.cli;

import io.zkrun.config.Given;
import io.zkrun.config.MistakenSettingsException;
import io.zkrun.config.Settings;
import io.zkrun.config.Sources;
import io.zkrun.exec.Removal;
import io.zkrun.metrics.DropwizardMetrics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A whole cluster inside this process, on a free port of loopback and a temporary folder, for one
 * command: {@code zkrun run --local}. Closing it leaves nothing behind.
 */
final class LocalCluster implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("zkrun");
  private static final long START_MILLIS = 30_000;

  private final Path dir;
  private final StandaloneDaemon daemon;
  private boolean closed;

  private LocalCluster(Path dir, StandaloneDaemon daemon) {
    this.dir = dir;
    this.daemon = daemon;
  }

  /**
   * @param config what {@code --config} names; null for none
   * @param more settings of the command line
   */
  static LocalCluster start(@Nullable Path config, List<Given> more)
      throws IOException, InterruptedException, MistakenSettingsException {
    Object unused = Settings.load(Sources.ofProcess(config, null, more)); // before anything is made
    Path dir = Files.createTempDirectory("zkrun-local-");
    List<Given> given = new ArrayList<>(more);
    given.add(Given.option("--local", "worker.name", "local"));
    given.add(Given.option("--local", "worker.spool", dir.resolve("spool").toString()));
    given.add(
        Given.option("--local", "master.history.file", dir.resolve("history.jsonl").toString()));
    Settings settings = Settings.load(Sources.ofProcess(config, null, given));
    StandaloneDaemon daemon =
        new StandaloneDaemon(
            settings,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            dir.resolve("zookeeper"),
            false,
            new DropwizardMetrics());
    try {
      daemon.startAndWait(START_MILLIS);
    } catch (IOException | InterruptedException e) {
      delete(dir);
      throw e;
    }
    return new LocalCluster(dir, daemon);
  }

  String connect() {
    return daemon.connect();
  }

  /** Closes it once; whoever comes second waits for the first. */
  @Override
  public synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try {
      daemon.stop(true);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    delete(dir);
  }

  /** Removes a folder with all that is in it, and says what has to stay. */
  static void delete(Path dir) {
    Removal.of(dir).forEach(each -> LOG.error("cannot remove all of {}: {}", dir, each));
  }
}
