package io.zkrun.client;

import io.zkrun.core.TaskId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A task that stands in ZooKeeper.
 *
 * @param alreadyThere whether a task of this name, and with this spec, was there before
 * @param endedAt when one that was there before had ended, by ZooKeeper's clock; null where not
 */
public record Submission(TaskId id, boolean alreadyThere, @Nullable Instant endedAt) {
  /** One that was made just now. */
  public static Submission made(TaskId id) {
    return new Submission(id, false, null);
  }
}
