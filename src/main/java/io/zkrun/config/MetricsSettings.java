package io.zkrun.config;

/**
 * Where metrics are served.
 *
 * @param listen {@code host:port}, or empty for nowhere
 */
public record MetricsSettings(String listen) {}
