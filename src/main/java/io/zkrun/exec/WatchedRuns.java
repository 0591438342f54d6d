package io.zkrun.exec;

import io.zkrun.core.EndCause;
import io.zkrun.core.OnLost;
import io.zkrun.core.Outcome;
import io.zkrun.core.Output;
import io.zkrun.core.RunEnd;
import io.zkrun.core.RunKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.commons.exec.CommandLine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The runs that are watched, from their start or adoption to their end. On the spool's thread. */
final class WatchedRuns {
  private static final Logger LOG = LoggerFactory.getLogger(Spool.class);
  private static final long GRACE_MILLIS = 1000;
  private static final long STUCK_MILLIS = 1000;
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
  private final Map<RunKey, Run> runs = new HashMap<>();

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
      Janitor janitor) {
    this.dir = files.dir;
    this.spoolId = files.spoolId;
    this.bootId = bootId;
    this.groups = groups;
    this.leaveBackground = leaveBackground;
    this.connect = connect;
    this.thread = thread;
    this.janitor = janitor;
  }

  boolean has(RunKey key) {
    return runs.containsKey(key);
  }

  /** Forgets it, and gives how it had ended, if it was known. */
  @Nullable RunEnd remove(RunKey key) {
    Run run = runs.remove(key);
    return run == null ? null : run.ended;
  }

  void launch(RunRequest request, Spool.Listener listener) {
    RunFolder folder = RunFolder.of(dir, request.key());
    Instant now = Instant.now();
    Process process;
    Run run;
    try {
      // Before its group: one without a folder is taken for a leftover.
      folder.create(janitor);
      Path group = groups == null ? null : Cgroups.child(groups, folder);
      String cookie = cookie(folder, request.onLost());
      run = new Run(folder, request.outputLimitBytes(), cookie, group, now);
      run.listener = listener;
      folder.prepare(request, dir, bootId, prefix, group);
      Map<String, String> env = BaseEnvironment.of(request, folder, connect);
      env.put("ZKRUN_COOKIE", cookie);
      CommandLine line = new CommandLine("/bin/sh");
      line.addArgument("../../launch.sh", false);
      process = Launch.start(line, env, folder.dir(), Path.of("/dev/null"));
    } catch (IOException | RuntimeException e) {
      LOG.warn("cannot start {}: {}", request.key(), e.toString());
      discard(folder);
      listener.ended(notStarted(whyNot(folder, e), now));
      return;
    }
    run.pid = process.pid();
    runs.put(request.key(), run);
    listener.started(run.pid, now);
    var unused = process.onExit().thenRun(() -> thread.post(() -> leaderEnded(run, true)));
    if (request.timeout() != null) {
      limit(run, request.timeout().toMillis(), request.killAfter());
    }
  }

  /** What has not started must not be taken for a run, nor use up the disk. */
  private void discard(RunFolder folder) {
    if (groups != null) {
      Cgroups.remove(groups.resolve(folder.dir().getFileName()));
    }
    janitor.discard(folder.dir());
  }

  private String whyNot(RunFolder folder, Exception e) {
    boolean full = String.valueOf(e.getMessage()).contains("No space left");
    return full
        ? "the disk of the spool " + dir + " is full"
        : "cannot prepare " + folder.dir() + ": " + e.getMessage();
  }

  private static RunEnd notStarted(String reason, Instant now) {
    return new RunEnd(
        Outcome.SPAWN_FAILED,
        126,
        null,
        reason,
        null,
        now,
        null,
        null,
        null,
        Output.EMPTY,
        Output.EMPTY);
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
    } else if (run.pid > 0) {
      listener.started(run.pid, run.startedAt);
    }
  }

  /** Takes a run of an earlier daemon into memory, as far as it had come. */
  Run revive(RunKey key, Spool.@Nullable Listener listener) {
    RunFolder folder = RunFolder.of(dir, key);
    Map<String, String> meta = folder.meta();
    String keep = meta.getOrDefault("keep", "lease -");
    String group = keep.substring(keep.indexOf(' ') + 1);
    // Before its pid stands there, a starting shell has joined no group: its cookie tells it.
    boolean grouped = !group.equals("-") && folder.has("pid");
    Instant at = Instant.ofEpochMilli(Long.parseLong(meta.getOrDefault("startedAt", "0")));
    int limit = Integer.parseInt(meta.getOrDefault("limit", "65536"));
    String cookie = cookie(folder, Run.onLost(meta));
    Run run = new Run(folder, limit, cookie, grouped ? Path.of(group) : null, at);
    run.listener = listener;
    runs.put(key, run);
    run.ended = ResultFile.read(folder, limit);
    if (run.ended != null) {
      if (listener != null) {
        listener.ended(run.ended);
      }
      return run;
    }
    run.ofEarlierBoot = !bootId.equals(meta.get("bootId"));
    run.pid = run.ofEarlierBoot ? 0 : folder.alive();
    if (run.pid > 0 && listener != null) {
      listener.started(run.pid, at);
    }
    resume(run, meta);
    watch(run);
    return run;
  }

  /** Goes on ending it, or sets its time limit again. */
  private void resume(Run run, Map<String, String> meta) {
    Duration left = run.recall();
    String timeout = meta.getOrDefault("timeout", "");
    if (run.pid > 0 && left != null) {
      sweep(run, left.toMillis());
    } else if (run.pid > 0 && !timeout.isEmpty()) {
      // The wall clock may have been set since.
      Duration age = run.folder.age();
      Duration gone = age != null ? age : Duration.between(run.startedAt, Instant.now());
      Duration kill = Duration.ofMillis(Long.parseLong(meta.getOrDefault("killAfter", "10000")));
      limit(run, Long.parseLong(timeout) - gone.toMillis(), kill);
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
    if (run.ticking || run.ended != null) {
      return;
    }
    run.settleTracking();
    boolean leave = leaveBackground && run.folder.exitCode() != null;
    if (leave || isEmpty(run)) {
      finish(run, leave ? null : Instant.now());
    } else {
      sweep(run, GRACE_MILLIS);
    }
  }

  /** Not known counts as not empty: the ticks find out. */
  private static boolean isEmpty(Run run) {
    try {
      return run.tree.isEmpty();
    } catch (RuntimeException e) {
      LOG.warn("cannot tell whether {} has left processes: {}", run.folder.dir(), e.toString());
      return false;
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
      sweep(run, killAfter.toMillis());
    }
  }

  private void sweep(Run run, long killAfterMillis) {
    long at = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(killAfterMillis);
    run.killAtNanos = run.ticking ? Math.min(run.killAtNanos, at) : at;
    if (!run.ticking) {
      run.ticking = true;
      tick(run);
    }
  }

  /** Goes on until the tree is empty, whatever may go wrong on the way. */
  private void tick(Run run) {
    boolean over = false;
    try {
      over = endSome(run);
    } finally {
      if (!over) {
        var unused = thread.after(run.pause(), () -> tick(run));
      }
    }
    if (over) {
      finish(run, Instant.now());
    }
  }

  /** Asks or kills what is left; whether twice in a row nothing was. */
  private boolean endSome(Run run) {
    run.settleTracking();
    long late = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - run.killAtNanos);
    if (late >= 0) {
      run.tree.killGroup();
    }
    List<ProcessHandle> found = new ArrayList<>();
    int left =
        run.tree.each(run.pid, late >= 0 ? process -> process.destroyForcibly() : found::add);
    run.ask(found);
    if (late > STUCK_MILLIS && run.pid > 0) {
      // All it waits for was killed long ago, and yet it stays: it was stopped.
      ProcessHandle.of(run.pid).ifPresent(ProcessHandle::destroyForcibly);
    }
    run.emptyScans = left == 0 && run.pid == 0 ? run.emptyScans + 1 : 0;
    return run.emptyScans >= 2;
  }

  private void finish(Run run, @Nullable Instant emptyAt) {
    run.tree.remove();
    RunEnd end = run.end(emptyAt);
    run.ended = end;
    if (run.limit != null) {
      run.limit.cancel(false);
    }
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

  private String cookie(RunFolder folder, OnLost onLost) {
    String kind = onLost == OnLost.HOLD ? "hold" : "lease";
    return spoolId + "/" + kind + "/" + folder.dir().getFileName();
  }
}
