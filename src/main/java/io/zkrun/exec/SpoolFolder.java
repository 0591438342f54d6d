package io.zkrun.exec;

import io.zkrun.core.EndCause;
import io.zkrun.core.FoundRun;
import io.zkrun.core.OnLost;
import io.zkrun.core.Outcome;
import io.zkrun.core.Output;
import io.zkrun.core.RunEnd;
import io.zkrun.core.RunKey;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.commons.exec.CommandLine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The real spool. All state is touched by its one thread. */
final class SpoolFolder implements Spool {
  private static final Logger LOG = LoggerFactory.getLogger(Spool.class);
  private static final long GRACE_MILLIS = 1000;

  private static final long STUCK_MILLIS = 1000;
  private static final long TRIM_MILLIS = 600_000;

  private final SpoolSettings settings;
  private final SpoolFiles files;
  private final Path dir;
  private final String spoolId;
  private final String bootId = RunFolder.read(Path.of("/proc/sys/kernel/random/boot_id")).trim();
  private final @Nullable Path groups;
  private final List<FoundRun> found = new CopyOnWriteArrayList<>();
  private final Map<RunKey, Run> runs = new HashMap<>();
  private final Retention retention;
  private final ScheduledThreadPoolExecutor thread =
      new ScheduledThreadPoolExecutor(
          1,
          task -> {
            Thread made = new Thread(task, "zkrun-spool");
            made.setDaemon(true);
            return made;
          });

  private SpoolFolder(SpoolSettings settings, SpoolFiles files) throws IOException {
    this.settings = settings;
    this.files = files;
    this.dir = files.dir;
    this.spoolId = files.spoolId;
    thread.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    groups = settings.tracking() == SpoolSettings.Tracking.AUTO ? Cgroups.make(spoolId) : null;
    retention = new Retention(settings.retentionAge(), settings.retentionBytes());
    retention.find(dir.resolve("tasks"));
    find();
    keep();
    trim();
  }

  static Spool open(SpoolSettings settings) throws SpoolException {
    Path dir = settings.dir().toAbsolutePath();
    SpoolFiles files = null;
    try {
      files = SpoolFiles.lock(dir);
      return new SpoolFolder(settings, files);
    } catch (SpoolException e) {
      throw e;
    } catch (IOException e) {
      release(files);
      throw new SpoolException("cannot use the spool " + dir + ": " + e, e);
    }
  }

  private static void release(@Nullable SpoolFiles files) {
    try {
      if (files != null) {
        files.release();
      }
    } catch (IOException e) {
      LOG.warn("cannot let go of the spool: {}", e.toString());
    }
  }

  private void trim() {
    retention.trim(Instant.now());
    after(TRIM_MILLIS, this::trim);
  }

