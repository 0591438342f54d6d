package io.zkrun.cli;

import io.zkrun.core.Outcome;
import io.zkrun.core.Result;
import io.zkrun.core.TaskId;
import org.jspecify.annotations.Nullable;

/** How a task ended, in words, for whoever waited for it. */
final class Ends {
  private static final int MAX_TOLD = 20;

  private final Terminal terminal;
  private int told;

  Ends(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Tells an end of which the exit code alone would not say what it was. */
  void tell(TaskId id, Result result) {
    String words = notItsOwn(result);
    if (words == null || told > MAX_TOLD) {
      return;
    }
    told++;
    terminal.note(
        told > MAX_TOLD
            ? "more tasks ended in such a way; see 'zkrun list --state failed'"
            : "task " + id + ": " + words);
  }

  /** Null where the command ended by itself, and nothing is to be said of it. */
  static @Nullable String notItsOwn(Result result) {
    String reason = result.reason();
    if (result.outcome() == Outcome.EXITED) {
      return reason;
    }
    String words =
        switch (result.outcome()) {
          case SIGNALED -> result.signal() == null ? "signaled" : "signal " + result.signal();
          case TIMEOUT -> "timeout" + after(result);
          default -> result.outcome().json();
        };
    return reason == null ? words : words + ": " + reason;
  }

  /** Of a command that ended by itself: {@code exit code 3, on vm1 after 1.5 s}. */
  static String itsOwn(Result result) {
    String worker = result.worker();
    return "exit code "
        + result.clientExitCode()
        + (worker == null ? "" : ", on " + worker)
        + after(result);
  }

  private static String after(Result result) {
    Double seconds = result.durationSeconds();
    return seconds == null ? "" : " after " + Math.round(seconds * 10) / 10.0 + " s";
  }
}
