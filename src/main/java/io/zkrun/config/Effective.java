package io.zkrun.config;

import io.zkrun.core.Secrets;

/**
 * A setting as it holds, and who said so.
 *
 * @param value a String, Integer or Boolean; durations and sizes are text with their unit
 */
public record Effective(String key, Object value, Origin origin) {
  /** The value as it may be shown: people give secrets as labels, too. */
  public Object shown() {
    return Secrets.isSecret(key) ? Secrets.HIDDEN : value;
  }
}
