package io.zkrun.metrics;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import io.zkrun.core.Outcome;
import io.zkrun.core.Result;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counters {@code worker.started}, {@code worker.registered} and {@code worker.ended.<outcome>};
 * timer {@code worker.duration}, of commands; gauge {@code worker.running}.
 */
final class CountedWorker implements WorkerMetrics {
  private final Counter started;
  private final Counter registered;
  private final Map<Outcome, Counter> ended = new EnumMap<>(Outcome.class);
  private final SummedTimer duration;
  private final AtomicInteger running = new AtomicInteger();

  CountedWorker(MetricRegistry registry) {
    started = registry.counter("worker.started");
    registered = registry.counter("worker.registered");
    for (Outcome outcome : Outcome.values()) {
      ended.put(outcome, registry.counter("worker.ended." + outcome.json()));
    }
    duration = registry.register("worker.duration", new SummedTimer());
    Gauge<Integer> unused = registry.register("worker.running", (Gauge<Integer>) running::get);
  }

  @Override
  public void started() {
    started.inc();
  }

  @Override
  public void delivered(Result result) {
    Objects.requireNonNull(ended.get(result.outcome())).inc();
    Double seconds = result.durationSeconds();
    if (seconds != null) {
      duration.update(Duration.ofMillis(Math.round(seconds * 1000)));
    }
  }

  @Override
  public void running(int count) {
    running.set(count);
  }

  @Override
  public void registered() {
    registered.inc();
  }
}
