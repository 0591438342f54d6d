package io.zkrun.config;

/**
 * A setting as it holds, and who said so.
 *
 * @param value a String, Integer or Boolean; durations and sizes are text with their unit
 */
public record Effective(String key, Object value, Origin origin) {}
