package io.zkrun.exec;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * @param dir the spool folder, absolute; made when missing, with access for its owner alone
 * @param leaveBackground whether what a command leaves in the background runs on
 * @param retentionAge how long cut outputs stay on disk after their delivery
 * @param retentionBytes how much of them stays at most
 * @param tracking how process trees are found
 * @param keeper whether a keeper process enforces the lease while the daemon is dead or stopped
 * @param connect where a {@code zkrun} in a command finds its cluster; null where none is known
 */
public record SpoolSettings(
    Path dir,
    boolean leaveBackground,
    Duration retentionAge,
    long retentionBytes,
    Tracking tracking,
    boolean keeper,
    @Nullable String connect) {

  /** Likewise, for commands that are told of no cluster. */
  public SpoolSettings(
      Path dir,
      boolean leaveBackground,
      Duration retentionAge,
      long retentionBytes,
      Tracking tracking,
      boolean keeper) {
    this(dir, leaveBackground, retentionAge, retentionBytes, tracking, keeper, null);
  }

  /** How process trees are found. */
  public enum Tracking {
    /** By cgroup v2 where one can be made, else by cookie. */
    AUTO,
    /** By the environment cookie and descent. */
    COOKIE
  }

  /** The defaults: 7 days, 10 GiB, with a keeper. */
  public static SpoolSettings of(Path dir) {
    return new SpoolSettings(dir, false, Duration.ofDays(7), 10L << 30, Tracking.AUTO, true);
  }
}
