package io.zkrun.exec;

import io.zkrun.core.ClusterId;
import io.zkrun.core.EndCause;
import io.zkrun.core.FoundRun;
import io.zkrun.core.NotReady;
import io.zkrun.core.RunEnd;
import io.zkrun.core.RunKey;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The real spool: the folder, who holds it, and what is kept there. */
final class SpoolFolder implements Spool {
  private static final Logger LOG = LoggerFactory.getLogger(Spool.class);

  private final SpoolSettings settings;
  private final SpoolFiles files;
  private final Path dir;
  private final String spoolId;
  private final String bootId = RunFolder.read(Path.of("/proc/sys/kernel/random/boot_id")).trim();
  private final @Nullable Path groups;
  private final List<FoundRun> found = new CopyOnWriteArrayList<>();
  private final Janitor janitor;
  private final WatchedRuns runs;
  private final SpoolThread thread;
  private final SpoolThread leaseThread;

  /** What the keeper is to be told next; a newer one takes the place of one that waits. */
  private final AtomicReference<@Nullable String> deadline = new AtomicReference<>();

  private final SpoolThread sweeper;

  private SpoolFolder(SpoolSettings settings, SpoolFiles files) throws IOException {
    this.settings = settings;
    this.files = files;
    this.dir = files.dir;
    this.spoolId = files.spoolId;
    thread = new SpoolThread(dir, "runs");
    leaseThread = new SpoolThread(dir, "lease");
    sweeper = new SpoolThread(dir, "sweep");
    groups = settings.tracking() == SpoolSettings.Tracking.AUTO ? Cgroups.make(spoolId) : null;
    Retention retention = new Retention(dir, settings.retentionAge(), settings.retentionBytes());
    janitor = new Janitor(dir, retention, groups);
    runs =
        new WatchedRuns(
            files,
            bootId,
            groups,
            settings.leaveBackground(),
            settings.connect(),
            thread,
            janitor,
            sweeper);
    find();
    runs.lookForStrays();
    keep();
    janitor.begin();
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
      throw new SpoolException(
          "cannot use the spool "
              + dir
              + ": "
              + reason(e)
              + "; give the worker a folder that its user owns, by --spool or worker.spool",
          e);
    }
  }

  private static String reason(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof NoSuchFileException) {
      return "it cannot be made there";
    }
    return e instanceof FileSystemException file && file.getReason() != null
        ? file.getReason()
        : e.toString();
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

  private void find() throws IOException {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(dir.resolve("tasks"))) {
      for (Path each : folders) {
        find(new RunFolder(each));
      }
    }
  }

  private void find(RunFolder folder) {
    Optional<RunKey> key = folder.key();
    Map<String, String> meta = folder.meta();
    if (key.isEmpty()) {
      LOG.warn("{} is no run of ours; it is left alone", folder.dir());
    } else if (folder.has(Retention.MARK)) {
      return; // of the retention
    } else if (meta.isEmpty() && folder.has("pid")) {
      LOG.warn("{} has lost what it was for: what runs of it is ended", folder.dir());
      found.add(new FoundRun(key.get(), ClusterId.NONE));
    } else if (meta.isEmpty()) {
      janitor.discard(folder.dir());
    } else {
      runs.found(folder);
      // Earlier versions wrote the UUID alone.
      String tree = meta.getOrDefault("tree", meta.getOrDefault("cluster", ""));
      found.add(new FoundRun(key.get(), ClusterId.parse(tree)));
    }
  }

  private void keep() throws IOException {
    if (settings.keeper()) {
      files.keep(groups, settings.leaveBackground());
    }
  }

  @Override
  public void claim(String worker) throws SpoolException {
    String owner = files.worker();
    if (!owner.isEmpty() && !owner.equals(worker) && !found.isEmpty()) {
      throw new SpoolException(
          ("the spool %1$s belongs to worker '%2$s', and holds %3$d of its tasks that run or were not"
                  + " reported yet; nothing was started, and they were left alone; start it with"
                  + " --name %2$s (or worker.name = %2$s), whatever this host is called now, or give"
                  + " worker '%4$s' a folder of its own by --spool")
              .formatted(dir, owner, found.size(), worker));
    }
    if (!owner.equals(worker)) {
      files.ownedBy(worker);
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

  @Override
  public void start(RunRequest request, Listener listener) {
    janitor.trim();
    thread.post(() -> runs.launch(request, listener));
  }

  @Override
  public void probe(Consumer<@Nullable NotReady> then) {
    janitor.trim();
    thread.post(() -> runs.probe(then));
  }

  @Override
  public void adopt(RunKey key, Listener listener) {
    if (!isFound(key)) {
      throw new IllegalArgumentException("no run " + key + " was found in " + dir);
    }
    thread.post(() -> runs.adopt(key, listener));
  }

  private boolean isFound(RunKey key) {
    return found.stream().anyMatch(each -> each.key().equals(key));
  }

  @Override
  public void end(RunKey key, EndCause cause, Duration killAfter) {
    thread.post(
        () -> {
          if (!runs.has(key) && isFound(key)) {
            runs.revive(key, null);
          }
          runs.end(key, cause, killAfter);
        });
  }

  @Override
  public void keepOutputs(RunKey key) {
    thread.post(
        () -> {
          RunFolder folder = RunFolder.of(dir, key);
          try {
            folder.write("keep", "", false);
          } catch (IOException e) {
            LOG.warn("cannot note in {} that its outputs stay: {}", folder.dir(), e.toString());
          }
        });
  }

  @Override
  public void delivered(RunKey key) {
    thread.post(
        () -> {
          RunEnd known = runs.remove(key);
          found.removeIf(each -> each.key().equals(key));
          RunFolder folder = RunFolder.of(dir, key);
          RunEnd end = known == null ? ResultFile.read(folder) : known;
          boolean cut = end != null && (end.stdout().truncated() || end.stderr().truncated());
          if (cut || folder.has("keep")) {
            janitor.keep(folder);
          } else {
            janitor.discard(folder.dir());
          }
        });
  }

  @Override
  public void deadline(long termAtBootMillis, long killAtBootMillis) {
    deadline.set(termAtBootMillis / 10 + " " + killAtBootMillis / 10 + "\n");
    leaseThread.post(this::renew);
  }

  private void renew() {
    String newest = deadline.getAndSet(null);
    if (newest == null) {
      return;
    }
    try {
      files.renew("deadline", newest);
      keep();
    } catch (IOException e) {
      LOG.error("cannot hand the lease to the keeper in {}: {}", dir, e.toString());
    }
  }

  /** The janitor may take hours, and a sweep as long as there are processes. */
  @Override
  public @Nullable String hangsIn() {
    String ofRuns = thread.hangsIn();
    String ofLease = leaseThread.hangsIn();
    return ofRuns == null ? ofLease : ofRuns;
  }

  /** How many tasks and timers its runs wait for. */
  int waiting() {
    return thread.waiting();
  }

  @Override
  public void close() {
    thread.close();
    leaseThread.close();
    sweeper.close();
    janitor.close();
    if (groups != null) {
      Cgroups.remove(groups);
    }
    release(files);
  }
}
