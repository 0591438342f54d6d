package io.zkrun.exec;

import io.zkrun.core.Command;
import io.zkrun.core.OnLost;
import io.zkrun.core.Output;
import io.zkrun.core.RunKey;
import io.zkrun.core.TaskId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The files of one run. */
record RunFolder(Path dir) {
  /** A whole line: code, uptime in seconds, end. What a crash has damaged was not recorded. */
  private static final Pattern EXIT = Pattern.compile("\\d{1,3} \\d+\\.\\d\\d end");

  private static final Pattern NAME = Pattern.compile("[0-9a-f]{1,16}-[0-9a-f]{1,16}-");
  private static final Pattern UPTIME = Pattern.compile("\\d{1,15}\\.\\d\\d");
  private static final Pattern STAT = Pattern.compile("\\d{1,10} ");

  static RunFolder of(Path spool, RunKey key) {
    String name =
        Long.toHexString(key.taskCzxid())
            + "-"
            + Long.toHexString(key.assignmentCzxid())
            + "-"
            + key.task();
    return new RunFolder(spool.resolve("tasks").resolve(name));
  }

  String name() {
    return dir.getFileName().toString();
  }

  /** The key that the folder's name tells; empty where it is no run's. */
  Optional<RunKey> key() {
    String name = dir.getFileName().toString();
    if (!NAME.matcher(name).lookingAt()) {
      return Optional.empty();
    }
    String[] parts = name.split("-", 3);
    return TaskId.parse(parts[2])
        .map(
            task ->
                new RunKey(
                    task,
                    Long.parseUnsignedLong(parts[0], 16),
                    Long.parseUnsignedLong(parts[1], 16)));
  }

  /** Writes all that the shell needs. The intent comes last: without it nothing was started. */
  void prepare(
      RunRequest request, Path spool, String bootId, ExecPrefix prefix, @Nullable Path group)
      throws IOException {
    if (request.cwd() == null) {
      Files.createDirectory(dir.resolve("scratch"));
    }
    Files.write(dir.resolve("task"), TaskScript.of(request, this, spool, prefix, group));
    if (request.stdin() != null) {
      Files.write(dir.resolve("stdin"), request.stdin().toArray());
    }
    if (request.command() instanceof Command.Shell shell && TaskScript.isByFile(shell)) {
      Files.write(dir.resolve("command"), shell.line().toArray());
    }
    String keep = request.onLost() == OnLost.HOLD ? "hold" : "lease";
    List<String> lines =
        List.of(
            "keep=" + keep + " " + (group == null ? "-" : group),
            "cluster=" + request.cluster().uuid(),
            "tree=" + request.cluster().text(),
            "attempt=" + request.attempt(),
            "onLost=" + request.onLost().name(),
            "limit=" + request.outputLimitBytes(),
            "timeout=" + (request.timeout() == null ? "" : request.timeout().toMillis()),
            "killAfter=" + request.killAfter().toMillis(),
            "bootId=" + bootId,
            "executor=" + prefix.executor(TaskScript.hasOdd(request.env())),
            "program=" + SpawnFailure.named(TaskScript.program(request.command()).toString()),
            "startedAt=" + System.currentTimeMillis(),
            "end=meta");
    write("meta", String.join("\n", lines) + "\n", request.onLost() == OnLost.FAIL);
  }

  /** Makes it, empty. */
  void create(Janitor janitor) throws IOException {
    try {
      Files.createDirectory(dir);
    } catch (FileAlreadyExistsException e) {
      janitor.discard(dir);
      Files.createDirectory(dir);
    } catch (NoSuchFileException e) {
      Files.createDirectories(dir); // Somebody has cleaned the spool.
    }
  }

