package io.zkrun.core;

/**
 * Whether a thread hangs, from looks at what it does. Looks are counted and not time: a process
 * that was stopped, or whose machine was, looks no more often than its threads could go on.
 */
public final class StallWatch {
  private static final int LOOKS = 10;

  private long seen;
  private int looks;

  /**
   * One look, a second after the last one.
   *
   * @param task the number of what it is at, never used twice; 0 for nothing
   * @return whether it has been at this for too long
   */
  public boolean hangs(long task) {
    looks = task != 0 && task == seen ? Math.min(looks + 1, LOOKS) : 0;
    seen = task;
    return looks >= LOOKS;
  }
}
