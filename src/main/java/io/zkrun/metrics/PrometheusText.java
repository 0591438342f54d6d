package io.zkrun.metrics;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.Metric;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Snapshot;
import java.util.Locale;
import java.util.TreeMap;

/**
 * Prometheus' text format, version 0.0.4. {@code master.workersLost} becomes {@code
 * zkrun_master_workers_lost_total}; a third part of a name becomes the label {@code outcome}.
 */
final class PrometheusText {
  private static final double[] QUANTILES = {0.5, 0.95, 0.99};
  private static final double NANOS = 1e9;

  private final StringBuilder text = new StringBuilder();
  private String family = "";

  private PrometheusText() {}

  /** Every metric, sorted by name. */
  static String of(MetricRegistry registry) {
    PrometheusText all = new PrometheusText();
    new TreeMap<>(registry.getMetrics()).forEach(all::add);
    return all.text.toString();
  }

  private void add(String name, Metric metric) {
    String[] parts = name.split("\\.", 3);
    String base = "zkrun_" + snake(parts[0]) + "_" + snake(parts[1]);
    if (metric instanceof Counter counter) {
      begin(base + "_total", "counter");
      String label = parts.length < 3 ? "" : "{outcome=\"" + parts[2] + "\"}";
      line(family + label, String.valueOf(counter.getCount()));
    } else if (metric instanceof Gauge<?> gauge) {
      begin(base, "gauge");
      line(family, String.valueOf(gauge.getValue()));
    } else if (metric instanceof SummedTimer timer) {
      begin(base + "_seconds", "summary");
      summary(timer);
    }
  }

  private void summary(SummedTimer timer) {
    long count = timer.getCount();
    Snapshot recent = timer.getSnapshot();
    for (double quantile : QUANTILES) {
      String value = count == 0 ? "NaN" : String.valueOf(recent.getValue(quantile) / NANOS);
      line(family + "{quantile=\"" + quantile + "\"}", value);
    }
    line(family + "_sum", String.valueOf(timer.sumSeconds()));
    line(family + "_count", String.valueOf(count));
  }

  private void begin(String name, String type) {
    if (!name.equals(family)) {
      family = name;
      text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }
  }

  private void line(String name, String value) {
    text.append(name).append(' ').append(value).append('\n');
  }

  private static String snake(String camel) {
    return camel.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }
}
