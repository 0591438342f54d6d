package io.zkrun.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import io.zkrun.core.Outcome;
import io.zkrun.core.Result;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class DropwizardMetricsTest {
  private final MetricRegistry registry = new MetricRegistry();
  private final DropwizardMetrics metrics = new DropwizardMetrics(registry);

  @Test
  void resultsAreCountedByTheirOutcome() {
    Result lost = Result.withoutRun(Outcome.LOST, "gone", 1, null, Instant.EPOCH);
    metrics.delivered(lost);
    metrics.delivered(lost);
    assertThat(registry.counter("worker.ended.lost").getCount()).isEqualTo(2);
    assertThat(registry.timer("worker.duration").getCount()).isZero();
  }

  @Test
  void gaugesShowTheLastValue() {
    metrics.queued(7);
    metrics.running(3);
    assertThat(registry.getGauges().get("master.queued").getValue()).isEqualTo(7);
    assertThat(registry.getGauges().get("worker.running").getValue()).isEqualTo(3);
  }
}
