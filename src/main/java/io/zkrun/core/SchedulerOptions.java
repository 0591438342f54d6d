package io.zkrun.core;

/**
 * What a master is told by its configuration.
 *
 * @param workerLostAfterMillis how long a worker may be gone, at least
 * @param lostLimit after how many lost attempts a task fails, at least 1
 * @param onLost for tasks whose spec says nothing
 * @param retention what is kept of finished tasks
 */
public record SchedulerOptions(
    long workerLostAfterMillis, int lostLimit, OnLost onLost, Retention retention) {
  /**
   * Bounds on finished tasks in ZooKeeper.
   *
   * @param minAgeMillis under which nothing is purged: somebody may still ask
   * @param maxAgeMillis past which everything is
   */
  public record Retention(long minAgeMillis, long maxAgeMillis, int maxCount, long maxBytes) {}
}
