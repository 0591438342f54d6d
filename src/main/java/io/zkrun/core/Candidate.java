package io.zkrun.core;

import java.util.Map;

/**
 * A worker as placement sees it.
 *
 * @param used how many of its slots are taken: its assignments, but for held ones
 * @param draining whether it is to get nothing new
 */
public record Candidate(
    String name, int slots, int used, Map<String, String> labels, boolean draining) {
  public int free() {
    return draining ? 0 : Math.max(0, slots - used);
  }

  public boolean has(Map<String, String> required) {
    return labels.entrySet().containsAll(required.entrySet());
  }
}
