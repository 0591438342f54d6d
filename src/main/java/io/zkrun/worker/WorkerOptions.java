package io.zkrun.worker;

import io.zkrun.core.OnLost;
import java.util.Map;

/**
 * A worker's settings.
 *
 * @param name inside the grammar of names
 * @param slots how many tasks it runs at once, at least 0
 * @param host for people
 * @param pid of this process
 * @param version of zkrun
 * @param sessionTimeoutMillis how long ZooKeeper keeps a silent session
 * @param leaseMillis how long after its last acknowledged write tasks may run on
 * @param killAfterMillis between SIGTERM and SIGKILL where a spec names no other
 * @param outputLimitBytes of each stream in a result, where a spec names no other
 * @param onLost where a spec names no other
 */
public record WorkerOptions(
    String name,
    int slots,
    Map<String, String> labels,
    String host,
    long pid,
    String version,
    long sessionTimeoutMillis,
    long leaseMillis,
    long killAfterMillis,
    int outputLimitBytes,
    OnLost onLost) {
  public WorkerOptions {
    labels = Map.copyOf(labels);
  }
}