  private void find() throws IOException {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(dir.resolve("tasks"))) {
      for (Path each : folders) {
        RunFolder folder = new RunFolder(each);
        Map<String, String> meta = folder.meta();
        if (folder.has(Retention.MARK)) {
          continue;
        }
        if (meta.isEmpty()) {
          RunFolder.remove(each);
          continue;
        }
        String cluster = meta.getOrDefault("cluster", "");
        folder.key().ifPresent(key -> found.add(new FoundRun(key, cluster)));
      }
    }
  }

  private void keep() throws IOException {
    if (settings.keeper()) {
      files.keep();
    }
  }

  @Override
  public String spoolId() {
    return spoolId;
  }

  @Override
  public String bootId() {
    return bootId;
  }

  @Override
  public List<FoundRun> found() {
    return List.copyOf(found);
  }

  private String cookie(RunFolder folder, OnLost onLost) {
    String kind = onLost == OnLost.HOLD ? "hold" : "lease";
    return spoolId + "/" + kind + "/" + folder.dir().getFileName();
  }

  @Override
  public void start(RunRequest request, Listener listener) {
    post(() -> launch(request, listener));
  }

  private void launch(RunRequest request, Listener listener) {
    RunFolder folder = RunFolder.of(dir, request.key());
    Instant now = Instant.now();
    Process process;
    Run run;
    try {
      Path group = groups == null ? null : Cgroups.child(groups, folder);
      String cookie = cookie(folder, request.onLost());
      run = new Run(folder, request.outputLimitBytes(), cookie, group, now);
      run.listener = listener;
      folder.prepare(request, dir, bootId, group);
      Map<String, String> env = BaseEnvironment.of(request);
      env.put("ZKRUN_COOKIE", cookie);
      CommandLine line = new CommandLine("/bin/sh");
      line.addArguments(new String[] {dir + "/launch.sh", folder.dir().toString()}, false);
      process = Launch.start(line, env, dir, folder.dir().resolve("diag"));
    } catch (IOException | RuntimeException e) {
      LOG.warn("cannot start {}: {}", request.key(), e.toString());
      listener.ended(notStarted("cannot prepare " + folder.dir() + ": " + e.getMessage(), now));
      return;
    }
    run.pid = process.pid();
    runs.put(request.key(), run);
    listener.started(run.pid, now);
    var unused = process.onExit().thenRun(() -> post(() -> leaderEnded(run, true)));
    if (request.timeout() != null) {
      limit(run, request.timeout().toMillis(), request.killAfter());
    }
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
    after(Math.max(0, millis), () -> ask(run, EndCause.TIMEOUT, killAfter));
  }

  @Override
  public void adopt(RunKey key, Listener listener) {
    if (!isFound(key)) {
      throw new IllegalArgumentException("no run " + key + " was found in " + dir);
    }
    post(
        () -> {
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
        });
  }

  private boolean isFound(RunKey key) {
    return found.stream().anyMatch(each -> each.key().equals(key));
  }

  /** Takes a run of an earlier daemon into memory, as far as it had come. */
  private Run revive(RunKey key, @Nullable Listener listener) {
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
      Duration gone = Duration.between(run.startedAt, Instant.now());
      Duration kill = Duration.ofMillis(Long.parseLong(meta.getOrDefault("killAfter", "10000")));
      limit(run, Long.parseLong(timeout) - gone.toMillis(), kill);
    }
  }

  /** An adopted shell is no child of ours: nobody tells when it ends. */
  private void watch(Run run) {
    if (!run.ofEarlierBoot && run.folder.alive() > 0) {
      after(100, () -> watch(run));
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
    boolean leave = settings.leaveBackground() && run.folder.exitCode() != null;
    if (leave || run.tree.each(0, process -> {}) == 0) {
      finish(run, leave ? null : Instant.now());
    } else {
      sweep(run, GRACE_MILLIS);
    }
  }

  @Override
  public void end(RunKey key, EndCause cause, Duration killAfter) {
    post(
        () -> {
          Run run = runs.get(key);
          if (run == null && isFound(key)) {
            run = revive(key, null);
          }
          if (run != null) {
            ask(run, cause, killAfter);
          }
        });
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

  private void tick(Run run) {
    run.settleTracking();
    long late = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - run.killAtNanos);
    if (late >= 0) {
      run.tree.killGroup();
    }
    int left =
        run.tree.each(
            run.pid,
            process -> {
              if (late >= 0) {
                process.destroyForcibly();
              } else if (run.askOnce(process)) {
                // Once each: again and again would run a command's trap again and again.
                process.destroy();
              }
            });
    if (late > STUCK_MILLIS && run.pid > 0) {
      // All it waits for was killed long ago, and yet it stays: it was stopped.
      ProcessHandle.of(run.pid).ifPresent(ProcessHandle::destroyForcibly);
    }
    run.emptyScans = left == 0 && run.pid == 0 ? run.emptyScans + 1 : 0;
    if (run.emptyScans >= 2) {
      finish(run, Instant.now());
    } else {
      after(20, () -> tick(run));
    }
  }

  private void finish(Run run, @Nullable Instant emptyAt) {
    run.tree.remove();
    RunEnd end = run.end(emptyAt);
    run.ended = end;
    try {
      ResultFile.write(run.folder, end);
      RunFolder.remove(run.folder.dir().resolve("scratch"));
    } catch (IOException e) {
      LOG.warn("cannot tidy {}: {}", run.folder.dir(), e.toString());
    }
    if (run.listener != null) {
      run.listener.ended(end);
    }
  }

  @Override
  public void delivered(RunKey key) {
    post(
        () -> {
          Run run = runs.remove(key);
          found.removeIf(each -> each.key().equals(key));
          RunFolder folder = RunFolder.of(dir, key);
          RunEnd end = run == null ? ResultFile.read(folder, 0) : run.ended;
          try {
            if (end != null && (end.stdout().truncated() || end.stderr().truncated())) {
              retention.keep(folder, Instant.now());
              retention.trim(Instant.now());
            } else {
              RunFolder.remove(folder.dir());
            }
          } catch (IOException e) {
            LOG.warn("cannot remove {}: {}", folder.dir(), e.toString());
          }
        });
  }

  @Override
  public void deadline(long termAtBootMillis, long killAtBootMillis) {
    post(
        () -> {
          try {
            files.replace("deadline", termAtBootMillis / 10 + " " + killAtBootMillis / 10 + "\n");
            keep();
          } catch (IOException e) {
            LOG.error("cannot hand the lease to the keeper in {}: {}", dir, e.toString());
          }
        });
  }

  private void post(Runnable task) {
    after(0, task);
  }

  /** Whatever goes wrong with one run, the thread lives on for the others. */
  private void after(long millis, Runnable task) {
    if (thread.isShutdown()) {
      return;
    }
    Runnable guarded =
        () -> {
          try {
            task.run();
          } catch (RuntimeException e) {
            LOG.error("the spool {} stumbled", dir, e);
          }
        };
    var unused = thread.schedule(guarded, millis, TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    thread.shutdown();
    if (groups != null) {
      Cgroups.remove(groups);
    }
    release(files);
  }
}
