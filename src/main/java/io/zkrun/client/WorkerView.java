package io.zkrun.client;

import io.zkrun.core.WorkerInfo;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A worker as it is shown.
 *
 * @param used how many of its slots are taken
 * @param held how many of its assignments wait for it to come back
 * @param info null where it is not registered
 * @param since when it registered, by ZooKeeper's clock; null likewise
 * @param drain why it gets nothing new; null where it does
 */
public record WorkerView(
    String name,
    int used,
    int held,
    @Nullable WorkerInfo info,
    @Nullable Instant since,
    @Nullable String drain) {

  /**
   * {@code up}, {@code draining}, {@code notReady}, or {@code down} for one that is gone but still
   * has tasks.
   */
  public String state() {
    if (info == null) {
      return "down";
    }
    if (drain != null) {
      return "draining";
    }
    return info.notReady() == null ? "up" : "notReady";
  }
}
