package io.zkrun.cli;

import io.zkrun.core.TaskId;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * When to ask again what is in the way: after 10 s, and while the answer stays the same after 20,
 * 40 and so on up to 600. What is in the way for a day need not be asked for 8,640 times, by each
 * of those who wait. For each task it begins anew.
 */
final class Backoff {
  static final long FIRST_SECONDS = 10;
  static final long MAX_SECONDS = 600;

  private final LongSupplier nanos;
  private @Nullable TaskId task;
  private @Nullable String last;
  private long seconds = FIRST_SECONDS;
  private long nextNanos;

  /**
   * @param nanos a clock that never goes back, in nanoseconds since any moment
   */
  Backoff(LongSupplier nanos) {
    this.nanos = nanos;
    waitFromNow();
  }

  /** For how long nothing need be asked; 0 when it is time. */
  long leftNanos() {
    return Math.max(0, nextNanos - nanos.getAsLong());
  }

  /**
   * It was asked.
   *
   * @param obstacle null where nothing is in the way: one who is well off wants to hear soon when
   *     that changes
   */
  void answered(@Nullable String obstacle) {
    boolean same = obstacle != null && Objects.equals(obstacle, last);
    seconds = same ? Math.min(MAX_SECONDS, 2 * seconds) : FIRST_SECONDS;
    last = obstacle;
    waitFromNow();
  }

  /** It begins anew, unless it is about this task already. */
  void about(TaskId next) {
    if (!next.equals(task)) {
      task = next;
      answered(null);
    }
  }

  private void waitFromNow() {
    nextNanos = nanos.getAsLong() + TimeUnit.SECONDS.toNanos(seconds);
  }
}
