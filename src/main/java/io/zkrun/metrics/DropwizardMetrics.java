package io.zkrun.metrics;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import io.zkrun.core.Result;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts into a Dropwizard registry.
 *
 * <p>Of a master: counters {@code master.elected}, {@code master.resigned}, {@code
 * master.assigned}, {@code master.workersLost}, {@code master.tasksLost}; gauge {@code
 * master.queued}. Of a worker: counters {@code worker.started}, {@code worker.registered} and
 * {@code worker.ended.<outcome>}; timer {@code worker.duration}, of commands; gauge {@code
 * worker.running}.
 */
public final class DropwizardMetrics implements MasterMetrics, WorkerMetrics {
  private final MetricRegistry registry;
  private final AtomicInteger queued;
  private final AtomicInteger running;
  private final Timer duration;

  public DropwizardMetrics(MetricRegistry registry) {
    this.registry = registry;
    queued = gauge("master.queued");
    running = gauge("worker.running");
    duration = registry.timer("worker.duration");
  }

  private AtomicInteger gauge(String name) {
    AtomicInteger value = new AtomicInteger();
    Gauge<Integer> unused = registry.register(name, (Gauge<Integer>) value::get);
    return value;
  }

  @Override
  public void leading() {
    registry.counter("master.elected").inc();
  }

  @Override
  public void resigned() {
    registry.counter("master.resigned").inc();
  }

  @Override
  public void assigned() {
    registry.counter("master.assigned").inc();
  }

  @Override
  public void workerLost(int tasks) {
    registry.counter("master.workersLost").inc();
    registry.counter("master.tasksLost").inc(tasks);
  }

  @Override
  public void queued(int tasks) {
    queued.set(tasks);
  }

  @Override
  public void started() {
    registry.counter("worker.started").inc();
  }

  @Override
  public void delivered(Result result) {
    registry.counter("worker.ended." + result.outcome().json()).inc();
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
    registry.counter("worker.registered").inc();
  }
}
