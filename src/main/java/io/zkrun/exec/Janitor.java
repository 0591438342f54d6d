package io.zkrun.exec;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what a spool no longer needs, on a thread of its own: a command may leave a million files
 * behind, and nobody waits for them. What is to go is moved into the folder {@code trash} at once,
 * by one rename, so that it is never taken for a run again, and whatever a daemon has left there
 * the next one removes.
 */
final class Janitor {
  private static final Logger LOG = LoggerFactory.getLogger(Janitor.class);
  private static final long CLOSE_MILLIS = 500;
  private static final long AGAIN_MILLIS = 600_000;

  private final Path tasks;
  private final Path trash;
  private final @Nullable Path groups;
  private final Retention retention;
  private final SpoolThread thread;
  private final AtomicLong moved = new AtomicLong(System.currentTimeMillis() << 20);
  private final AtomicBoolean emptying = new AtomicBoolean();
  private final AtomicBoolean trimming = new AtomicBoolean();

  /** What could not be removed; of its thread alone. */
  private final Set<Path> stuck = new HashSet<>();

  /** What kept it from that, and was told once. */
  private final Set<Path> told = new HashSet<>();

  private volatile boolean closed;

  /**
   * @param groups where the cgroups of the runs are; null where there are none
   */
  Janitor(Path dir, Retention retention, @Nullable Path groups) {
    this.tasks = dir.resolve("tasks");
    this.trash = dir.resolve("trash");
    this.groups = groups;
    this.retention = retention;
    this.thread = new SpoolThread(dir, "janitor");
  }

  /** Takes up what earlier daemons kept, or left half removed. */
  void begin() {
    thread.post(
        () -> {
          retention.find(tasks);
          again();
        });
  }

  /** Whatever failed is tried again now and then: people free what held it. */
  private void again() {
    List<Path> left = List.copyOf(stuck);
    stuck.clear();
    told.removeIf(each -> !RunFolder.isThere(each));
    left.forEach(each -> remove(each, false));
    empty(false);
    retention.trim(Instant.now(), this::discard);
    tidy();
    var unused = thread.after(AGAIN_MILLIS, this::again);
  }

  private void tidy() {
    if (groups != null) {
      Cgroups.tidy(groups, tasks);
    }
  }

  /** Removes a file, or a folder with all in it; it is out of sight when this returns. */
  void discard(Path path) {
    try {
      if (moveAway(path) && !emptying.getAndSet(true)) {
        thread.post(() -> empty(true));
      }
    } catch (IOException e) {
      if (!RunFolder.isThere(path)) {
        return; // Another of this name may come before the thread would look.
      }
      LOG.warn("cannot move {} into {}: {}", path, trash, e.toString());
      thread.post(() -> remove(path, false));
    }
  }

  /** False where there is no such thing. */
  private boolean moveAway(Path path) throws IOException {
    Path to = trash.resolve(Long.toHexString(moved.incrementAndGet()) + "-" + path.getFileName());
    try {
      RunFolder.move(path, to);
    } catch (NoSuchFileException e) {
      if (!RunFolder.isThere(path)) {
        return false;
      }
      Files.createDirectories(trash);
      RunFolder.move(path, to);
    }
    return true;
  }

  /** Keeps the outputs of a run that was delivered for as long as the retention allows. */
  void keep(RunFolder folder) {
    thread.post(
        () -> {
          try {
            retention.keep(folder, Instant.now());
            retention.trim(Instant.now(), this::discard);
          } catch (IOException e) {
            LOG.warn("cannot keep the outputs in {}: {}", folder.dir(), e.toString());
            discard(folder.dir());
          }
        });
  }

  /** Lets what is kept give way where the disk is short. */
  void trim() {
    if (!trimming.getAndSet(true)) {
      thread.post(
          () -> {
            trimming.set(false);
            retention.trim(Instant.now(), this::discard);
          });
    }
  }

  private void empty(boolean renamed) {
    emptying.set(false);
    try {
      if (RunFolder.isThere(trash) && !Files.isDirectory(trash, LinkOption.NOFOLLOW_LINKS)) {
        LOG.warn("{} was no folder, and was removed; what a link leads to was left alone", trash);
        Files.deleteIfExists(trash);
      }
    } catch (IOException e) {
      LOG.warn("{} is no folder and cannot be removed: {}", trash, e.toString());
      return;
    }
    try (DirectoryStream<Path> left = Files.newDirectoryStream(trash)) {
      for (Path each : left) {
        if (!stuck.contains(each)) {
          remove(each, renamed);
        }
      }
    } catch (NoSuchFileException e) {
      // Nothing was ever thrown away.
    } catch (IOException e) {
      LOG.warn("cannot empty {}: {}", trash, e.toString());
    }
  }

  private void remove(Path path, boolean renamed) {
    List<Removal.Obstacle> obstacles = Removal.of(path, renamed, () -> !closed);
    if (!obstacles.isEmpty()) {
      stuck.add(path);
    }
    for (Removal.Obstacle each : obstacles) {
      if (told.add(each.path())) {
        LOG.warn("cannot remove all of {}: {}; trying again every 10 min", path, each);
      }
    }
  }

  /** What is not removed by now is left to the next daemon. */
  void close() {
    closed = true;
    // What it tidies may be the next daemon's by then; a folder that takes long is out of its
    // sight.
    thread.close(CLOSE_MILLIS);
    tidy();
  }
}
