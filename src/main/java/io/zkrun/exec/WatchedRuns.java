package io.zkrun.exec;

import io.zkrun.core.EndCause;
import io.zkrun.core.NotReady;
import io.zkrun.core.OnLost;
import io.zkrun.core.RunEnd;
import io.zkrun.core.RunKey;
import io.zkrun.core.TaskId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.commons.exec.CommandLine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The runs that are watched, from their start or adoption to their end. On the spool's thread. */
final class WatchedRuns {
  private static final Logger LOG = LoggerFactory.getLogger(Spool.class);

  /** Without an intent, what is left of it is no run. */
  private static final RunKey PROBE = new RunKey(new TaskId("probe"), 0, 0);

  private static final int PROBE_BYTES = 16 * 1024;
  private static final long GRACE_MILLIS = 1000;
  private static final long ADOPTED_MILLIS = 100;

  private final Path dir;
  private final String spoolId;
  private final String bootId;
  private final @Nullable Path groups;
  private final boolean leaveBackground;
  private final SpoolThread thread;
  private final Janitor janitor;
  private final ExecPrefix prefix = ExecPrefix.find();
  private final @Nullable String connect;
  private final ProcessSweep sweep;
  private final Map<RunKey, Run> runs = new HashMap<>();

  /** The names of all runs that have not ended, whether or not they are watched yet. */
  private final Set<String> open = ConcurrentHashMap.newKeySet();

  /** The names of ended runs whose last processes are being ended, or could not be. */
  private final Set<String> strays = new HashSet<>();

  /**
   * @param groups where cgroups for the runs are made; null to track by cookie
   * @param leaveBackground whether what a command leaves in the background runs on
   * @param connect where a {@code zkrun} in a command finds its cluster; null where none is known
   */
  WatchedRuns(
      SpoolFiles files,
      String bootId,
      @Nullable Path groups,
      boolean leaveBackground,
      @Nullable String connect,
      SpoolThread thread,
      Janitor janitor,
      SpoolThread sweeper) {
    this.dir = files.dir;
    this.spoolId = files.spoolId;
    this.bootId = bootId;
    this.groups = groups;
    this.leaveBackground = leaveBackground;
    this.connect = connect;
    this.thread = thread;
    this.janitor = janitor;
    sweep = new ProcessSweep(spoolId, open::contains, thread, sweeper, this::endStrays);
  }

  /** There is one of an earlier daemon. */
  void found(RunFolder folder) {
    if (!folder.has("result")) {
      open.add(folder.name());
    }
  }

  /** Looks for what ended runs have left behind. */
  void lookForStrays() {
    sweep.lookForStrays();
  }

  boolean has(RunKey key) {
    return runs.containsKey(key);
  }

  /** Forgets it, and gives how it had ended, if it was known. */
  @Nullable RunEnd remove(RunKey key) {
    Run run = runs.remove(key);
    open.remove(RunFolder.of(dir, key).name());
    return run == null ? null : run.ended;
  }

  void launch(RunRequest request, Spool.Listener listener) {
    RunFolder folder = RunFolder.of(dir, request.key());
    Instant now = Instant.now();
    NotReady full = HostTrouble.lookAt(dir);
    if (full != null) {
      listener.refused(full);
      return;
    }
    Process process;
    Run run;
    open.add(folder.name());
    try {
      // Before its group: one without a folder is taken for a leftover.
      folder.create(janitor);
      Path group = groups == null ? null : Cgroups.child(groups, folder);
      run = new Run(folder, request.outputLimitBytes(), group, now);
      run.listener = listener;
      folder.prepare(request, dir, bootId, prefix, group);
      Map<String, String> env = BaseEnvironment.of(request, folder, connect);
      env.put(Cookie.VARIABLE, cookie(folder, request.onLost()).text());
      CommandLine line = new CommandLine("/bin/sh");
      line.addArgument("../../launch.sh", false);
      process = Launch.start(line, env, folder.dir(), Path.of("/dev/null"));
    } catch (IOException e) {
      NotReady why = HostTrouble.of(dir, e);
      LOG.warn("cannot start {}: {}", request.key(), e.toString());
      discard(folder);
      open.remove(folder.name());
      listener.refused(why);
      return;
    } catch (RuntimeException e) {
      LOG.error("cannot start {}", request.key(), e);
      discard(folder);
      open.remove(folder.name());
      listener.ended(RunEnd.notStarted("cannot prepare " + folder.dir() + ": " + e, now));
      return;
    }
    run.shell = process.toHandle();
    run.seenAlive = true;
    runs.put(request.key(), run);
    listener.started(process.pid(), now);
    var unused =
        process
            .onExit()
            .thenAccept(
                over ->
                    thread.post(
                        () -> {
                          run.shellCode = over.exitValue();
                          leaderEnded(run, true);
                        }));
    if (request.timeout() != null) {
      limit(run, request.timeout().toMillis(), request.killAfter());
    }
  }

