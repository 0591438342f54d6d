package io.zkrun.exec;

import io.zkrun.core.OnLost;
import io.zkrun.core.Outcome;
import io.zkrun.core.Output;
import io.zkrun.core.RunKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.commons.exec.CommandLine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The real spool. All state is touched by its one thread. */
final class SpoolFolder implements Spool {
  private static final Logger LOG = LoggerFactory.getLogger(Spool.class);
  private static final long GRACE_MILLIS = 1000;

  private final SpoolSettings settings;
  private final Path dir;
  private final FileChannel lock;
  private final String spoolId;
  private final String bootId = RunFolder.read(Path.of("/proc/sys/kernel/random/boot_id")).trim();
  private final @Nullable Path groups;
  private final List<FoundRun> found = new ArrayList<>();
  private final Map<RunKey, Run> runs = new HashMap<>();
  private final ScheduledThreadPoolExecutor thread =
      new ScheduledThreadPoolExecutor(
          1,
          task -> {
            Thread made = new Thread(task, "zkrun-spool");
            made.setDaemon(true);
            return made;
          });

  private SpoolFolder(SpoolSettings settings, FileChannel lock) throws IOException {
    this.settings = settings;
    this.dir = settings.dir().toAbsolutePath();
    this.lock = lock;
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    if (!Files.exists(dir.resolve("spool-id"))) {
      replace("spool-id", UUID.randomUUID() + "\n");
    }
    spoolId = Files.readString(dir.resolve("spool-id")).trim();
    replace("daemon", Files.readString(Path.of("/proc/self/stat")));
    install("launch.sh");
    install("keeper.sh");
    groups = settings.tracking() == SpoolSettings.Tracking.AUTO ? Cgroups.make(spoolId) : null;
    find();
    keep();
  }

  static Spool open(SpoolSettings settings) throws SpoolException {
    Path dir = settings.dir().toAbsolutePath();
    FileChannel channel = null;
    try {
      Files.createDirectories(dir.resolve("tasks"));
      Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwx------"));
      channel =
          FileChannel.open(
              dir.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!held(channel)) {
        channel.close();
        String holder = RunFolder.read(dir.resolve("daemon")).split(" ", 2)[0];
        throw new SpoolException(
            "the spool "
                + dir
                + " is in use by pid "
                + holder
                + "; stop it, or use another folder");
      }
      return new SpoolFolder(settings, channel);
    } catch (SpoolException e) {
      throw e;
    } catch (IOException e) {
      throw new SpoolException("cannot use the spool " + dir + ": " + e, e);
    }
  }

