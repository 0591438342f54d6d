package io.zkrun.cli;

import io.zkrun.config.Given;
import io.zkrun.config.MistakenSettingsException;
import io.zkrun.config.Mode;
import io.zkrun.config.Settings;
import io.zkrun.config.Sources;
import io.zkrun.core.ExitCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A subcommand that serves in the foreground until it is stopped. */
abstract class DaemonCommand extends Subcommand {
  @Option(names = "--config", paramLabel = "FILE", description = "The settings.")
  @Nullable Path config;

  @Option(
      names = "--connect",
      paramLabel = "HOST:PORT,…[/CHROOT]",
      description = "The ZooKeeper ensemble, instead of what the settings say.")
  @Nullable String connect;

  @Option(
      names = "-D",
      paramLabel = "KEY=VALUE",
      description = "A setting, instead of what the file says.")
  Map<String, String> defines = new LinkedHashMap<>();

  DaemonCommand(Context context) {
    super(context);
  }

  @Override
  public Integer call() throws Exception {
    List<Given> given = new ArrayList<>();
    defines.forEach((key, value) -> given.add(Given.define(key, value)));
    if (connect != null) {
      given.add(Given.option("--connect", "zookeeper.connect", connect));
    }
    addGiven(given);
    try {
      return serve(Settings.load(Sources.ofProcess(config, home(), given)));
    } catch (MistakenSettingsException e) {
      terminal().note(String.valueOf(e.getMessage()));
      return ExitCode.CONFIGURATION;
    }
  }

  /** The options of this subcommand that stand for settings. */
  void addGiven(List<Given> given) {}

  abstract int serve(Settings settings) throws Exception;

  static @Nullable Path home() {
    String home = System.getProperty("zkrun.home");
    return home == null ? null : Path.of(home);
  }

  static int foreground(Daemon daemon, Settings settings) throws InterruptedException {
    return new Foreground()
        .run(
            daemon,
            settings.zookeeper().connect().toString(),
            settings.zookeeper().connectTimeout());
  }

  static Daemon master(Settings settings) {
    return new MasterDaemon(settings, settings.zookeeper().connect().toString());
  }

  static Daemon worker(Settings settings) {
    return new WorkerDaemon(settings, settings.zookeeper().connect().toString(), true);
  }

  /** {@code zkrun master}. */
  @Command(
      name = "master",
      description = "Hands out tasks while it leads, and stands by while another one does.")
  static final class Master extends DaemonCommand {
    Master(Context context) {
      super(context);
    }

    @Override
    int serve(Settings settings) throws InterruptedException {
      return foreground(master(settings), settings);
    }
  }

  /** {@code zkrun worker}. */
  @Command(name = "worker", description = "Runs the tasks that it is given.")
  static final class Worker extends DaemonCommand {
    @Option(names = "--name", paramLabel = "NAME", description = "Default: the host's name.")
    @Nullable String name;

    @Option(names = "--slots", paramLabel = "N", description = "Default: one per CPU.")
    @Nullable String slots;

    @Option(
        names = "--label",
        paramLabel = "KEY=VALUE",
        description = "What tasks can require; may be repeated.")
    Map<String, String> labels = new LinkedHashMap<>();

    @Option(names = "--spool", paramLabel = "DIR", description = "Where its commands run.")
    @Nullable String spool;

    Worker(Context context) {
      super(context);
    }

    @Override
    void addGiven(List<Given> given) {
      add(given, "--name", "worker.name", name);
      add(given, "--slots", "worker.slots", slots);
      add(given, "--spool", "worker.spool", spool);
      labels.forEach((key, value) -> given.add(Given.label(key, value)));
    }

    @Override
    int serve(Settings settings) throws InterruptedException {
      return foreground(worker(settings), settings);
    }
  }

  /** {@code zkrun daemon}. */
  @Command(
      name = "daemon",
      description = "Is a master or a worker, as 'mode' in the settings says.")
  static final class ByMode extends DaemonCommand {
    ByMode(Context context) {
      super(context);
    }

    @Override
    int serve(Settings settings) throws InterruptedException {
      boolean isMaster = settings.mode() == Mode.MASTER;
      return foreground(isMaster ? master(settings) : worker(settings), settings);
    }
  }

  static void add(List<Given> given, String option, String key, @Nullable String value) {
    if (value != null) {
      given.add(Given.option(option, key, value));
    }
  }
}
