package io.zkrun.exec;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Why a command could not be started, in words that do not tell of the shell that tried. */
final class SpawnFailure {
  /** What shells put before their messages: their script, its line, their builtin. */
  private static final Pattern PREFIX = Pattern.compile("^.*?: (?:line )?[0-9]+: (?:exec|cd): ");

  private SpawnFailure() {}

  /**
   * @param stage {@code cwd} where the folder could not be entered
   * @param code 126 or 127
   * @param said what the shell printed
   */
  static String reason(String stage, @Nullable Integer code, String said) {
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
}