  /** The same way as a run: a folder, a file on the disk, a shell, and a process of its own. */
  void probe(Consumer<@Nullable NotReady> then) {
    NotReady full = HostTrouble.lookAt(dir);
    if (full != null) {
      then.accept(full);
      return;
    }
    RunFolder folder = RunFolder.of(dir, PROBE);
    try {
      folder.create(janitor);
      folder.write("probe", " ".repeat(PROBE_BYTES), true);
      CommandLine line = new CommandLine("/bin/sh");
      line.addArguments(new String[] {"-c", "(:)"}, false);
      Process process = Launch.start(line, BaseEnvironment.of(), dir, folder.dir().resolve("diag"));
      var unused =
          process
              .onExit()
              .thenAccept(
                  over ->
                      thread.post(
                          () -> {
                            String said = folder.text("diag");
                            discard(folder);
                            then.accept(
                                over.exitValue() == 0
                                    ? null
                                    : HostTrouble.of(dir, new IOException(said.trim())));
                          }));
    } catch (IOException e) {
      discard(folder);
      then.accept(HostTrouble.of(dir, e));
    }
  }

  /** What has not started must not be taken for a run, nor use up the disk. */
  private void discard(RunFolder folder) {
    if (groups != null) {
      Cgroups.remove(groups.resolve(folder.dir().getFileName()));
    }
    janitor.discard(folder.dir());
  }

  private void limit(Run run, long millis, Duration killAfter) {
    run.limit = thread.after(Math.max(0, millis), () -> ask(run, EndCause.TIMEOUT, killAfter));
  }

  /** Takes over one of an earlier daemon, with the listener that nobody had named so far. */
  void adopt(RunKey key, Spool.Listener listener) {
    Run run = runs.get(key);
    if (run == null) {
      revive(key, listener);
      return;
    }
    run.listener = listener;
    if (run.ended != null) {
      listener.ended(run.ended);
    } else if (run.shell != null) {
      listener.started(run.shell.pid(), run.startedAt);
    }
  }

  /** Takes a run of an earlier daemon into memory, as far as it had come. */
  Run revive(RunKey key, Spool.@Nullable Listener listener) {
    RunFolder folder = RunFolder.of(dir, key);
    Map<String, String> meta = folder.meta();
    String keep = meta.getOrDefault("keep", "lease -");
    String group = keep.substring(keep.indexOf(' ') + 1);
    // Before its pid stands there, a starting shell has joined no group: its cookie tells it.
    boolean grouped = isGroupOf(folder, group) && folder.has("pid");
    Instant at = Instant.ofEpochMilli(RunFolder.number(meta, "startedAt", 0));
    int limit = folder.limitBytes(meta);
    Run run = new Run(folder, limit, grouped ? Path.of(group) : null, at);
    run.listener = listener;
    runs.put(key, run);
    run.ended = ResultFile.read(folder);
    if (run.ended != null) {
      if (listener != null) {
        listener.ended(run.ended);
      }
      return run;
    }
    run.ofEarlierBoot = !bootId.equals(meta.get("bootId"));
    run.shell = run.ofEarlierBoot ? null : folder.shell();
    run.seenAlive = run.shell != null;
    if (run.shell != null && listener != null) {
      listener.started(run.shell.pid(), at);
    }
    resume(run, meta);
    watch(run);
    return run;
  }

  /** All that is in it will be killed: none but the one that was made for it will do. */
  private boolean isGroupOf(RunFolder folder, String group) {
    Path own = Path.of("zkrun-" + spoolId).resolve(folder.dir().getFileName());
    return group.startsWith("/") && group.indexOf('\0') < 0 && Path.of(group).endsWith(own);
  }

  /** Goes on ending it, or sets its time limit again. */
  private void resume(Run run, Map<String, String> meta) {
    Duration left = run.recall();
    String timeout = meta.getOrDefault("timeout", "");
    if (run.shell != null && left != null) {
      endTree(run, left.toMillis());
    } else if (run.shell != null && !timeout.isEmpty()) {
      // The wall clock may have been set since.
      Duration age = run.folder.age();
      Duration gone = age != null ? age : Duration.between(run.startedAt, Instant.now());
      Duration kill = Duration.ofMillis(RunFolder.number(meta, "killAfter", 10_000));
      limit(run, RunFolder.number(meta, "timeout", 0) - gone.toMillis(), kill);
    }
  }

