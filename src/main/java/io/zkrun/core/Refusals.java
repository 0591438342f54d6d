package io.zkrun.core;

/**
 * How long to leave alone what ZooKeeper refuses, twice as long each time: what is refused for good
 * would else be asked for as fast as it can be answered.
 */
final class Refusals {
  private static final long LONGEST_MILLIS = 60_000;

  /** How many in a row are followed by no pause: what was decided on was out of date. */
  private final int free;

  private final long firstMillis;
  private int inARow;
  private long quietUntilMillis = Long.MIN_VALUE;

  Refusals(int free, long firstMillis) {
    this.free = free;
    this.firstMillis = firstMillis;
  }

  /** One more; those of what was sent before the pause began do not lengthen it. */
  void add(long nowMillis) {
    if (isQuiet(nowMillis)) {
      return;
    }
    inARow++;
    int paused = inARow - free;
    if (paused > 0) {
      long pause = firstMillis << Math.min(paused - 1, 10);
      quietUntilMillis = nowMillis + Math.min(LONGEST_MILLIS, pause);
    }
  }

  /** It was done, or is another thing now. */
  void end() {
    inARow = 0;
    quietUntilMillis = Long.MIN_VALUE;
  }

  boolean isQuiet(long nowMillis) {
    return nowMillis < quietUntilMillis;
  }

  /** When it may be tried again. */
  long quietUntilMillis() {
    return quietUntilMillis;
  }
}
