package io.zkrun.cli;

import io.zkrun.config.Given;
import io.zkrun.config.Settings;
import io.zkrun.metrics.DropwizardMetrics;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code zkrun standalone}. */
@Command(
    name = "standalone",
    description = "ZooKeeper, a master and a worker in one process, for one machine.")
final class StandaloneCommand extends DaemonCommand {
  private static final int MAX_PORT = 65_535;

  @Option(names = "--port", paramLabel = "PORT", description = "Of ZooKeeper; default: 2181.")
  int port = 2181;

  @Option(
      names = "--listen",
      paramLabel = "ADDRESS",
      description = "Of ZooKeeper; default: 127.0.0.1. Anybody who reaches it can run commands.")
  String listen = "127.0.0.1";

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "Keeps everything; default: 'standalone' beside the spool of the settings.")
  @Nullable Path dataDir;

  @Option(names = "--slots", paramLabel = "N", description = "Default: one per CPU.")
  @Nullable String slots;

  StandaloneCommand(Context context) {
    super(context);
  }

  @Override
  void addGiven(List<Given> given) {
    add(given, "--slots", "worker.slots", slots);
    if (dataDir != null) {
      Path dir = dataDir.toAbsolutePath();
      add(given, "--data-dir", "worker.spool", dir.resolve("spool").toString());
      add(given, "--data-dir", "master.history.file", dir.resolve("history.jsonl").toString());
    }
  }

  @Override
  int serve(Settings settings) throws InterruptedException {
    if (port < 0 || port > MAX_PORT) {
      throw new UsageException("--port " + port + ": must be from 0 (any) to " + MAX_PORT);
    }
    if (connect != null) {
      throw new UsageException("standalone brings its own ZooKeeper; leave --connect out");
    }
    InetSocketAddress address = new InetSocketAddress(listen, port);
    if (address.isUnresolved()) {
      throw new UsageException("--listen " + listen + ": no such address");
    }
    Path data =
        dataDir == null
            ? settings.worker().spool().resolveSibling("standalone")
            : dataDir.toAbsolutePath();
    DropwizardMetrics metrics = new DropwizardMetrics();
    Daemon daemon =
        new StandaloneDaemon(settings, address, data.resolve("zookeeper"), true, metrics);
    return new Foreground(settings, metrics).run(daemon);
  }
}
