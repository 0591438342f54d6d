package io.zkrun.core;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a worker says of itself at {@code /workers/<worker>}.
 *
 * @param host where it runs
 * @param pid of its daemon; 0 where unknown
 * @param slots how many tasks it runs at once, at least 0
 * @param spoolId which spool folder it has; null for one that a person plays
 * @param bootId which boot of its machine; null likewise
 * @param version of zkrun; null likewise
 * @param notReady why it takes nothing new; null while it does
 */
public record WorkerInfo(
    String host,
    long pid,
    int slots,
    Map<String, String> labels,
    @Nullable String spoolId,
    @Nullable String bootId,
    @Nullable String version,
    @Nullable NotReady notReady) {
  public WorkerInfo {
    labels = Collections.unmodifiableMap(new TreeMap<>(labels));
  }

  /** One that takes tasks. */
  public WorkerInfo(
      String host,
      long pid,
      int slots,
      Map<String, String> labels,
      @Nullable String spoolId,
      @Nullable String bootId,
      @Nullable String version) {
    this(host, pid, slots, labels, spoolId, bootId, version, null);
  }

  public WorkerInfo withNotReady(@Nullable NotReady why) {
    return new WorkerInfo(host, pid, slots, labels, spoolId, bootId, version, why);
  }

  /** A worker that a person plays with zkCli: one slot, and any text as its host. */
  public static WorkerInfo byHand(Bytes data) {
    return new WorkerInfo(Reason.of(data), 0, 1, Map.of(), null, null, null);
  }

  public boolean has(Map<String, String> required) {
    return labels.entrySet().containsAll(required.entrySet());
  }
}
