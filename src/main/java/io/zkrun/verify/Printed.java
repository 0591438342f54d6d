package io.zkrun.verify;

import io.zkrun.core.Outcome;
import io.zkrun.core.Output;
import io.zkrun.core.Result;
import org.jspecify.annotations.Nullable;

/** Compares what is kept of a task's outputs with what its command prints. */
final class Printed {
  private Printed() {}

  /**
   * @return how one of them differs; null where both are right
   */
  static @Nullable String mismatch(PlannedTask task, Result result) {
    boolean ended = result.outcome() == Outcome.EXITED;
    String expected = task.stdout();
    String wrong = mismatch(" on standard output", expected, result.stdout(), ended);
    // A shell tells on standard error which signal ended what it waited for.
    return wrong == null && ended
        ? mismatch(
            " on standard error", PlannedTask.stderr(result.attempt()), result.stderr(), true)
        : wrong;
  }

  /**
   * @param ended whether the command came to its end: else it may have printed a part alone
   */
  private static @Nullable String mismatch(
      String where, String expected, Output output, boolean ended) {
    String kept = output.kept().lossy();
    if (ended && output.bytes() != expected.length()) {
      return " printed %d bytes%s, of which %d are told"
          .formatted(expected.length(), where, output.bytes());
    }
    if (!output.truncated()) {
      boolean right = ended ? kept.equals(expected) : expected.startsWith(kept);
      return right ? null : " printed something else than is kept" + where;
    }
    int head = commonPrefix(expected, kept);
    // What was cut off in the middle ends where the command was ended.
    String printed = expected.substring(0, (int) Math.min(expected.length(), output.bytes()));
    int tail = commonSuffix(printed, kept);
    return head + tail < kept.length() || kept.length() >= output.bytes()
        ? " printed something else than is kept%s, which is cut".formatted(where)
        : null;
  }

  private static int commonPrefix(String a, String b) {
    int most = Math.min(a.length(), b.length());
    int length = 0;
    while (length < most && a.charAt(length) == b.charAt(length)) {
      length++;
    }
    return length;
  }

  private static int commonSuffix(String a, String b) {
    int most = Math.min(a.length(), b.length());
    int length = 0;
    while (length < most
        && a.charAt(a.length() - 1 - length) == b.charAt(b.length() - 1 - length)) {
      length++;
    }
    return length;
  }
}
