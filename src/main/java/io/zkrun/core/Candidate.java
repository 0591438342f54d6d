package io.zkrun.core;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A worker as placement sees it.
 *
 * @param used how many of its slots are taken: its assignments, but for held ones
 * @param draining whether it is to get nothing new
 * @param notReady why it takes nothing new; null while it does
 * @param departures how often it went away of late: such a worker has free slots because it loses
 *     what it is given
 */
public record Candidate(
    String name,
    int slots,
    int used,
    Map<String, String> labels,
    boolean draining,
    @Nullable NotReady notReady,
    int departures) {
  public int free() {
    return draining || notReady != null ? 0 : Math.max(0, slots - used);
  }

  public boolean has(Map<String, String> required) {
    return labels.entrySet().containsAll(required.entrySet());
  }
}
