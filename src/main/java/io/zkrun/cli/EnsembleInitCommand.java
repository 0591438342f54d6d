package io.zkrun.cli;

import io.zkrun.core.Bytes;
import io.zkrun.core.Escaped;
import io.zkrun.core.ExitCode;
import io.zkrun.ensemble.DataFolder;
import io.zkrun.ensemble.EnsembleInit;
import io.zkrun.ensemble.EnsemblePlan;
import io.zkrun.ensemble.OwnServer;
import io.zkrun.ensemble.StandingServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code zkrun ensemble init}. */
@Command(
    name = "init",
    description = {
      "Sets this host up as a server of a ZooKeeper ensemble: writes zoo.cfg, the same on every"
          + " host, and myid, and makes the folders. Run the same command on every host.",
      "It overwrites nothing that differs, and no data; where all stands already it does nothing."
    },
    footer = {
      "",
      "Folders: zoo.cfg goes to conf/ of the installation (where that cannot be written, to"
          + " ~/.config/zkrun), and data and log to /var/lib/zookeeper (for a user who cannot write"
          + " there, to ~/.local/state/zkrun/zookeeper). Give the same folders on every host.",
      "Where zkrun.conf beside zoo.cfg names no ensemble yet, it is made to name this one."
    })
final class EnsembleInitCommand extends Subcommand {
  /** What zoo.cfg cannot hold in a value. */
  private static final Pattern BAD_IN_FOLDER = Pattern.compile("[\\p{Cntrl}\\\\]|\\s$");

  @Option(
      names = "--servers",
      required = true,
      paramLabel = "HOST[:PEER:ELECTION],…",
      description = "All servers, in the same order on every host: the first is number 1.")
  String servers = "";

  @Option(
      names = "--me",
      paramLabel = "HOST|N",
      description = "Which of them this host is; by default found by its addresses.")
  @Nullable String me;

  @Option(names = "--conf-dir", paramLabel = "DIR", description = "For zoo.cfg.")
  @Nullable Path confDir;

  @Option(names = "--data-dir", paramLabel = "DIR", description = "For snapshots and myid.")
  @Nullable Path dataDir;

  @Option(
      names = "--log-dir",
      paramLabel = "DIR",
      description = "For the transaction log; a disk of its own makes writes faster.")
  @Nullable Path logDir;

  @Option(names = "--client-port", paramLabel = "PORT", description = "Default: 2181.")
  String clientPort = "2181";

  @Option(
      names = "--peer-port",
      paramLabel = "PORT",
      description = "Of servers that name none. Default: 2888.")
  String peerPort = "2888";

  @Option(
      names = "--election-port",
      paramLabel = "PORT",
      description = "Of servers that name none. Default: 3888.")
  String electionPort = "3888";

  @Option(names = "--dry-run", description = "Shows what it would write, and writes nothing.")
  boolean dryRun;

  EnsembleInitCommand(Context context) {
    super(context);
  }

