package io.zkrun.metrics;

import com.codahale.metrics.MetricRegistry;

/**
 * Counts into a Dropwizard registry of its own, and writes it down for Prometheus. What a role
 * counts is there, at zero, from the moment the role is asked for.
 */
public final class DropwizardMetrics {
  private final MetricRegistry registry;

  public DropwizardMetrics() {
    this(new MetricRegistry());
  }

  DropwizardMetrics(MetricRegistry registry) {
    this.registry = registry;
  }

  /** To be asked for once. */
  public MasterMetrics master() {
    return new CountedMaster(registry);
  }

  /** To be asked for once. */
  public WorkerMetrics worker() {
    return new CountedWorker(registry);
  }

  /** All values as they are now, in Prometheus' text format 0.0.4. */
  public String prometheusText() {
    return PrometheusText.of(registry);
  }
}
