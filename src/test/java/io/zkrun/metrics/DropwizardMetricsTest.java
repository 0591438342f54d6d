package io.zkrun.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import io.zkrun.core.Outcome;
import io.zkrun.core.Result;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class DropwizardMetricsTest {
  private final MetricRegistry registry = new MetricRegistry();
  private final DropwizardMetrics metrics = new DropwizardMetrics(registry);

  @Test
  void resultsAreCountedByTheirOutcome() {
    WorkerMetrics worker = metrics.worker();
    Result lost = Result.withoutRun(Outcome.LOST, "gone", 1, null, Instant.EPOCH);
    worker.delivered(lost);
    worker.delivered(lost);
    assertThat(metrics.prometheusText().lines())
        .contains(
            "zkrun_worker_ended_total{outcome=\"lost\"} 2",
            "zkrun_worker_ended_total{outcome=\"exited\"} 0",
            "zkrun_worker_duration_seconds_count 0",
            "zkrun_worker_duration_seconds{quantile=\"0.5\"} NaN");
  }

  @Test
  void gaugesShowTheLastValue() {
    metrics.master().queued(7);
    metrics.worker().running(3);
    assertThat(metrics.prometheusText().lines())
        .contains("zkrun_master_queued 7", "zkrun_worker_running 3");
  }

  @Test
  void aRoleThatIsNotPlayedCountsNothing() {
    MasterMetrics master = metrics.master();
    master.elected();
    master.assigned();
    master.workerLost(2);
    assertThat(metrics.prometheusText())
        .isEqualTo(
            """
            # TYPE zkrun_master_assigned_total counter
            zkrun_master_assigned_total 1
            # TYPE zkrun_master_elected_total counter
            zkrun_master_elected_total 1
            # TYPE zkrun_master_queued gauge
            zkrun_master_queued 0
            # TYPE zkrun_master_resigned_total counter
            zkrun_master_resigned_total 0
            # TYPE zkrun_master_tasks_lost_total counter
            zkrun_master_tasks_lost_total 2
            # TYPE zkrun_master_workers_lost_total counter
            zkrun_master_workers_lost_total 1
            """);
  }

  @Test
  void aTimerIsASummary() {
    SummedTimer timer = registry.register("worker.duration", new SummedTimer());
    timer.update(Duration.ofMillis(1500));
    timer.update(Duration.ofMillis(1500));
    assertThat(metrics.prometheusText())
        .isEqualTo(
            """
            # TYPE zkrun_worker_duration_seconds summary
            zkrun_worker_duration_seconds{quantile="0.5"} 1.5
            zkrun_worker_duration_seconds{quantile="0.95"} 1.5
            zkrun_worker_duration_seconds{quantile="0.99"} 1.5
            zkrun_worker_duration_seconds_sum 3.0
            zkrun_worker_duration_seconds_count 2
            """);
  }
}