  /** An adopted shell is no child of ours: nobody tells when it ends. */
  private void watch(Run run) {
    if (!run.ofEarlierBoot && run.folder.alive() > 0) {
      var unused = thread.after(ADOPTED_MILLIS, () -> watch(run));
    } else {
      leaderEnded(run, false);
    }
  }

  private void leaderEnded(Run run, boolean ours) {
    run.leaderEnded(ours);
    if (run.ended != null) {
      return;
    }
    if (run.ending != null) {
      run.ending.rootEnded();
      return;
    }
    run.settleTracking();
    Integer code = run.folder.exitCode();
    if (leaveBackground && code != null) {
      finish(run, null, null);
    } else if (ours && code != null && code == 0 && run.tree.isGroupEmpty()) {
      // Nothing follows that must not meet it: whether it has left its group is looked at later.
      finish(run, null, null);
      sweep.lookForStrays();
    } else {
      endTree(run, GRACE_MILLIS);
    }
  }

  void end(RunKey key, EndCause cause, Duration killAfter) {
    Run run = runs.get(key);
    if (run != null) {
      ask(run, cause, killAfter);
    }
  }

  private void ask(Run run, EndCause cause, Duration killAfter) {
    if (run.ended == null) {
      run.because(cause, killAfter);
      run.settleTracking();
      endTree(run, killAfter.toMillis());
    }
  }

  private void endTree(Run run, long killAfterMillis) {
    if (run.ending == null) {
      String name = run.folder.dir().toString();
      run.ending =
          new TreeEnd(name, run.tree, run.shell, sweep, thread, left -> treeEnded(run, left));
    }
    run.ending.within(killAfterMillis);
  }

  private void treeEnded(Run run, @Nullable String survivors) {
    tellOutside(run.folder.name(), run.tree);
    finish(run, survivors == null ? Instant.now() : null, survivors);
  }

  /** Nothing of an ended run is to live, wherever it has gone. */
  private void endStrays(Set<String> names) {
    for (String name : names) {
      if (!leaveBackground && !open.contains(name) && strays.add(name)) {
        Tree tree = Tree.ofStray(name);
        TreeEnd ending =
            new TreeEnd(name, tree, null, sweep, thread, left -> strayEnded(name, tree, left));
        ending.within(GRACE_MILLIS);
      }
    }
  }

  private void strayEnded(String name, Tree tree, @Nullable String survivors) {
    if (survivors == null) {
      strays.remove(name);
    }
    tellOutside(name, tree);
  }

  private static void tellOutside(String name, Tree tree) {
    if (!tree.outside().isEmpty()) {
      LOG.warn(
          "ended what {} had started and its cgroup did not hold: process {}",
          name,
          String.join(", ", tree.outside()));
    }
  }

  private void finish(Run run, @Nullable Instant emptyAt, @Nullable String survivors) {
    run.tree.remove();
    NotReady refused = run.refused(dir);
    if (refused != null && run.listener != null) {
      run.folder.key().ifPresent(runs::remove);
      discard(run.folder);
      open.remove(run.folder.name());
      if (run.limit != null) {
        run.limit.cancel(false);
      }
      run.listener.refused(refused);
      return;
    }
    RunEnd end = run.end(emptyAt, survivors);
    run.ended = end;
    if (run.limit != null) {
      run.limit.cancel(false);
    }
    open.remove(run.folder.name());
    try {
      ResultFile.write(run.folder, end);
    } catch (IOException e) {
      LOG.warn("cannot write down in {} how it ended: {}", run.folder.dir(), e.toString());
    }
    if (run.listener != null) {
      run.listener.ended(end);
    }
    clearScratch(run.folder.dir().resolve("scratch"));
    janitor.trim();
  }

  /** Most commands leave it empty: that takes no janitor. */
  private void clearScratch(Path scratch) {
    try {
      Files.deleteIfExists(scratch);
    } catch (IOException e) {
      janitor.discard(scratch);
    }
  }

  private Cookie cookie(RunFolder folder, OnLost onLost) {
    return new Cookie(spoolId, onLost == OnLost.HOLD, leaveBackground, folder.name());
  }
}
