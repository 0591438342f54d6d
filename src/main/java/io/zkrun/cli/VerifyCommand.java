package io.zkrun.cli;

import io.zkrun.client.Client;
import io.zkrun.config.ConnectString;
import io.zkrun.config.MistakenSettingsException;
import io.zkrun.config.Settings;
import io.zkrun.config.Sources;
import io.zkrun.config.ZooKeeperSettings;
import io.zkrun.core.ExitCode;
import io.zkrun.exec.Removal;
import io.zkrun.sabotage.Sabotage;
import io.zkrun.verify.Drill;
import io.zkrun.verify.DrillException;
import io.zkrun.verify.DrillOptions;
import io.zkrun.verify.Report;
import io.zkrun.zk.ThreadLoop;
import io.zkrun.zk.ZkTrees;
import io.zkrun.znode.Loop;
import io.zkrun.znode.Tree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code zkrun verify}. */
@Command(
    name = "verify",
    description = {
      "Tries on this machine whether zkrun keeps its promises: starts an ensemble, masters and "
          + "workers of its own, kills, stalls and cuts them off under load, and checks what came "
          + "of every task.",
      "Touches no cluster that is there, and leaves nothing behind. As root it also makes "
          + "networks, to cut daemons off from each other."
    },
    footer = "Exit code: 0 all held and all faults were done, 1 not so, 75 it could not begin.")
final class VerifyCommand extends Subcommand {
  private static final int BROKEN = 1;
  private static final int MOST_TASKS = 100_000;
  private static final int MOST_SERVERS = 9;
  private static final int MOST_WORKERS = 32;
  private static final int MOST_SEED = 1_000_000;
  private static final long SHORTEST_MILLIS = 10_000;
  private static final long LONGEST_MILLIS = 3_600_000;
  private static final int REMOVALS = 10;
  private static final int SESSION_MILLIS = 10_000;

