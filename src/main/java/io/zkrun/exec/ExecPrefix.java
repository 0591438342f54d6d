package io.zkrun.exec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.commons.exec.CommandLine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The programs that do for a command what a shell cannot, and that it is started through. They are
 * looked for once, when a spool is opened, and never along the path of a task.
 *
 * @param setsid gives it a session and process group of its own, without a terminal; null where
 *     there is none
 * @param env sets variables whose names a shell cannot export; null where there is none
 * @param resets whether signals that the daemon ignores are to be reset by {@code env}
 * @param openFiles the soft limit of open files that the daemon was started with; null where it is
 *     not known
 */
record ExecPrefix(
    @Nullable String setsid, @Nullable String env, boolean resets, @Nullable String openFiles) {
  /** Set by whoever starts the JVM, which raises its own soft limit to the hard one. */
  static final String OPEN_FILES = "zkrun.open-files";

  private static final Logger LOG = LoggerFactory.getLogger(Spool.class);
  private static final long PROBE_SECONDS = 10;
  private static final List<String> FOLDERS = List.of("/usr/bin", "/bin", "/usr/sbin", "/sbin");

  /** The C library keeps them for itself: they stay as they are. */
  private static final Set<Integer> OF_THE_LIBRARY = Set.of(32, 33);

  private static final Pattern LIMIT = Pattern.compile("[0-9]{1,19}|unlimited");

  /** Looks for them, tries them, and logs what is missing. */
  static ExecPrefix find() {
    String setsid = find("setsid");
    if (setsid == null || !runs(setsid, "--", "/bin/sh", "-c", ":")) {
      setsid = null;
      LOG.warn(
          "commands share this daemon's process group, so that 'kill 0' in one signals all and the"
              + " daemon: there is no setsid here; install util-linux");
    }
    String env = find("env");
    List<Integer> ignored = signals(RunFolder.read(Path.of("/proc/self/status")), "SigIgn:");
    boolean resets =
        !ignored.isEmpty()
            && env != null
            && runs(env, "--default-signal", "--", "/bin/sh", "-c", ":");
    if (!ignored.isEmpty() && !resets) {
      LOG.warn(
          "commands ignore the signals {}, as this daemon was started with, and env cannot reset"
              + " them (GNU coreutils 8.31 can); start it without nohup, by a service manager say",
          ignored);
    }
    String limit = System.getProperty(OPEN_FILES, "");
    return new ExecPrefix(setsid, env, resets, LIMIT.matcher(limit).matches() ? limit : null);
  }

  private static @Nullable String find(String program) {
    return FOLDERS.stream()
        .map(folder -> folder + "/" + program)
        .filter(file -> Files.isExecutable(Path.of(file)))
        .findFirst()
        .orElse(null);
  }

  private static boolean runs(String program, String... arguments) {
    CommandLine line = new CommandLine(program);
    line.addArguments(arguments, false);
    try {
      Process process = Launch.start(line, Map.of(), Path.of("/"), Path.of("/dev/null"));
      return process.waitFor(PROBE_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** The signals in a mask of {@code /proc/PID/status}, as far as they can be reset. */
  static List<Integer> signals(String status, String mask) {
    return status
        .lines()
        .filter(line -> line.startsWith(mask))
        .map(line -> Long.parseUnsignedLong(line.substring(mask.length()).strip(), 16))
        .flatMap(
            set ->
                IntStream.rangeClosed(1, Long.SIZE)
                    .filter(signal -> !OF_THE_LIBRARY.contains(signal))
                    .filter(signal -> (set >>> (signal - 1) & 1) == 1)
                    .boxed())
        .toList();
  }

  /**
   * Returns the program that reports in a shell's stead that the command cannot be executed; null
   * where the shell does.
   *
   * @param odd whether there are variables that a shell cannot export
   */
  @Nullable String executor(boolean odd) {
    String last = setsid != null ? setsid : resets || odd ? env : null;
    return last == null ? null : Objects.toString(Path.of(last).getFileName());
  }

  /**
   * Returns the program that the shell itself executes in the command's stead; null where that is
   * the command.
   *
   * @param odd whether there are variables that a shell cannot export
   */
  @Nullable String first(boolean odd) {
    return resets || odd ? env : setsid;
  }
}
