package io.zkrun.exec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Why a command could not be started, in words that do not tell of the shell that tried. */
final class SpawnFailure {
  /** What shells put before their messages: their script, its line, their builtin. */
  private static final Pattern PREFIX = Pattern.compile("^.*?: (?:line )?[0-9]+: (?:exec: |cd: )?");

  private static final String TOO_LONG = "Argument list too long";
  private static final String MISSING = "No such file or directory";

  /** How bash, which keeps no EXIT trap over a failed exec, begins its message. */
  private static final Pattern IN_TASK = Pattern.compile("^\\./task: line [0-9]+: (?:exec: )?");

  /** A name, in quotes maybe, and not a part of one: a program may start others beside itself. */
  private static final Pattern BEFORE_PROGRAM = Pattern.compile("[^\\w/.-]");

  private static final Pattern AFTER_PROGRAM = Pattern.compile("[^\\w/.-]{0,2}: ");

  private static final int LONGEST_NAME = 200;
  private static final int LONGEST_MESSAGE = 10_000;

  private SpawnFailure() {}

  /**
   * @param stage {@code cwd} where the folder could not be entered
   * @param code 126 or 127
   * @param said what the shell printed
   */
  static String reason(String stage, @Nullable Integer code, String said) {
    if (stage.equals("exec") && said.contains(TOO_LONG)) {
      return "cannot start the command: " + TOO_LONG + ": one of its words or variables, or all";
    }
    String last = said.lines().reduce("", (a, b) -> b.isBlank() ? a : b);
    String what = PREFIX.matcher(last).replaceFirst("").strip();
    if (stage.equals("cwd")) {
      return "cannot enter the working folder " + what.replaceFirst("^can't cd to ", "");
    }
    String verdict = code != null && code == 127 ? "not found" : "not executable";
    return what.isEmpty() || what.endsWith(": " + verdict)
        ? "cannot start the command: " + (what.isEmpty() ? verdict : what)
        : "cannot start the command: " + verdict + ": " + what;
  }

  /**
   * Returns why the program that the command is started through, such as {@code setsid}, could not
   * execute it; null where it did. That is told by its message alone, which must be all there is,
   * and name the very program that was to be executed.
   */
  static @Nullable String refusal(int code, RunFolder folder) {
    if ((code != 126 && code != 127) || size(folder, "stdout") > 0) {
      return null;
    }
    long size = size(folder, "stderr");
    if (size == 0 || size > LONGEST_MESSAGE) {
      return null;
    }
    Map<String, String> meta = folder.meta();
    String first = meta.getOrDefault("first", "null");
    String executor = meta.getOrDefault("executor", "null");
    String program = meta.getOrDefault("program", "");
    String said = folder.text("stderr").strip();
    Matcher task = IN_TASK.matcher(said);
    if (task.find()) {
      String what = said.substring(task.end()).lines().findFirst().orElse("");
      boolean ours = what.startsWith(program + ": ") || what.startsWith(first + ": ");
      return ours ? reason("exec", code, what) : null;
    }
    said = named(said);
    Matcher whole = AFTER_PROGRAM.matcher(said);
    int at = said.indexOf(program);
    if (program.isEmpty()
        || !said.startsWith(executor + ": ")
        || at <= executor.length()
        || !BEFORE_PROGRAM.matcher(said.substring(at - 1, at)).matches()
        || !whole.region(at + program.length(), said.length()).lookingAt()) {
      return null;
    }
    String why = said.substring(whole.end());
    // That it is there was seen before.
    return why.equals(MISSING)
        ? "cannot start the command: not found: the interpreter that " + program + " names"
        : "cannot start the command: not executable: " + program + ": " + why;
  }

  /** A text on one line, cut where it is long. */
  static String named(String text) {
    String line = text.replace('\n', '?').replace('\r', '?');
    return line.length() > LONGEST_NAME ? line.substring(0, LONGEST_NAME) : line;
  }

  private static long size(RunFolder folder, String name) {
    try {
      Path file = folder.dir().resolve(name);
      return Files.isRegularFile(file) ? Files.size(file) : 0;
    } catch (IOException e) {
      return 0;
    }
  }
}
