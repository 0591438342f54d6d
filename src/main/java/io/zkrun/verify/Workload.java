package io.zkrun.verify;

import io.zkrun.core.OnLost;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Which tasks are submitted when: the same seed gives the same ones. Most are short. Long ones, up
 * to 40 s, fill a third of the slots from the beginning and start before others, so that every
 * fault meets some; together they leave time for what is run again and for what the faults take
 * away.
 */
final class Workload {
  static final long LONGEST_MILLIS = 40_000;
  static final long LONG_MILLIS = 25_000;
  private static final double LONG_SHARE = 0.33;
  private static final double SHORT_SHARE = 0.15;

  /** All are submitted by then. */
  private static final double LAST = 0.92;

  private static final long SHORT_MILLIS_MAX = 3_000;

  /** Of these the status holds a part alone, by their encoding or in any case. */
  private static final int[] LINES = {12_000, 20_000};

  private static final int ONE_IN = 20;

  /** Those that time out take their time, so there is a bound on their share of the slots. */
  private static final double TIMED_OUT_SHARE = 0.04;

  private static final long TIMEOUT_MILLIS = 1_000;
  private static final long TIMED_OUT_MILLIS = 4_000;
  private static final long CANCEL_MILLIS_MAX = 2_000;

  private final Random random;
  private final long durationMillis;
  private final double timeouts;

  private Workload(long seed, int tasks, long durationMillis, int slots) {
    random = new Random(seed);
    this.durationMillis = durationMillis;
    timeouts =
        Math.min(1.0 / ONE_IN, slots * TIMED_OUT_SHARE * durationMillis / (tasks * TIMEOUT_MILLIS));
  }

  /**
   * @param tasks how many
   * @param slots of all workers together
   * @return in the order in which they are submitted
   */
  static List<PlannedTask> of(long seed, int tasks, long durationMillis, int slots) {
    return new Workload(seed, tasks, durationMillis, slots).plan(tasks, slots);
  }

  private List<PlannedTask> plan(int tasks, int slots) {
    double mean = (LONG_MILLIS + LONGEST_MILLIS) / 2.0;
    // In a drill shorter than they are, those that begin together at its beginning.
    double time = Math.max((double) durationMillis, mean);
    int longOnes = (int) Math.min(tasks / 2.0, Math.ceil(slots * LONG_SHARE * time / mean));
    int atOnce = Math.min(longOnes, (int) (slots * LONG_SHARE));
    double shortMean = slots * SHORT_SHARE * durationMillis / tasks;
    List<PlannedTask> all = new ArrayList<>();
    for (int number = 0; number < tasks; number++) {
      long at = Math.round(durationMillis * LAST * number / tasks);
      // The others evenly: one each time another share of the whole is over.
      int others = longOnes - atOnce;
      boolean isLong =
          number < atOnce || (long) number * others / tasks != (number + 1L) * others / tasks;
      all.add(task(number, at, isLong ? longMillis() : shortMillis(shortMean)));
    }
    return all;
  }

  private long longMillis() {
    return LONG_MILLIS + random.nextLong(LONGEST_MILLIS - LONG_MILLIS + 1);
  }

  /** A fifth take no time at all. */
  private long shortMillis(double mean) {
    double drawn = random.nextInt(5) == 0 ? 0 : -Math.log(1 - random.nextDouble()) * mean * 1.25;
    return Math.min(SHORT_MILLIS_MAX, Math.round(drawn));
  }

  private PlannedTask task(int number, long atMillis, long millis) {
    int kind = random.nextInt(20);
    OnLost onLost = kind < 12 ? OnLost.RERUN : kind < 17 ? OnLost.FAIL : OnLost.HOLD;
    int exitCode = random.nextInt(10) == 0 ? 3 : 0;
    boolean ignoresTerm = random.nextInt(5) == 0;
    // One that is held runs to its end without a daemon, which then ends nothing for it.
    boolean leavesBehind = random.nextInt(10) == 0 && onLost != OnLost.HOLD;
    int lines = random.nextInt(ONE_IN) == 0 ? LINES[random.nextInt(LINES.length)] : 0;
    boolean isLong = millis >= LONG_MILLIS;
    boolean timesOut = random.nextDouble() < timeouts && !isLong;
    boolean isCancelled = random.nextInt(ONE_IN) == 0 && !timesOut;
    return new PlannedTask(
        number,
        atMillis,
        timesOut ? TIMED_OUT_MILLIS : millis,
        onLost,
        exitCode,
        ignoresTerm,
        leavesBehind,
        lines,
        timesOut ? TIMEOUT_MILLIS : 0,
        isCancelled ? 1 + random.nextLong(isLong ? millis : CANCEL_MILLIS_MAX) : 0);
  }
}
