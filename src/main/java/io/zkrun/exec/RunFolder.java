package io.zkrun.exec;

import io.zkrun.core.Command;
import io.zkrun.core.OnLost;
import io.zkrun.core.Output;
import io.zkrun.core.RunKey;
import io.zkrun.core.TaskId;
import io.zkrun.core.TaskSpec;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files of one run. */
record RunFolder(Path dir) {
  private static final Logger LOG = LoggerFactory.getLogger(RunFolder.class);

  /** A whole line: code, uptime in seconds, end. What a crash has damaged was not recorded. */
  private static final Pattern EXIT =
      Pattern.compile("([01]?\\d?\\d|2[0-4]\\d|25[0-5]) \\d{1,15}\\.\\d\\d end");

  private static final Pattern NAME = Pattern.compile("[0-9a-f]{1,16}-[0-9a-f]{1,16}-");
  private static final Pattern UPTIME = Pattern.compile("\\d{1,15}\\.\\d\\d");
  private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");
  private static final Pattern TICKS = Pattern.compile("\\d{1,15}");
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
    boolean odd = TaskScript.hasOdd(request.env());
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
            "first=" + prefix.first(odd),
            "executor=" + prefix.executor(odd),
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
    PlainFile.write(dir.resolve(name), text, sync);
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

  /** A number of the intent; whoever has damaged it must not stop the spool. */
  static long number(Map<String, String> meta, String name, long otherwise) {
    String value = meta.getOrDefault(name, "");
    return NUMBER.matcher(value).matches() ? Long.parseLong(value) : otherwise;
  }

  int limitBytes(Map<String, String> meta) {
    return (int) Math.min(number(meta, "limit", 65_536), TaskSpec.MAX_OUTPUT_LIMIT_BYTES);
  }

  Output output(String name, int limitBytes) {
    try {
      return OutputFile.read(dir.resolve(name), limitBytes);
    } catch (NoSuchFileException e) {
      return Output.EMPTY;
    } catch (IOException e) {
      LOG.warn("cannot read the output {}: {}", dir.resolve(name), e.getMessage());
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
    return alive(watcher());
  }

  /** Likewise, of the process that a line of stat was written for. */
  static long alive(String stat) {
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
    String said = parts.length == 2 ? parts[1].strip() : "";
    return said.isEmpty() ? earlierNotices() : said;
  }

  /** Earlier versions had a file of its own for that, which means nothing where this one began. */
  private String earlierNotices() {
    String said = text("diag").strip();
    return said.isEmpty() || meta().containsKey("executor") ? "" : said;
  }

  /** Likewise, the process itself: what takes its number later is another. */
  @Nullable ProcessHandle shell() {
    ProcessHandle shell = ProcessHandle.of(alive()).orElse(null);
    return shell != null && alive() == shell.pid() ? shell : null;
  }

  static String startTime(String stat) {
    String[] fields = stat.substring(stat.lastIndexOf(')') + 1).trim().split(" ");
    boolean told = fields.length > 19 && !fields[0].equals("Z");
    return told && TICKS.matcher(fields[19]).matches() ? fields[19] : "";
  }

  boolean has(String name) {
    return PlainFile.is(dir.resolve(name));
  }

  String text(String name) {
    return PlainFile.text(dir.resolve(name));
  }

  /** Of the kernel's files, and of those that no command is told of. */
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
}
