package io.zkrun.metrics;

import com.codahale.metrics.Timer;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/** A timer that also knows the sum, from which rates and true means are made. */
final class SummedTimer extends Timer {
  private final LongAdder millis = new LongAdder();

  @Override
  public void update(Duration duration) {
    millis.add(duration.toMillis());
    super.update(duration);
  }

  double sumSeconds() {
    return millis.sum() / 1e3;
  }
}