  void write(String name, String text, boolean sync) throws IOException {
    Set<StandardOpenOption> how =
        Set.of(
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING);
    try (FileChannel file = FileChannel.open(dir.resolve(name), how)) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
      if (sync) {
        file.force(true);
      }
    }
    if (sync) {
      for (Path folder : List.of(dir, dir.resolveSibling("."))) {
        try (FileChannel file = FileChannel.open(folder)) {
          file.force(true);
        }
      }
    }
  }

  /** The intent, or an empty map where it was not wholly written. */
  Map<String, String> meta() {
    return lines("meta");
  }

  /** The {@code name=value} lines of a file, or an empty map where it was not wholly written. */
  Map<String, String> lines(String name) {
    Map<String, String> lines = new HashMap<>();
    for (String line : text(name).split("\n")) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        lines.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    return name.equals(lines.get("end")) ? lines : Map.of();
  }

  Output output(String name, int limitBytes) {
    try {
      return OutputFile.read(dir.resolve(name), limitBytes);
    } catch (IOException e) {
      return Output.EMPTY;
    }
  }

  /** How long the command ran by the clock since boot; null where its end was not recorded. */
  @Nullable Duration ran() {
    String[] words = text("exit").trim().split(" ");
    String ticks = startTime(watcher());
    if (exitCode() == null || ticks.isEmpty()) {
      return null;
    }
    long centis = Long.parseLong(words[1].replace(".", "")) - Long.parseLong(ticks);
    return Duration.ofMillis(Math.max(0, centis * 10));
  }

  /** How long its shell has been there, by the same clock; null where that is not known. */
  @Nullable Duration age() {
    String ticks = startTime(watcher());
    String up = read(Path.of("/proc/uptime")).split(" ")[0];
    return ticks.isEmpty() || !UPTIME.matcher(up).matches()
        ? null
        : Duration.ofMillis(
            Math.max(0, (Long.parseLong(up.replace(".", "")) - Long.parseLong(ticks)) * 10));
  }

  /** The recorded exit code; null where none was recorded. */
  @Nullable Integer exitCode() {
    String exit = text("exit").trim();
    return EXIT.matcher(exit).matches() ? Integer.valueOf(exit.split(" ")[0]) : null;
  }

  /** The pid of the watching shell if it still is that very process, else 0. */
  long alive() {
    String stat = watcher();
    int space = stat.indexOf(' ');
    if (!STAT.matcher(stat).lookingAt()) {
      return 0;
    }
    long pid = Long.parseLong(stat.substring(0, space));
    String now = read(Path.of("/proc/" + pid + "/stat"));
    String start = startTime(stat);
    return !start.isEmpty() && start.equals(startTime(now)) ? pid : 0;
  }

  /** What the watching shell wrote of itself: its line of stat. */
  private String watcher() {
    return text("pid").split("\n", 2)[0];
  }

  /** What it has said since; once the command runs, nothing but which signal ended that. */
  String notices() {
    String[] parts = text("pid").split("\n", 2);
    return parts.length == 2 ? parts[1].strip() : "";
  }

  /** Likewise, the process itself: what takes its number later is another. */
  @Nullable ProcessHandle shell() {
    ProcessHandle shell = ProcessHandle.of(alive()).orElse(null);
    return shell != null && alive() == shell.pid() ? shell : null;
  }

  static String startTime(String stat) {
    String[] fields = stat.substring(stat.lastIndexOf(')') + 1).trim().split(" ");
    return fields.length > 19 && !fields[0].equals("Z") ? fields[19] : "";
  }

  boolean has(String name) {
    return Files.exists(dir.resolve(name));
  }

  String text(String name) {
    return read(dir.resolve(name));
  }

  static String read(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  static boolean isThere(Path path) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }

  /** Renames, whatever its rights; a folder's own must let its parent be changed. */
  static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AccessDeniedException e) {
      if (!Files.isDirectory(from, LinkOption.NOFOLLOW_LINKS) || !from.toFile().setWritable(true)) {
        throw e;
      }
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  /** Removes a folder with all in it, whatever its rights; follows no link. */
  static void remove(Path path) throws IOException {
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      try {
        empty(path);
      } catch (AccessDeniedException e) {
        if (!isAt(path, e)) {
          throw e; // Deeper down, where it was tried again already.
        }
        path.toFile().setReadable(true);
        path.toFile().setWritable(true);
        path.toFile().setExecutable(true);
        empty(path);
      }
    }
    Files.deleteIfExists(path);
  }

  private static boolean isAt(Path folder, AccessDeniedException refused) {
    Path where = Path.of(refused.getFile());
    return where.equals(folder) || folder.equals(where.getParent());
  }

  private static void empty(Path folder) throws IOException {
    try (DirectoryStream<Path> inside = Files.newDirectoryStream(folder)) {
      for (Path each : inside) {
        remove(each);
      }
    }
  }
}
