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
 * @param rehearsedTasks with how many tasks a standby rehearses its takeover; 0 for not at all
 */
public record MasterOptions(
    MasterInfo self,
    Supplier<String> newClusterUuid,
    SchedulerOptions scheduling,
    long resyncMillis,
    long resignMillis,
    int rehearsedTasks) {
  public static final long RESIGN_MILLIS = 1_500;

  /** Enough for most of the code to be compiled; costs a cold JVM a second or so, once. */
  public static final int REHEARSED_TASKS = 2_000;
}
