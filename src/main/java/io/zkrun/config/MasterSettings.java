package io.zkrun.config;

import java.nio.file.Path;
import java.time.Duration;

/**
 * What a master goes by.
 *
 * @param workerLostAfter how long a worker may be gone before its tasks are taken from it
 * @param lostLimit after how many lost attempts a task fails
 * @param resyncInterval how often it reads the full state again, for safety
 */
public record MasterSettings(
    Duration workerLostAfter,
    int lostLimit,
    Duration resyncInterval,
    Retention retention,
    History history) {

  /**
   * How long finished tasks stay in ZooKeeper: none is purged before {@code minAge}, and what
   * exceeds any of the others is purged, oldest first.
   */
  public record Retention(Duration minAge, Duration maxAge, int maxCount, long maxBytes) {}

  /**
   * Where purged tasks are written down.
   *
   * @param maxSizeBytes at which the file is rotated
   */
  public record History(Path file, long maxSizeBytes) {}
}
