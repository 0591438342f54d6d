package io.zkrun.cli;

import io.zkrun.config.Given;
import io.zkrun.config.MistakenSettingsException;
import io.zkrun.config.Settings;
import io.zkrun.config.Sources;
import io.zkrun.config.ZooKeeperSettings;
import io.zkrun.core.ExitCode;
import io.zkrun.ensemble.ZooKeeperShell;
import io.zkrun.zk.ConnectionProbe;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code zkrun zkcli}. */
@Command(
    name = "zkcli",
    description = {
      "ZooKeeper's own command line (zkCli.sh), connected by zkrun's settings, chroot included.",
      "With a command it runs that alone; without one it reads commands, a line each."
    },
    footer = {"", "For example: zkrun zkcli ls -R /tasks", "Its own commands: zkrun zkcli help"})
final class ZkcliCommand extends Subcommand {
  private static final int PROBE_MILLIS = 1_000;

  @Option(
      names = "--connect",
      paramLabel = "HOST:PORT,…[/CHROOT]",
      description = "The ZooKeeper ensemble; else ZKRUN_CONNECT, else 127.0.0.1:2181.")
  @Nullable String connect;

  @Option(names = "--config", paramLabel = "FILE", description = "The settings.")
  @Nullable Path config;

  @Option(names = "-D", paramLabel = "KEY=VALUE", description = "A setting.")
  Map<String, String> defines = new LinkedHashMap<>();

  @Parameters(paramLabel = "WORD", description = "Goes to ZooKeeper's command line as it is.")
  List<String> words = new ArrayList<>();

  ZkcliCommand(Context context) {
    super(context);
  }

  @Override
  public Integer call() throws MistakenSettingsException, InterruptedException {
    for (String word : words) {
      if (!word.startsWith("-")) {
        break;
      }
      if (word.startsWith("--") || word.equals("-server")) {
        throw new UsageException(
            word + " is unknown before the command; name the servers by --connect");
      }
    }
    ZooKeeperSettings settings = settings();
    System.setProperty("jute.maxbuffer", Long.toString(settings.juteMaxBufferBytes()));
    String servers = settings.connect().toString();
    int timeout = (int) settings.connectTimeout().toMillis();
    try {
      return ZooKeeperShell.run(servers, timeout, words);
    } catch (IOException e) {
      terminal()
          .note(
              "cannot reach ZooKeeper at "
                  + servers
                  + " in "
                  + settings.connectTimeout().toSeconds()
                  + " s ("
                  + ConnectionProbe.describe(ConnectionProbe.probe(servers, PROBE_MILLIS))
                  + "); nothing was asked; check --connect and the servers, then try again");
      return ExitCode.UNAVAILABLE;
    }
  }

  private ZooKeeperSettings settings() throws MistakenSettingsException {
    List<Given> given = new ArrayList<>();
    defines.forEach((key, value) -> given.add(Given.define(key, value)));
    if (connect != null) {
      given.add(Given.option("--connect", "zookeeper.connect", connect));
    }
    return Settings.load(Sources.ofProcess(config, DaemonCommand.home(), given)).zookeeper();
  }
}
