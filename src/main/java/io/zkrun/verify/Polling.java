package io.zkrun.verify;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Looks again and again, at one pace, where nobody tells that something has changed. */
final class Polling {
  private static final Time OF_THIS_MACHINE =
      new Time() {
        @Override
        public long nanos() {
          return System.nanoTime();
        }

        @Override
        public void sleep(long millis) throws InterruptedException {
          Thread.sleep(millis);
        }
      };

  private final long paceMillis;
  private final Time time;

  /** What is asked again and again. */
  @FunctionalInterface
  interface Look<E extends Exception> {
    boolean holds() throws E, InterruptedException;
  }

  /** Likewise; null says: not yet. */
  @FunctionalInterface
  interface Find<T, E extends Exception> {
    @Nullable T find() throws E, InterruptedException;
  }

  /** A clock that only runs forward, and the waiting for it. */
  interface Time {
    /** From an arbitrary origin. */
    long nanos();

    void sleep(long millis) throws InterruptedException;
  }

  /**
   * @param paceMillis from one look's end to the next look
   */
  Polling(long paceMillis) {
    this(paceMillis, OF_THIS_MACHINE);
  }

  Polling(long paceMillis, Time time) {
    this.paceMillis = paceMillis;
    this.time = time;
  }

  /**
   * Waits until it holds, at most {@code patienceMillis}; looks once at least.
   *
   * @return whether it held at the last look
   */
  <E extends Exception> boolean until(long patienceMillis, Look<E> look)
      throws E, InterruptedException {
    long until = time.nanos() + TimeUnit.MILLISECONDS.toNanos(patienceMillis);
    while (!look.holds()) {
      if (time.nanos() - until >= 0) {
        return false;
      }
      time.sleep(paceMillis);
    }
    return true;
  }

  /**
   * Waits until it is found, at most {@code patienceMillis}; looks once at least.
   *
   * @return null where it was not found in time
   */
  <T, E extends Exception> @Nullable T first(long patienceMillis, Find<T, E> find)
      throws E, InterruptedException {
    long until = time.nanos() + TimeUnit.MILLISECONDS.toNanos(patienceMillis);
    T found = find.find();
    while (found == null && time.nanos() - until < 0) {
      time.sleep(paceMillis);
      found = find.find();
    }
    return found;
  }

  /** The time that it goes by. */
  long nanos() {
    return time.nanos();
  }
}
