package io.zkrun.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * What a worker goes by.
 *
 * @param name under which it registers
 * @param slots how many tasks it runs at the same time
 * @param labels sorted by name
 * @param spool the folder of its running and finished tasks
 * @param lease how long after its last acknowledged write its tasks may run
 * @param leaveBackground whether what a command left in the background lives on
 */
public record WorkerSettings(
    String name,
    int slots,
    Map<String, String> labels,
    Path spool,
    Duration lease,
    boolean leaveBackground,
    Tracking tracking,
    SpoolRetention spoolRetention) {

  /** How long, and how much of it, the full output of finished tasks stays in the spool. */
  public record SpoolRetention(Duration age, long bytes) {}
}
