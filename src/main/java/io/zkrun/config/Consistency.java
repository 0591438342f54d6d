package io.zkrun.config;

import java.time.Duration;
import java.util.List;

/** What holds between settings. */
final class Consistency {
  /** What a committed write and a clock's drift may take, before the master may act. */
  private static final Duration MARGIN = Duration.ofSeconds(2);

  private Consistency() {}

  static void check(Values values, List<Mistake> mistakes) {
    Duration lostAfter = values.get(Catalog.WORKER_LOST_AFTER);
    if (values.get(Catalog.LEASE).plus(MARGIN).compareTo(lostAfter) > 0) {
      String needed =
          "; a task must have ended before it runs again elsewhere: worker.lease + 2s must be at"
              + " most master.worker-lost-after";
      mistakes.add(conflict(values, Catalog.LEASE, Catalog.WORKER_LOST_AFTER, needed));
    }
    if (values.get(Catalog.MIN_AGE).compareTo(values.get(Catalog.MAX_AGE)) > 0) {
      String needed = "; the least age must not exceed the greatest";
      mistakes.add(conflict(values, Catalog.MIN_AGE, Catalog.MAX_AGE, needed));
    }
  }

  /** Told where the user wrote one of the two: of two written ones, at the first. */
  private static Mistake conflict(Values values, Setting<?> one, Setting<?> two, String needed) {
    boolean atTwo = values.origin(one).source() == Origin.Source.DEFAULT;
    Setting<?> told = atTwo ? two : one;
    Setting<?> other = atTwo ? one : two;
    String beside =
        "does not fit "
            + other.key()
            + " = "
            + values.text(other)
            + " ("
            + values.origin(other).text()
            + ")";
    return new Mistake(values.origin(told), told.key(), values.text(told), beside + needed);
  }
}
