package io.zkrun.core;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something wrong with a task's spec.
 *
 * @param field the spec's field, or {@code spec} for the whole
 * @param reason what is wrong with which value, and what would be right
 */
public record SpecProblem(String field, String reason) {
  private static final double MAX_SECONDS = 10L * 365 * 24 * 3600;

  /** All that is wrong with {@code spec}; empty for a good one. */
  public static List<SpecProblem> check(TaskSpec spec) {
    List<SpecProblem> problems = new ArrayList<>();
    checkCommand(spec.command(), problems);
    spec.env().forEach((name, value) -> checkVariable(name, value, problems));
    checkPath("cwd", spec.cwd(), problems);
    positive("timeoutSeconds", spec.timeoutSeconds(), problems);
    notNegative("killAfterSeconds", spec.killAfterSeconds(), problems);
    within("retries", spec.retries(), 0, TaskSpec.MAX_RETRIES, problems);
    for (int code : spec.retryOn()) {
      within("retryOn", code, 1, 255, problems);
    }
    notNegative("retryDelaySeconds", spec.retryDelaySeconds(), problems);
    within("priority", spec.priority(), -TaskSpec.MAX_PRIORITY, TaskSpec.MAX_PRIORITY, problems);
    spec.requires().forEach((key, value) -> checkLabel(key, value, problems));
    positive("startWithinSeconds", spec.startWithinSeconds(), problems);
    if (spec.outputLimitBytes() != null) {
      within(
          "outputLimitBytes",
          spec.outputLimitBytes(),
          0,
          TaskSpec.MAX_OUTPUT_LIMIT_BYTES,
          problems);
    }
    return problems;
  }

  /** Whether a variable of this name is zkrun's own, and so never a task's. */
  public static boolean isReserved(String variable) {
    return variable.startsWith("ZKRUN_");
  }

  private static void checkCommand(Command command, List<SpecProblem> problems) {
    if (command instanceof Command.Shell shell) {
      checkShell(shell, problems);
    } else if (command instanceof Command.Argv argv) {
      checkArgv(argv, problems);
    }
  }

  private static void checkShell(Command.Shell shell, List<SpecProblem> problems) {
    if (shell.line().isBlank()) {
      problems.add(new SpecProblem("cmd", "is blank; give a command to run"));
    }
    checkBytes("cmd", shell.line(), problems);
    if (!shell.shell().startsWith("/") || shell.shell().indexOf(0) >= 0) {
      problems.add(
          new SpecProblem(
              "shell", "'" + shell.shell() + "' is not an absolute path, e.g. /bin/bash"));
    }
  }

  private static void checkArgv(Command.Argv argv, List<SpecProblem> problems) {
    if (argv.words().isEmpty() || argv.words().get(0).isEmpty()) {
      problems.add(new SpecProblem("argv", "names no program; its first element must be one"));
    }
    long total = 0;
    for (Bytes word : argv.words()) {
      checkBytes("argv", word, problems);
      total += word.length();
    }
    if (total > TaskSpec.MAX_BYTES) {
      problems.add(tooLong("argv", total));
    }
  }

  private static void checkBytes(String field, Bytes bytes, List<SpecProblem> problems) {
    if (bytes.contains(0)) {
      problems.add(new SpecProblem(field, "holds a NUL byte, which no command can"));
    }
    if (bytes.length() > TaskSpec.MAX_BYTES) {
      problems.add(tooLong(field, bytes.length()));
    }
  }

  private static SpecProblem tooLong(String field, long bytes) {
    return new SpecProblem(
        field,
        "is "
            + bytes
            + " bytes long, at most "
            + TaskSpec.MAX_BYTES
            + " are possible; put the data into a file that the workers can read");
  }

  private static void checkVariable(String name, Bytes value, List<SpecProblem> problems) {
    if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf(0) >= 0) {
      problems.add(new SpecProblem("env", "'" + name + "' is no name of a variable"));
    }
    if (isReserved(name)) {
      problems.add(
          new SpecProblem(
              "env",
              name
                  + " would not be set: names that begin with ZKRUN_ are zkrun's own, which sets"
                  + " those that a command needs; choose another name"));
    }
    if (value.contains(0)) {
      problems.add(new SpecProblem("env", "the value of " + name + " holds a NUL byte"));
    }
  }

  private static void checkPath(String field, @Nullable Bytes path, List<SpecProblem> problems) {
    if (path != null && (path.isEmpty() || path.at(0) != '/' || path.contains(0))) {
      problems.add(new SpecProblem(field, "'" + path + "' is not an absolute path"));
    }
  }

  private static void checkLabel(String key, String value, List<SpecProblem> problems) {
    if (!Label.isValid(key) || !Label.isValid(value)) {
      problems.add(
          new SpecProblem("requires", "'" + key + "=" + value + "' is no label such as gpu=true"));
    }
  }

  private static void within(
      String field, long value, long min, long max, List<SpecProblem> problems) {
    if (value < min || value > max) {
      problems.add(
          new SpecProblem(field, "is " + value + ", but must be from " + min + " to " + max));
    }
  }

  private static void positive(String field, @Nullable Double value, List<SpecProblem> problems) {
    if (value != null && !(value > 0 && value <= MAX_SECONDS)) {
      problems.add(new SpecProblem(field, "is " + value + ", but must be more than 0 seconds"));
    }
  }

  private static void notNegative(
      String field, @Nullable Double value, List<SpecProblem> problems) {
    if (value != null && !(value >= 0 && value <= MAX_SECONDS)) {
      problems.add(new SpecProblem(field, "is " + value + ", but must be 0 seconds or more"));
    }
  }

  @Override
  public String toString() {
    return field + " " + reason;
  }
}
