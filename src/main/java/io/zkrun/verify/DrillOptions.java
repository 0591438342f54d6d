package io.zkrun.verify;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a drill is to be.
 *
 * @param durationMillis how long tasks are submitted and faults happen
 * @param tasks how many are submitted
 * @param workers at a time
 * @param servers of the ensemble
 * @param sabotage for the daemons: what of their protection they go without; null for nothing
 * @param dir of all that the drill writes; made when missing, and empty
 * @param daemon the command line of {@code zkrun}, to which its words are added
 * @param noNamespaces why networks and disks of the daemons' own would be seen by others; null
 *     where they would not
 */
public record DrillOptions(
    long seed,
    long durationMillis,
    int tasks,
    int workers,
    int servers,
    @Nullable String sabotage,
    Path dir,
    List<String> daemon,
    @Nullable String noNamespaces) {
  /** Tasks that a worker runs at a time. */
  public static final int SLOTS = 8;

  public static final int MASTERS = 2;
}
