package io.zkrun.master;

import io.zkrun.core.MasterInfo;
import io.zkrun.core.SchedulerOptions;
import java.util.function.Supplier;

/**
 * What a master is told.
 *
 * @param self what it says of itself at {@code /master}
 * @param newClusterUuid makes the identity of a tree in which no master has led before; another
 *     each time, since a tree that was wiped is another one
 * @param resyncMillis how often the whole tree is read again for safety, while all seems well
 * @param resignMillis how long a master that was deposed lets others stand before it
 */
public record MasterOptions(
    MasterInfo self,
    Supplier<String> newClusterUuid,
    SchedulerOptions scheduling,
    long resyncMillis,
    long resignMillis) {
  public static final long RESIGN_MILLIS = 1_500;
}
