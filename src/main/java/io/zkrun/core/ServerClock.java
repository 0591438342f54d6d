package io.zkrun.core;

import java.time.Instant;

/**
 * An estimate of what time it is at ZooKeeper: the time that its leader has stamped on what it
 * committed last, and what has passed since by a clock of ours that never jumps. Our own wall clock
 * has no part in it. Ages of znodes have to be taken by this, since it is what they are stamped
 * with.
 *
 * <p>Each leader stamps by its own wall clock, so the stamps may jump when another one leads. That
 * is seen: a later transaction is stamped earlier, or one is stamped later than it can be.
 */
final class ServerClock {
  /** By how much servers may differ without anybody being told. */
  static final long TOLERANCE_MILLIS = 5_000;

  /** The lower half of a transaction's number counts within the time of one leader. */
  private static final int COUNTER_BITS = 32;

  private static final long NEVER = Long.MIN_VALUE;

  private long zxid;
  private long stampMillis = NEVER;

  /** The leader's time less our own; what was read late shows too little. */
  private long offsetMillis;

  /** The most that it was, whoever led. */
  private long highestMillis;

  /** Whether it is known of something when it was written. */
  private boolean exact;

  /**
   * Takes in one stamp. Those of transactions before the latest one tell nothing.
   *
   * @param isExact whether it was written at {@code nowMillis}, not only before
   * @return by how many milliseconds the stamps have jumped: 0 for not at all
   */
  long observe(long seenZxid, Instant stamp, boolean isExact, long nowMillis) {
    if (isKnown() && seenZxid <= zxid) {
      return 0;
    }
    long seenMillis = stamp.toEpochMilli();
    long offset = seenMillis - nowMillis;
    long jump = isKnown() ? jump(seenMillis, offset) : 0;
    boolean anotherLeader = seenZxid >>> COUNTER_BITS != zxid >>> COUNTER_BITS;
    if (!isKnown() || jump != 0) {
      offsetMillis = offset;
      highestMillis = offset;
    } else {
      offsetMillis = anotherLeader ? offset : Math.max(offsetMillis, offset);
      highestMillis = Math.max(highestMillis, offset);
    }
    zxid = seenZxid;
    stampMillis = seenMillis;
    exact |= isExact;
    return jump;
  }

  private long jump(long seenMillis, long offset) {
    if (seenMillis < stampMillis - TOLERANCE_MILLIS) {
      return seenMillis - stampMillis;
    }
    return exact && offset > highestMillis + TOLERANCE_MILLIS ? offset - highestMillis : 0;
  }

  /** Whether the time of something that it was taken from is known. */
  boolean isExact() {
    return exact;
  }

  private boolean isKnown() {
    return stampMillis != NEVER;
  }

  /** The estimate; our own wall clock's time before anything was seen. */
  Instant at(Now now) {
    return isKnown() ? Instant.ofEpochMilli(now.millis() + offsetMillis) : now.wall();
  }
}
