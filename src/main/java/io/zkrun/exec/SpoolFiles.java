package io.zkrun.exec;

import io.zkrun.core.WorkerName;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.commons.exec.CommandLine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files of the spool as a whole: its lock, its identity, its scripts and the lease. */
final class SpoolFiles {
  private static final Logger LOG = LoggerFactory.getLogger(SpoolFiles.class);

  /**
   * What may be there before a spool has its identity, or after somebody has cleaned it: all that
   * is ever written beside that.
   */
  private static final Set<String> OWN =
      Set.of(
          "daemon",
          "daemon.new",
          "deadline",
          "deadline.last",
          "deadline.spare",
          "keeper",
          "keeper.log",
          "keeper.sh",
          "keeper.sh.new",
          "launch.sh",
          "launch.sh.new",
          "lock",
          "lost+found",
          "spool-id.new",
          "tasks",
          "trash",
          "worker",
          "worker.new");

  private static final int SHOWN = 3;

  final Path dir;
  final String spoolId;
  private final FileChannel lock;

  /** Whether one that runs is of another version; it goes when a new one has signed. */
  private boolean keeperIsOld;

  private SpoolFiles(Path dir, FileChannel lock) throws IOException {
    this.dir = dir;
    this.lock = lock;
    if (!Files.exists(dir.resolve("spool-id"))) {
      replace("spool-id", UUID.randomUUID() + "\n");
    }
    spoolId = text("spool-id").trim();
    if (spoolId.isEmpty()) {
      throw new IOException(dir.resolve("spool-id") + " is empty, or no regular file");
    }
    replace("daemon", Files.readString(Path.of("/proc/self/stat")));
    install("launch.sh");
    String before = text("keeper.sh");
    install("keeper.sh");
    keeperIsOld = !before.equals(text("keeper.sh"));
  }

  static SpoolFiles lock(Path dir) throws IOException {
    refuseAnotherUse(dir);
    Files.createDirectories(dir.resolve("tasks"));
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwx------"));
    removeUnlessPlain(dir.resolve("lock"));
    FileChannel channel =
        FileChannel.open(dir.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (!held(channel)) {
        String holder = PlainFile.text(dir.resolve("daemon")).split(" ", 2)[0];
        throw new SpoolException(
            "the spool %s is in use by pid %s; stop it, or use another folder"
                .formatted(dir, holder));
      }
      return new SpoolFiles(dir, channel);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** A spool takes all rights from others, and clears away what is left there. */
  private static void refuseAnotherUse(Path dir) throws IOException {
    if (!Files.isDirectory(dir) || Files.exists(dir.resolve("spool-id"))) {
      return;
    }
    List<String> others;
    try (Stream<Path> inside = Files.list(dir)) {
      others =
          inside
              .map(each -> each.getFileName().toString())
              .filter(name -> !OWN.contains(name))
              .sorted()
              .toList();
    }
    if (!others.isEmpty()) {
      throw new SpoolException(
          "%s is no spool, and holds other things (%s%s); nothing was changed there; give the worker a folder of its own"
              .formatted(
                  dir,
                  String.join(", ", others.subList(0, Math.min(SHOWN, others.size()))),
                  others.size() > SHOWN ? ", …" : ""));
    }
  }

  private static boolean held(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  /** The name of the worker that has it; empty where none has said so. */
  String worker() {
    String name = text("worker").trim();
    return WorkerName.isValid(name) ? name : "";
  }

  void ownedBy(String worker) throws SpoolException {
    try {
      replace("worker", worker + "\n");
    } catch (IOException e) {
      throw new SpoolException("cannot write the name of its worker into the spool " + dir, e);
    }
  }

  private void install(String script) throws IOException {
    try (InputStream in = SpoolFiles.class.getResourceAsStream(script)) {
      if (in == null) {
        throw new IOException(script + " is missing from the installation");
      }
      replace(script, new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  private String text(String name) {
    return PlainFile.text(dir.resolve(name));
  }

  /** A command can reach them too: no open is to wait for the other end of a pipe. */
  private static void removeUnlessPlain(Path file) throws IOException {
    if (!PlainFile.is(file) && RunFolder.isThere(file)) {
      List<Removal.Obstacle> left = Removal.of(file);
      LOG.warn(
          "{} was no regular file, and was removed{}", file, left.isEmpty() ? "" : ": " + left);
    }
  }

  void replace(String name, String text) throws IOException {
    Path made = dir.resolve(name + ".new");
    PlainFile.write(made, text, false);
    removeUnlessPlain(dir.resolve(name));
    Files.move(made, dir.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Likewise, in space that it has already: what runs must not end by the lease because the disk is
   * full. The last one but one is written over; read is the first line alone.
   */
  void renew(String name, String text) throws IOException {
    Path file = dir.resolve(name);
    Path spare = dir.resolve(name + ".spare");
    Path last = dir.resolve(name + ".last");
    for (Path each : List.of(file, spare, last)) {
      removeUnlessPlain(each);
    }
    Files.writeString(spare, text, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    Files.deleteIfExists(last);
    if (Files.exists(file)) {
      Files.createLink(last, file);
    }
    Files.move(spare, file, StandardCopyOption.ATOMIC_MOVE);
    if (Files.exists(last)) {
      Files.move(last, spare, StandardCopyOption.ATOMIC_MOVE);
    } else {
      reserve(spare, text);
    }
  }

  /** Takes the space for the next one, if there is any. */
  private static void reserve(Path spare, String text) {
    try {
      Files.writeString(spare, text);
    } catch (IOException e) {
      LOG.warn("no space for the next lease in {}: {}", spare, e.toString());
    }
  }

  /**
   * Starts the keeper where none runs.
   *
   * @param groups where the cgroups of the runs are; null where there are none
   * @param leaveBackground whether what a command of an earlier version left may run on
   */
  void keep(@Nullable Path groups, boolean leaveBackground) throws IOException {
    if (keeperRuns() && !keeperIsOld) {
      return;
    }
    keeperIsOld = false;
    // It writes both itself.
    removeUnlessPlain(dir.resolve("keeper"));
    removeUnlessPlain(dir.resolve("keeper.log"));
    CommandLine line = new CommandLine("setsid");
    String below = groups == null ? "" : groups.toString();
    line.addArguments(
        new String[] {
          "/bin/sh",
          dir + "/keeper.sh",
          dir.toString(),
          spoolId,
          below,
          Cookie.start(spoolId, false, false),
          Cookie.start(spoolId, false, true),
          leaveBackground ? "leave" : "end",
          Integer.toString(SweepPass.LONGEST)
        },
        false);
    Launch.start(line, BaseEnvironment.of(), dir, dir.resolve("keeper.log"));
  }

  private boolean keeperRuns() {
    return RunFolder.alive(text("keeper")) > 0;
  }

  void release() throws IOException {
    Files.deleteIfExists(dir.resolve("daemon"));
    lock.close();
  }
}
