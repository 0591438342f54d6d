package io.zkrun.cli;

import io.zkrun.core.Bytes;
import io.zkrun.core.Command;
import io.zkrun.core.Escaped;
import io.zkrun.core.OnLost;
import io.zkrun.core.SpecProblem;
import io.zkrun.core.TaskSpec;
import io.zkrun.core.TimeBucket;
import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a task is to be, from the command line. */
final class SpecOptions {
  @Option(names = "--name", description = "The task's name: a named task exists once.")
  @Nullable String name;

  @Option(
      names = "--once-per",
      paramLabel = "TIME",
      converter = Durations.class,
      description =
          "With --name: once in each 5m, 1h, 1d or the like, whoever asks; the task is NAME and the"
              + " time.")
  @Nullable Long oncePer;

  @Option(
      names = "--tz",
      paramLabel = "ZONE",
      description = "With --once-per: the time zone in which days begin; default UTC.")
  @Nullable String zone;

  @Option(names = "--env", paramLabel = "K=V", description = "A variable; may be repeated.")
  List<String> env = new ArrayList<>();

  @Option(names = "--env-file", paramLabel = "FILE|-", description = "Variables, K=V on each line.")
  @Nullable Path envFile;

  @Option(names = "--cwd", paramLabel = "DIR", description = "The folder to run in.")
  @Nullable String cwd;

  @Option(names = "--stdin", paramLabel = "FILE|-", description = "What the command reads.")
  @Nullable String stdin;

  @Option(
      names = "--timeout",
      converter = Durations.class,
      description = "Ends it after, e.g. 1h30m.")
  @Nullable Long timeout;

  @Option(
      names = "--kill-after",
      converter = Durations.class,
      description = "From SIGTERM to SIGKILL, e.g. 10s.")
  @Nullable Long killAfter;

  @Option(
      names = "--start-within",
      converter = Durations.class,
      description = "Expires unless started by then.")
  @Nullable Long startWithin;

  @Option(names = "--retries", description = "How often a failed attempt is repeated.")
  int retries;

  @Option(names = "--retry-on", split = ",", description = "Exit codes that are worth a retry.")
  List<Integer> retryOn = new ArrayList<>();

  @Option(names = "--priority", description = "Higher ones first; -1000 to 1000.")
  int priority;

  @Option(names = "--require", paramLabel = "K=V", description = "A label its worker must have.")
  List<String> require = new ArrayList<>();

  @Option(
      names = "--on-lost",
      converter = OnLostWords.class,
      completionCandidates = OnLostWords.class,
      description = "When its worker is lost: rerun, fail or hold.")
  @Nullable OnLost onLost;

  /** The name of the task that is asked for now; null for one without. */
  @Nullable String name(Instant now) {
    TimeBucket bucket = bucket();
    return bucket == null || name == null ? name : bucket.name(name, now);
  }

  /** What {@code --once-per} says; null where nothing. */
  @Nullable TimeBucket bucket() {
    if (oncePer == null) {
      if (zone != null) {
        throw new UsageException("--tz has a meaning only with --once-per");
      }
      return null;
    }
    if (name == null) {
      throw new UsageException("--once-per takes a --name: it is by its name that a task is one");
    }
    try {
      return new TimeBucket(
          Duration.ofMillis(oncePer), zone == null ? ZoneOffset.UTC : ZoneId.of(zone));
    } catch (IllegalArgumentException e) {
      throw new UsageException("--once-per: " + e.getMessage());
    } catch (DateTimeException e) {
      throw new UsageException(
          "--tz: '" + zone + "' is no time zone known here, such as Europe/Berlin");
    }
  }

  TaskSpec spec(Command command, Terminal terminal) {
    if (readsInput().size() > 1) {
      throw new UsageException(
          String.join(" and ", readsInput()) + " both read standard input; give a file");
    }
    InputStream input = terminal.in();
    return TaskSpec.builder(command)
        .env(environment(terminal))
        .cwd(cwd == null ? null : RawText.bytes(cwd))
        .stdin(stdin == null ? null : read("--stdin", stdin, input))
        .timeoutSeconds(seconds(timeout))
        .killAfterSeconds(seconds(killAfter))
        .startWithinSeconds(seconds(startWithin))
        .retries(retries)
        .retryOn(retryOn)
        .priority(priority)
        .requires(labels())
        .onLost(onLost)
        .build();
  }

  /** The options that read standard input. */
  List<String> readsInput() {
    List<String> options = new ArrayList<>();
    if (envFile != null && envFile.toString().equals("-")) {
      options.add("--env-file -");
    }
    if ("-".equals(stdin)) {
      options.add("--stdin -");
    }
    return options;
  }

