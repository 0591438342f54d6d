package io.zkrun.metrics;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counters {@code master.elected}, {@code master.resigned}, {@code master.assigned}, {@code
 * master.workersLost}, {@code master.tasksLost}; gauge {@code master.queued}.
 */
final class CountedMaster implements MasterMetrics {
  private final Counter elected;
  private final Counter resigned;
  private final Counter assigned;
  private final Counter workersLost;
  private final Counter tasksLost;
  private final AtomicInteger queued = new AtomicInteger();

  CountedMaster(MetricRegistry registry) {
    elected = registry.counter("master.elected");
    resigned = registry.counter("master.resigned");
    assigned = registry.counter("master.assigned");
    workersLost = registry.counter("master.workersLost");
    tasksLost = registry.counter("master.tasksLost");
    Gauge<Integer> unused = registry.register("master.queued", (Gauge<Integer>) queued::get);
  }

  @Override
  public void elected() {
    elected.inc();
  }

  @Override
  public void resigned() {
    resigned.inc();
  }

  @Override
  public void assigned() {
    assigned.inc();
  }

  @Override
  public void workerLost(int tasks) {
    workersLost.inc();
    tasksLost.inc(tasks);
  }

  @Override
  public void queued(int tasks) {
    queued.set(tasks);
  }
}
