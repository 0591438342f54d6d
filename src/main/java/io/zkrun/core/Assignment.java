package io.zkrun.core;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The data of {@code /assign/<worker>/<task>}. Master and worker both change it, always by version.
 *
 * @param attempt from 1; 0 where a person left it open: the next one
 * @param running whether the worker has started it
 * @param startedAt by the worker's clock; null before
 * @param pid of the command's leader; 0 before
 * @param cancel why it is to end; null where it is not
 * @param giveBack whether the master wants it back unless it has started
 * @param held whether it waits for its lost worker, or for a person
 */
public record Assignment(
    int attempt,
    boolean running,
    @Nullable Instant startedAt,
    long pid,
    @Nullable String cancel,
    boolean giveBack,
    boolean held) {

  /** The highest number of an attempt; what claims a higher one is nobody's. */
  public static final int MAX_ATTEMPT = 1_000_000;

  public static Assignment ofAttempt(int attempt) {
    return new Assignment(attempt, false, null, 0, null, false, false);
  }

  public Assignment withCancel(String reason) {
    return new Assignment(attempt, running, startedAt, pid, reason, giveBack, held);
  }

  public Assignment withGiveBack() {
    return new Assignment(attempt, running, startedAt, pid, cancel, true, held);
  }

  public Assignment withHeld(boolean value) {
    return new Assignment(attempt, running, startedAt, pid, cancel, giveBack, value);
  }

  public Assignment started(int actualAttempt, Instant at, long newPid) {
    return new Assignment(actualAttempt, true, at, newPid, cancel, giveBack, false);
  }
}