  /** Tells that standard input holds what nobody reads. Never waits for it. */
  void noteUnread(Terminal terminal) {
    if (readsInput().isEmpty() && terminal.holdsInput()) {
      terminal.note(
          "standard input is not empty, and the command does not get it; pass it on with --stdin -,"
              + " or give </dev/null where none is meant");
    }
  }

  private static @Nullable Double seconds(@Nullable Long millis) {
    return millis == null ? null : millis / 1000.0;
  }

  private Map<String, Bytes> environment(Terminal terminal) {
    Map<String, Bytes> variables = new LinkedHashMap<>();
    if (envFile != null) {
      addFile(variables, envFile.toString(), terminal);
    }
    for (String each : env) {
      put(variables, each, "--env");
    }
    return variables;
  }

  /** A value is what stands behind the first {@code =}, to the end of the line. */
  private static void addFile(Map<String, Bytes> variables, String file, Terminal terminal) {
    byte[] all = read("--env-file", file, terminal.in()).toArray();
    int number = 0;
    for (byte[] line : RawText.split(RawText.withoutMark(all), (byte) '\n')) {
      number++;
      String text = RawText.text(line);
      String variable = text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
      String where = file + ":" + number;
      if (variable.isBlank() || variable.stripLeading().startsWith("#")) {
        continue;
      }
      int equals = variable.indexOf('=');
      if (equals > 0 && SpecProblem.isReserved(variable.stripLeading())) {
        String reserved = shown(variable.substring(0, equals).strip());
        terminal.note(where + ": " + reserved + " is passed over: zkrun sets its own");
      } else {
        put(variables, variable, where);
      }
    }
  }

  private static void put(Map<String, Bytes> variables, String text, String where) {
    int equals = text.indexOf('=');
    if (equals <= 0) {
      throw new UsageException(where + ": '" + shown(text) + "' is no variable; write NAME=VALUE");
    }
    String name = text.substring(0, equals).strip();
    if (name.isEmpty() || name.chars().anyMatch(Character::isWhitespace) || RawText.isRaw(name)) {
      throw new UsageException(
          where
              + ": '"
              + shown(name)
              + "' is no name of a variable; write NAME=VALUE, without 'export', in UTF-8");
    }
    variables.put(name, RawText.bytes(text.substring(equals + 1)));
  }

  /** With bytes that are not UTF-8 as such. */
  private static String shown(String text) {
    return Escaped.of(RawText.bytes(text));
  }

  private Map<String, String> labels() {
    Map<String, String> labels = new LinkedHashMap<>();
    for (String each : require) {
      int equals = each.indexOf('=');
      if (equals <= 0) {
        throw new UsageException("--require: '" + each + "' is no label; write KEY=VALUE");
      }
      labels.put(each.substring(0, equals), each.substring(equals + 1));
    }
    return labels;
  }

  private static Bytes read(String option, String file, InputStream input) {
    try (InputStream in = file.equals("-") ? input : open(file)) {
      return bounded(option, file, in);
    } catch (IOException | InvalidPathException e) {
      throw unreadable(option, file, e);
    }
  }

  /** The streams of {@link Files} can't seek in a pipe, and so fail at {@code <(command)}. */
  static InputStream open(String file) throws IOException {
    Path path = Path.of(file);
    boolean seekable = !Files.exists(path) || Files.isRegularFile(path) || Files.isDirectory(path);
    return seekable
        ? Files.newInputStream(path)
        : new BufferedInputStream(new FileInputStream(file)); // alone it seeks as well
  }

  private static Bytes bounded(String option, String file, InputStream in) throws IOException {
    byte[] bytes = in.readNBytes(TaskSpec.MAX_BYTES + 1);
    if (bytes.length > TaskSpec.MAX_BYTES) {
      throw new UsageException(
          option
              + ": '"
              + file
              + "' holds more than "
              + TaskSpec.MAX_BYTES
              + " bytes; put the data where the workers can read it; nothing was submitted");
    }
    return Bytes.of(bytes);
  }

  static UsageException unreadable(String option, String file, Exception e) {
    return unreadable(option, file, e, "nothing was submitted");
  }

  static UsageException unreadable(String option, String file, Exception e, String consequence) {
    String why =
        e instanceof NoSuchFileException
            ? "there is no such file"
            : e instanceof AccessDeniedException
                ? "permission denied"
                : String.valueOf(e.getMessage());
    return new UsageException(option + ": cannot read '" + file + "': " + why + "; " + consequence);
  }
}
