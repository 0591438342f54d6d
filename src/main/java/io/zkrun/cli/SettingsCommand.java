package io.zkrun.cli;

import io.zkrun.config.Given;
import io.zkrun.config.MistakenSettingsException;
import io.zkrun.config.Settings;
import io.zkrun.config.Sources;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A subcommand that goes by the settings. */
abstract class SettingsCommand extends Subcommand {
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

  Settings settings() throws MistakenSettingsException {
    List<Given> given = new ArrayList<>();
    defines.forEach((key, value) -> given.add(Given.define(key, value)));
    add(given, "--connect", "zookeeper.connect", connect);
    addGiven(given);
    return Settings.load(Sources.ofProcess(config, home(), given));
  }

  /** The installation; null where it was not started by its launcher. */
  static @Nullable Path home() {
    String home = System.getProperty("zkrun.home");
    return home == null ? null : Path.of(home);
  }
}
