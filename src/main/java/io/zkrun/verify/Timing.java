package io.zkrun.verify;

import java.util.List;

/**
 * How patient the daemons of a drill are: less than they are by default, so that sessions and
 * leases end many times in a minute.
 */
final class Timing {
  static final int TICK_MILLIS = 500;
  static final int MASTER_SESSION_MILLIS = 4_000;
  static final int WORKER_SESSION_MILLIS = 5_000;
  static final int LEASE_MILLIS = 10_000;
  static final int LOST_AFTER_MILLIS = 12_000;
  static final int KILL_AFTER_MILLIS = 1_000;

  /** After how many lost attempts a task fails as lost. */
  static final int LOST_LIMIT = 5;

  private Timing() {}

  /**
   * The settings of masters and workers.
   *
   * @param tasks of which half are purged
   */
  static List<String> settings(int tasks) {
    return List.of(
        "zkrun.zookeeper.session-timeout.master = " + MASTER_SESSION_MILLIS + "ms",
        "zkrun.zookeeper.session-timeout.worker = " + WORKER_SESSION_MILLIS + "ms",
        "zkrun.master.worker-lost-after = " + LOST_AFTER_MILLIS + "ms",
        "zkrun.master.lost-limit = " + LOST_LIMIT,
        "zkrun.master.retention.max-count = " + tasks / 2,
        "zkrun.master.retention.max-bytes = 64GiB",
        "zkrun.worker.lease = " + LEASE_MILLIS + "ms",
        "zkrun.task.kill-after = " + KILL_AFTER_MILLIS + "ms");
  }
}
