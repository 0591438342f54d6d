package io.zkrun.cli;

import io.zkrun.config.Given;
import io.zkrun.config.Mode;
import io.zkrun.config.Settings;
import io.zkrun.metrics.DropwizardMetrics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A subcommand that serves in the foreground until it is stopped. */
abstract class DaemonCommand extends SettingsCommand {
  DaemonCommand(Context context) {
    super(context);
  }

  @Override
  public Integer call() throws Exception {
    return serve(settings());
  }

  abstract int serve(Settings settings) throws Exception;

  /** Runs a daemon that counts into what it is made with. */
  static int foreground(Settings settings, Function<DropwizardMetrics, Daemon> made)
      throws InterruptedException {
    DropwizardMetrics metrics = new DropwizardMetrics();
    return new Foreground(settings, metrics).run(made.apply(metrics));
  }

  static Daemon master(Settings settings, DropwizardMetrics metrics) {
    String connect = settings.zookeeper().connect().toString();
    return new MasterDaemon(settings, connect, metrics.master());
  }

  static Daemon worker(Settings settings, DropwizardMetrics metrics) {
    String connect = settings.zookeeper().connect().toString();
    return new WorkerDaemon(settings, connect, true, metrics.worker());
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
      return foreground(settings, metrics -> master(settings, metrics));
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
      return foreground(settings, metrics -> worker(settings, metrics));
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
      return foreground(
          settings, metrics -> isMaster ? master(settings, metrics) : worker(settings, metrics));
    }
  }
}
