package io.zkrun.exec;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folders of delivered runs that stay because their output was cut; oldest first. None stays on
 * a disk that is nearly full: the next run needs the space more. On the janitor's thread.
 */
final class Retention {
  private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
  static final String MARK = "delivered";
  private static final long RESERVE_BYTES = 64L << 20;
  private static final int RESERVE_SHARE = 20;

  private final File disk;
  private final Duration age;
  private final long maxBytes;
  private final Deque<Kept> kept = new ArrayDeque<>();
  private long bytes;

  private record Kept(Path dir, Instant since, long bytes) {}

  /**
   * @param dir on the disk whose space counts
   */
  Retention(Path dir, Duration age, long maxBytes) {
    this.disk = dir.toFile();
    this.age = age;
    this.maxBytes = maxBytes;
  }

  /** Takes up what earlier daemons kept. */
  void find(Path tasks) {
    List<Kept> all = new ArrayList<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(tasks)) {
      for (Path dir : folders) {
        RunFolder folder = new RunFolder(dir);
        if (folder.key().isPresent() && folder.has(MARK)) {
          all.add(
              new Kept(dir, Files.getLastModifiedTime(dir.resolve(MARK)).toInstant(), sizeOf(dir)));
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      LOG.warn("cannot tell what is kept below {}: {}", tasks, e.toString());
    }
    all.sort(Comparator.comparing(Kept::since));
    all.forEach(this::add);
  }

  void keep(RunFolder folder, Instant now) throws IOException {
    folder.write(MARK, "", false);
    add(new Kept(folder.dir(), now, sizeOf(folder.dir())));
  }

  private void add(Kept each) {
    kept.add(each);
    bytes += each.bytes;
  }

  /** Lets go of what is too old or too much, or takes the last space. */
  void trim(Instant now, Consumer<Path> discard) {
    Instant oldest = now.minus(age);
    for (Kept first = kept.peek();
        first != null && (bytes > maxBytes || first.since.isBefore(oldest) || isDiskShort());
        first = kept.peek()) {
      kept.remove();
      bytes -= first.bytes;
      discard.accept(first.dir);
    }
  }

  private boolean isDiskShort() {
    return disk.getUsableSpace() < Math.min(RESERVE_BYTES, disk.getTotalSpace() / RESERVE_SHARE);
  }

  private static long sizeOf(Path dir) throws IOException {
    long sum = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(dir)) {
      for (Path file : files) {
        sum += Files.isRegularFile(file) ? Files.size(file) : 0;
      }
    }
    return sum;
  }
}
