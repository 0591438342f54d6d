package io.zkrun.verify;

import java.util.concurrent.TimeUnit;

/** Passes only while somebody sleeps. */
final class FakeTime implements Polling.Time {
  private long millis;

  @Override
  public long nanos() {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }

  @Override
  public void sleep(long forMillis) {
    millis += forMillis;
  }

  long millis() {
    return millis;
  }
}
