package io.zkrun.master;

import io.zkrun.core.MasterInfo;
import io.zkrun.core.SchedulerOptions;

/**
 * What a master is told.
 *
 * @param self what it says of itself at {@code /master}
 * @param newClusterUuid the identity of the cluster if this master is the first that ever leads
 * @param resyncMillis how often the whole tree is read again for safety, while all seems well
 * @param resignMillis how long a master that was deposed lets others stand before it
 */
public record MasterOptions(
    MasterInfo self,
    String newClusterUuid,
    SchedulerOptions scheduling,
    long resyncMillis,
    long resignMillis) {
  public static final long RESIGN_MILLIS = 1_500;
}
