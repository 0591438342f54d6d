package io.zkrun.znode;

import java.time.Instant;

/**
 * One thread with an ordered queue: the state of a master, worker or client is touched nowhere
 * else, so it needs no locks. A simulation runs it on a virtual clock.
 */
public interface Loop {
  /** Runs {@code task} on this loop, after everything that was handed over before. */
  void execute(Runnable task);

  /** Runs {@code task} on this loop once {@code millis} (at least 0) have passed. */
  Timer after(long millis, Runnable task);

  /** Milliseconds of a clock that never jumps and does not count a suspended machine. */
  long millis();

  /** Milliseconds since the machine's boot, suspended time included (CLOCK_BOOTTIME). */
  long bootMillis();

  /** The wall clock: for records that people read, never for decisions about fencing. */
  Instant now();

  /** A pending {@link #after}. */
  interface Timer {
    /** Does nothing when it has run already. */
    void cancel();
  }
}
