package io.zkrun.cli;

import io.zkrun.client.ClientException;
import io.zkrun.client.ClientException.Problem;
import io.zkrun.config.Given;
import io.zkrun.config.MistakenSettingsException;
import io.zkrun.config.Settings;
import io.zkrun.config.Sources;
import io.zkrun.config.ZooKeeperSettings;
import io.zkrun.zk.ConnectionProbe;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A subcommand that goes by the settings. */
abstract class SettingsCommand extends Subcommand {
  private static final int PROBE_MILLIS = 1_000;

  @Option(
      names = "--connect",
      paramLabel = "HOST:PORT,…[/CHROOT]",
      description =
          "The ZooKeeper ensemble; else ZKRUN_CONNECT, else what the settings say, else"
              + " 127.0.0.1:2181.")
  @Nullable String connect;

  @Option(names = "--config", paramLabel = "FILE", description = "The settings.")
  @Nullable Path config;

  @Option(
      names = "-D",
      paramLabel = "KEY=VALUE",
      description = "A setting, instead of what the file says.")
  Map<String, String> defines = new LinkedHashMap<>();

  SettingsCommand(Context context) {
    super(context);
  }

  /** The options of this subcommand that stand for settings. */
  void addGiven(List<Given> given) {}

  static void add(List<Given> given, String option, String key, @Nullable String value) {
    if (value != null) {
      given.add(Given.option(option, key, value));
    }
  }

  /** What {@code -D} says. */
  List<Given> defined() {
    return defines.entrySet().stream()
        .map(each -> Given.define(each.getKey(), each.getValue()))
        .toList();
  }

  Settings settings() throws MistakenSettingsException {
    List<Given> given = new ArrayList<>(defined());
    add(given, "--connect", "zookeeper.connect", connect);
    addGiven(given);
    return Settings.load(Sources.ofProcess(config, home(), given));
  }

  /** What is said where none of the servers gives a session in time, and why. */
  static ClientException unreachable(ZooKeeperSettings settings) {
    String servers = settings.connect().toString();
    return new ClientException(
        Problem.UNREACHABLE,
        "cannot reach ZooKeeper at "
            + servers
            + " in "
            + settings.connectTimeout().toSeconds()
            + " s ("
            + ConnectionProbe.describe(ConnectionProbe.probe(servers, PROBE_MILLIS))
            + ")",
        "nothing was asked or submitted; check --connect and the servers, then try again");
  }

  /** The installation; null where it was not started by its launcher. */
  static @Nullable Path home() {
    String home = System.getProperty("zkrun.home");
    return home == null ? null : Path.of(home);
  }
}