  /** A client of the drill waits for the ensemble longer than any fault lasts. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      converter = Durations.class,
      description = "How long tasks are submitted and faults happen; 10s to 1h. Default: 60s.")
  long durationMillis = 60_000;

  @Option(names = "--tasks", paramLabel = "N", description = "1 to 100000. Default: 2000.")
  int tasks = 2_000;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "The same number gives the same tasks and the same faults. Default: any.")
  @Nullable Long seed;

  @Option(names = "--workers", paramLabel = "N", description = "1 to 32. Default: 3.")
  int workers = 3;

  @Option(names = "--servers", paramLabel = "N", description = "1 to 9. Default: 3.")
  int servers = 3;

  @Option(
      names = "--sabotage",
      paramLabel = "WHAT",
      description = "Leave a protection out, to see that this is noticed: no-fence or no-lease.")
  @Nullable String sabotage;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "A new or empty folder for logs and data, kept where a promise was broken.")
  @Nullable Path dir;

  @Option(names = "--output", paramLabel = "FORM", description = "table, json or quiet.")
  ClientCommand.Form form = ClientCommand.Form.table;

  VerifyCommand(Context context) {
    super(context);
  }

  @Override
  public Integer call() throws Exception {
    check();
    Path folder = dir == null ? Files.createTempDirectory("zkrun-verify-") : made(dir);
    DrillOptions options = options(folder);
    Drill drill = new Drill(options, new Reach(context.clients()));
    Thread hook =
        Interrupt.install(
            () -> {
              terminal().note("interrupted; ending what the drill has started");
              drill.close();
              remove(folder);
            });
    boolean keep = false;
    try (VerifyProgress progress = new VerifyProgress(terminal())) {
      Report report = drill.run(progress);
      progress.clear();
      keep = dir != null && !report.held();
      return tell(report, keep);
    } catch (DrillException e) {
      keep = dir != null;
      if (!Interrupt.isPending()) {
        terminal().note(String.valueOf(e.getMessage()));
      }
      return ExitCode.UNAVAILABLE;
    } catch (IOException | InterruptedException | RuntimeException e) {
      if (Interrupt.isPending()) {
        Interrupt.await();
      }
      throw e;
    } finally {
      Interrupt.remove(hook);
      if (!Interrupt.isPending()) {
        drill.close();
        if (!keep) {
          remove(folder);
        }
      }
    }
  }

  // ---- what is asked for

  private void check() {
    List<String> mistakes = new ArrayList<>();
    bound(mistakes, "--duration", durationMillis, SHORTEST_MILLIS, LONGEST_MILLIS, " ms");
    bound(mistakes, "--tasks", tasks, 1, MOST_TASKS, "");
    bound(mistakes, "--workers", workers, 1, MOST_WORKERS, "");
    bound(mistakes, "--servers", servers, 1, MOST_SERVERS, "");
    if (sabotage != null) {
      try {
        Object unused = Sabotage.of(sabotage);
      } catch (IllegalArgumentException e) {
        mistakes.add("--sabotage: " + e.getMessage());
      }
    }
    if (!mistakes.isEmpty()) {
      throw new UsageException(String.join("; ", mistakes) + "; see 'zkrun verify --help'");
    }
  }

  private static void bound(
      List<String> mistakes, String option, long value, long least, long most, String unit) {
    if (value < least || value > most) {
      mistakes.add("%s must be %d to %d%s, not %d".formatted(option, least, most, unit, value));
    }
  }

  private static Path made(Path dir) throws IOException {
    Path absolute = dir.toAbsolutePath().normalize();
    try {
      Files.createDirectories(absolute);
    } catch (IOException e) {
      throw new UsageException("--dir " + absolute + " cannot be made (" + e.getMessage() + ")");
    }
    try (Stream<Path> inside = Files.list(absolute)) {
      if (inside.findAny().isPresent()) {
        throw new UsageException("--dir " + absolute + " is not empty; name a new folder");
      }
    }
    return absolute;
  }

  private DrillOptions options(Path folder) {
    return new DrillOptions(
        seed == null ? new SecureRandom().nextInt(MOST_SEED) : seed,
        durationMillis,
        tasks,
        workers,
        servers,
        sabotage,
        folder,
        daemon(System.getProperty("zkrun.home")),
        noNamespaces());
  }

  /** The same Java and the same jars as this process has. */
  private List<String> daemon(@Nullable String home) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"));
    command.addAll(List.of("-XX:+ExitOnOutOfMemoryError", "-Xmx192m", "-Duser.timezone=UTC"));
    if (Runtime.version().feature() < FIRST_TO_WARN_OF_VFORK) {
      command.add("-Djdk.lang.Process.launchMechanism=VFORK");
    }
    command.add("-D" + Drill.MIN_AGE_PROPERTY + "=" + Drill.MIN_AGE_MILLIS);
    if (sabotage != null) {
      command.add("-D" + Sabotage.PROPERTY + "=" + sabotage);
    }
    String conf = home == null ? "" : Path.of(home, "conf") + ":";
    if (home != null) {
      command.add("-Dzkrun.home=" + home);
    }
    command.addAll(List.of("-cp", conf + System.getProperty("java.class.path")));
    command.add(Main.class.getName());
    return command;
  }

  private static final int FIRST_TO_WARN_OF_VFORK = 25;

  /** The launcher gives us namespaces of our own where it can, and else says why not. */
  private static @Nullable String noNamespaces() {
    String given = System.getProperty("zkrun.verify.namespaces", "it was not started by bin/zkrun");
    return given.equals("own") ? null : given;
  }

  // ---- what came of it

  private int tell(Report report, boolean kept) {
    switch (form) {
      case json -> terminal().print(VerifyPages.json(report));
      case quiet -> terminal().println(report.held() ? "held" : "broken");
      case table -> terminal().print(VerifyPages.table(report));
    }
    if (kept) {
      terminal().note("logs and data are in " + report.options().dir());
    }
    return report.held() ? ExitCode.OK : BROKEN;
  }

  /** More than once, where what is just ending still writes. */
  private void remove(Path folder) {
    List<Removal.Obstacle> left = Removal.of(folder);
    for (int i = 1; i < REMOVALS && !left.isEmpty(); i++) {
      left = Removal.of(folder);
    }
    left.forEach(each -> terminal().note("cannot remove all of " + folder + ": " + each));
  }

  /** Sessions with the drill's own ensemble. */
  private record Reach(Clients clients, Loop loop) implements Drill.Access {
    Reach(Clients clients) {
      this(
          clients,
          new ThreadLoop("verify", error -> System.err.println("zkrun: unexpected: " + error)));
    }

    @Override
    public Client client(String connect) {
      try {
        ZooKeeperSettings standard =
            Settings.load(Sources.ofProcess(null, null, List.of())).zookeeper();
        return clients.open(
            new ZooKeeperSettings(
                ConnectString.parse(connect),
                PATIENCE,
                standard.juteMaxBufferBytes(),
                standard.sessionTimeout()));
      } catch (MistakenSettingsException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public Tree.Opener trees(String connect) {
      return new ZkTrees(connect, SESSION_MILLIS);
    }
  }
}