  private static boolean held(FileChannel channel) throws IOException {
    try {
      FileLock held = channel.tryLock();
      return held != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private void install(String script) throws IOException {
    try (InputStream in = SpoolFolder.class.getResourceAsStream(script)) {
      if (in == null) {
        throw new IOException(script + " is missing from the installation");
      }
      replace(script, new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
    }
  }

  private void replace(String name, String text) throws IOException {
    Path made = Files.writeString(dir.resolve(name + ".new"), text);
    Files.move(made, dir.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  private void find() throws IOException {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(dir.resolve("tasks"))) {
      for (Path each : folders) {
        RunFolder folder = new RunFolder(each);
        Map<String, String> meta = folder.meta();
        if (meta.isEmpty() || folder.has("delivered")) {
          continue;
        }
        int attempt = Integer.parseInt(meta.getOrDefault("attempt", "1"));
        String cluster = meta.getOrDefault("cluster", "");
        folder
            .key()
            .ifPresent(key -> found.add(new FoundRun(key, cluster, attempt, Run.onLost(meta))));
      }
    }
  }

  private void keep() throws IOException {
    if (!settings.keeper() || new Stat(RunFolder.read(dir.resolve("keeper"))).isAlive()) {
      return;
    }
    CommandLine line = new CommandLine("setsid");
    line.addArguments(new String[] {"/bin/sh", dir + "/keeper.sh", dir.toString(), spoolId}, false);
    Launch.start(line, BaseEnvironment.of(), dir, dir.resolve("keeper.log"));
  }

  /** A process as its line in /proc told it. */
  private record Stat(String line) {
    boolean isAlive() {
      String now = RunFolder.read(Path.of("/proc/" + line.split(" ", 2)[0] + "/stat"));
      String start = RunFolder.startTime(line);
      return !start.isEmpty() && start.equals(RunFolder.startTime(now));
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

  private Tree tree(RunFolder folder, OnLost onLost, @Nullable Path group) {
    String kind = onLost == OnLost.HOLD ? "hold" : "lease";
    return new Tree(spoolId + "/" + kind + "/" + folder.dir().getFileName(), group);
  }

  @Override
  public void start(RunRequest request, Listener listener) {
    thread.execute(() -> launch(request, listener));
  }

  private void launch(RunRequest request, Listener listener) {
    RunFolder folder = RunFolder.of(dir, request.key());
    Instant now = Instant.now();
    try {
      Path group = groups == null ? null : Cgroups.child(groups, folder);
      Tree tree = tree(folder, request.onLost(), group);
      Run run = new Run(folder, listener, request.outputLimitBytes(), tree, now);
      folder.prepare(request, dir, bootId, group);
      Map<String, String> env = BaseEnvironment.of(request);
      env.put("ZKRUN_COOKIE", spoolId + "/" + kind(request) + "/" + folder.dir().getFileName());
      CommandLine line = new CommandLine("/bin/sh");
      line.addArguments(new String[] {dir + "/launch.sh", folder.dir().toString()}, false);
      Process process = Launch.start(line, env, dir, folder.dir().resolve("diag"));
      run.pid = process.pid();
      runs.put(request.key(), run);
      listener.started(run.pid, now);
      var unused = process.onExit().thenRun(() -> post(() -> leaderEnded(run)));
      if (request.timeout() != null) {
        limit(run, request.timeout().toMillis(), request.killAfter());
      }
    } catch (IOException e) {
      LOG.warn("cannot start {}: {}", request.key(), e.toString());
      String reason = "cannot prepare " + folder.dir() + ": " + e.getMessage();
      listener.ended(
          new RunEnd(
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
              Output.EMPTY));
    }
  }

  private static String kind(RunRequest request) {
    return request.onLost() == OnLost.HOLD ? "hold" : "lease";
  }

  private void limit(Run run, long millis, Duration killAfter) {
    after(Math.max(0, millis), () -> ask(run, EndCause.TIMEOUT, killAfter));
  }

  @Override
  public void adopt(RunKey key, Listener listener) {
    if (found.stream().noneMatch(each -> each.key().equals(key))) {
      throw new IllegalArgumentException("no run " + key + " was found in " + dir);
    }
    thread.execute(() -> takeOver(key, listener));
  }

  private void takeOver(RunKey key, Listener listener) {
    RunFolder folder = RunFolder.of(dir, key);
    Map<String, String> meta = folder.meta();
    String keep = meta.getOrDefault("keep", "lease -");
    String group = keep.substring(keep.indexOf(' ') + 1);
    Tree tree = tree(folder, Run.onLost(meta), group.equals("-") ? null : Path.of(group));
    Instant at = Instant.ofEpochMilli(Long.parseLong(meta.getOrDefault("startedAt", "0")));
    int limit = Integer.parseInt(meta.getOrDefault("limit", "65536"));
    Run run = new Run(folder, listener, limit, tree, at);
    runs.put(key, run);
    run.pid = bootId.equals(meta.get("bootId")) ? folder.alive() : 0;
    String timeout = meta.getOrDefault("timeout", "");
    if (run.pid > 0) {
      listener.started(run.pid, at);
      if (!timeout.isEmpty()) {
        Duration gone = Duration.between(at, Instant.now());
        Duration kill = Duration.ofMillis(Long.parseLong(meta.getOrDefault("killAfter", "10000")));
        limit(run, Long.parseLong(timeout) - gone.toMillis(), kill);
      }
    }
    watch(run);
  }

  /** An adopted shell is no child of ours: nobody tells when it ends. */
  private void watch(Run run) {
    if (run.folder.alive() > 0) {
      after(100, () -> watch(run));
    } else {
      leaderEnded(run);
    }
  }

  private void leaderEnded(Run run) {
    run.pid = 0;
    run.ran = Duration.between(run.startedAt, Instant.now());
    if (run.ticking || run.ended) {
      return;
    }
    boolean leave = settings.leaveBackground() && run.folder.exitCode() != null;
    if (leave || run.tree.each(0, process -> {}) == 0) {
      finish(run, leave ? null : Instant.now());
    } else {
      sweep(run, GRACE_MILLIS);
    }
  }

  @Override
  public void end(RunKey key, EndCause cause, Duration killAfter) {
    thread.execute(
        () -> {
          Run run = runs.get(key);
          if (run != null) {
            ask(run, cause, killAfter);
          }
        });
  }

  @Override
  public void endAll(EndCause cause, Duration killAfter) {
    thread.execute(() -> List.copyOf(runs.values()).forEach(run -> ask(run, cause, killAfter)));
  }

  private void ask(Run run, EndCause cause, Duration killAfter) {
    if (run.ended) {
      return;
    }
    if (run.cause == null && run.folder.exitCode() == null) {
      run.cause = cause;
    }
    sweep(run, killAfter.toMillis());
  }

  private void sweep(Run run, long killAfterMillis) {
    long at = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(killAfterMillis);
    run.killAtNanos = run.ticking ? Math.min(run.killAtNanos, at) : at;
    if (!run.ticking) {
      run.ticking = true;
      tick(run, true);
    }
  }

  private void tick(Run run, boolean term) {
    boolean kill = System.nanoTime() - run.killAtNanos >= 0;
    if (kill) {
      run.tree.killGroup();
    }
    int left =
        run.tree.each(
            run.pid,
            process -> {
              if (kill) {
                process.destroyForcibly();
              } else if (term) {
                process.destroy();
              }
            });
    run.emptyScans = left == 0 && run.pid == 0 ? run.emptyScans + 1 : 0;
    if (run.emptyScans >= 2) {
      finish(run, Instant.now());
    } else {
      // Again SIGTERM to all would run a command's trap again and again: newcomers get SIGKILL.
      after(20, () -> tick(run, false));
    }
  }

  private void finish(Run run, @Nullable Instant emptyAt) {
    run.ended = true;
    run.tree.remove();
    RunEnd end = run.end(emptyAt);
    try {
      run.folder.write("result", end.outcome() + "\n", false);
      RunFolder.remove(run.folder.dir().resolve("scratch"));
    } catch (IOException e) {
      LOG.warn("cannot tidy {}: {}", run.folder.dir(), e.toString());
    }
    run.listener.ended(end);
  }

  @Override
  public void delivered(RunKey key) {
    thread.execute(
        () -> {
          Run run = runs.remove(key);
          RunFolder folder = RunFolder.of(dir, key);
          try {
            RunEnd end = run == null ? null : run.end(null);
            if (end != null && (end.stdout().truncated() || end.stderr().truncated())) {
              folder.write("delivered", "", false);
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
    thread.execute(
        () -> {
          try {
            replace("deadline", termAtBootMillis / 10 + " " + killAtBootMillis / 10 + "\n");
            keep();
          } catch (IOException e) {
            LOG.error("cannot hand the lease to the keeper in {}: {}", dir, e.toString());
          }
        });
  }

  private void post(Runnable task) {
    if (!thread.isShutdown()) {
      thread.execute(task);
    }
  }

  private void after(long millis, Runnable task) {
    if (!thread.isShutdown()) {
      var unused = thread.schedule(task, millis, TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public void close() {
    thread.shutdown();
    try {
      Files.deleteIfExists(dir.resolve("daemon"));
      lock.close();
    } catch (IOException e) {
      LOG.warn("cannot let go of the spool {}: {}", dir, e.toString());
    }
  }
}