  @Override
  public Integer call() {
    EnsemblePlan plan = plan();
    OwnServer own;
    try {
      own = OwnServer.find(plan.servers(), me, Host.name());
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
    Path conf =
        (confDir == null ? EnsembleFolders.conf(terminal().environment()) : confDir)
            .toAbsolutePath()
            .normalize();
    List<StandingServer> servers =
        StandingServer.find(EnsembleFolders.zooCfgs(terminal().environment()));
    EnsembleInit init = new EnsembleInit(plan, own.id(), conf, servers);
    try {
      List<EnsembleInit.Step> steps = init.steps();
      warn(plan, own);
      init.standing()
          .ifPresent(
              each ->
                  terminal()
                      .note(
                          "this server stands already, by " + each.who() + "; its settings hold"));
      if (dryRun) {
        show(steps);
      } else {
        init.write(steps);
        tell(steps);
        next(plan, init);
      }
      return ExitCode.OK;
    } catch (EnsembleInit.RefusedException e) {
      terminal().note(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      terminal()
          .note(
              "cannot set this host up: "
                  + e.getMessage()
                  + "; run it as a user who may, or give --conf-dir, --data-dir and --log-dir");
    }
    return ExitCode.CONFIGURATION;
  }

  private EnsemblePlan plan() {
    int client = port("--client-port", clientPort);
    int peer = port("--peer-port", peerPort);
    int election = port("--election-port", electionPort);
    List<EnsemblePlan.Server> all;
    try {
      all = EnsemblePlan.servers(servers, peer, election);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--servers " + servers + ": " + e.getMessage());
    }
    for (EnsemblePlan.Server server : all) {
      if (client == server.peerPort() || client == server.electionPort()) {
        throw new UsageException(
            "--client-port " + client + " is a port of '" + server.host() + "' for peers already");
      }
    }
    Path state = EnsembleFolders.state(terminal().environment());
    Path data = folder("--data-dir", dataDir, state.resolve("data"));
    // Beside the data folder that was given, where that is not the usual one.
    Path log =
        dataDir == null ? state.resolve("log") : data.resolveSibling(data.getFileName() + "-log");
    return new EnsemblePlan(all, client, data, folder("--log-dir", logDir, log));
  }

  private static Path folder(String option, @Nullable Path given, Path otherwise) {
    Path folder = (given == null ? otherwise : given).toAbsolutePath().normalize();
    if (folder.getNameCount() == 0 || BAD_IN_FOLDER.matcher(folder.toString()).find()) {
      throw new UsageException(
          option
              + " "
              + Escaped.of(String.valueOf(given))
              + ": give a folder such as /srv/zookeeper/data");
    }
    return folder;
  }

  private static int port(String option, String text) {
    try {
      return EnsemblePlan.port(text);
    } catch (IllegalArgumentException e) {
      throw new UsageException(option + " " + e.getMessage());
    }
  }

  private void warn(EnsemblePlan plan, OwnServer own) {
    int count = plan.servers().size();
    if (count == 1) {
      terminal()
          .note("warning: one server alone serves, but nothing may fail; three bear one loss");
    } else if (count % 2 == 0) {
      terminal()
          .note(
              "warning: "
                  + count
                  + " servers bear the loss of "
                  + (count / 2 - 1)
                  + ", as "
                  + (count - 1)
                  + " would; use an odd number");
    }
    for (Path folder : List.of(plan.dataDir(), plan.logDir())) {
      if (DataFolder.isCleared(folder)) {
        terminal().note("warning: " + folder + " does not outlive a reboot; tasks would be gone");
      }
    }
    own.warnings().forEach(warning -> terminal().note("warning: " + warning));
  }

  private void show(List<EnsembleInit.Step> steps) {
    for (EnsembleInit.Step step : steps) {
      String text = step.text();
      if (step.stands()) {
        terminal().println("# stands already: " + step.path());
      } else if (text == null) {
        terminal().println("# would make the folder " + step.path());
      } else {
        terminal().println("# would write " + step.path() + ":");
        terminal().print(text);
      }
    }
  }

  private void tell(List<EnsembleInit.Step> steps) {
    for (EnsembleInit.Step step : steps) {
      terminal()
          .println(
              (step.stands() ? "stands already: " : step.text() == null ? "made " : "wrote ")
                  + step.path());
    }
  }

  private void next(EnsemblePlan plan, EnsembleInit init) throws IOException {
    String me = plan.servers().get(init.id() - 1).host();
    terminal().println("this host: server " + init.id() + " (" + me + ")");
    terminal().println("connect string: " + plan.connectString());
    String others =
        plan.servers().stream()
            .map(EnsemblePlan.Server::host)
            .filter(host -> !host.equals(me))
            .collect(Collectors.joining(", "));
    if (!others.isEmpty()) {
      terminal().println("next: the same command on " + others + "; then on each host:");
    } else {
      terminal().println("next:");
    }
    boolean found = init.zooCfg().equals(EnsembleFolders.zooCfg(terminal().environment()));
    terminal()
        .println(
            "  " + launcher() + " zookeeper" + (found ? "" : " --config " + word(init.zooCfg())));
    if (!init.isInSettings()) {
      terminal().println("  export ZKRUN_CONNECT=" + plan.connectString());
    }
  }

  private static String launcher() {
    @Nullable Path home = SettingsCommand.home();
    return home == null ? "zkrun" : word(home.resolve("bin/zkrun"));
  }

  /** As a shell takes it. */
  private static String word(Path path) {
    String text = path.toString();
    return text.matches("[A-Za-z0-9_./:=@%+,-]+") ? text : Template.quote(Bytes.utf8(text)).lossy();
  }
}
