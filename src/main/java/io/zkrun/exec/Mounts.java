package io.zkrun.exec;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The mount points that this process sees. A folder that is mounted a second time within its own
 * file system is told by nothing else: its device is the same.
 */
final class Mounts {
  private static final Path TABLE = Path.of("/proc/self/mountinfo");
  private static final long FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final int MOUNT_POINT = 4;

  private Set<String> points = Set.of();
  private long readNanos;
  private boolean known;

  /**
   * @param path without links
   * @throws IOException where it cannot be told
   */
  boolean contains(Path path) throws IOException {
    if (!known || System.nanoTime() - readNanos > FRESH_NANOS) {
      readNanos = System.nanoTime();
      points = parse(new String(Files.readAllBytes(TABLE), StandardCharsets.UTF_8));
      known = true;
    }
    return points.contains(path.toString());
  }

  /** Paths have changed: it is to be read again. */
  void forget() {
    known = false;
  }

  static Set<String> parse(String mountinfo) {
    Set<String> all = new HashSet<>();
    for (String line : mountinfo.split("\n")) {
      String[] fields = line.split(" ", MOUNT_POINT + 2);
      if (fields.length > MOUNT_POINT + 1) {
        all.add(unescaped(fields[MOUNT_POINT]));
      }
    }
    return all;
  }

  /** What the kernel writes as three octal digits. */
  static String unescaped(String field) {
    return field
        .replace("\\040", " ")
        .replace("\\011", "\t")
        .replace("\\012", "\n")
        .replace("\\043", "#")
        .replace("\\134", "\\");
  }
}
