package io.zkrun.exec;

import io.zkrun.exec.ProcessSweep.Found;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a tree: asks each process, kills what did not go in time, and looks until nothing is left.
 * On the thread of the runs.
 */
final class TreeEnd {
  private static final Logger LOG = LoggerFactory.getLogger(Spool.class);
  private static final long STUCK_MILLIS = 1000;

  /** Nobody waits longer for what we have no right to kill. */
  private static final long REFUSED_MILLIS = 5000;

  /** What was killed, and stays, is spoken of. */
  private static final long HANGS_MILLIS = 10_000;

  private static final long LONGEST_PAUSE_MILLIS = 250;
  private static final long FOREVER_MILLIS = TimeUnit.DAYS.toMillis(3650);

  private final String name;
  private final Tree tree;
  private final ProcessSweep sweep;
  private final SpoolThread thread;
  private final Consumer<@Nullable String> over;
  private @Nullable ProcessHandle root;
  private long killAtNanos = Long.MAX_VALUE;
  private boolean limited;
  private boolean killing;
  private long pauseMillis = 1;
  private int emptyLooks;
  private int looksNeeded;
  private boolean looking;
  private boolean lookAgain;
  private boolean spokeOfHanging;
  private boolean isOver;
  private @Nullable Future<?> timer;

  /**
   * @param name of whose tree it is, for people
   * @param root the watching shell; null when it is gone
   * @param over is told once nothing is left, or what is left though it was killed
   */
  TreeEnd(
      String name,
      Tree tree,
      @Nullable ProcessHandle root,
      ProcessSweep sweep,
      SpoolThread thread,
      Consumer<@Nullable String> over) {
    this.name = name;
    this.tree = tree;
    this.root = root;
    this.sweep = sweep;
    this.thread = thread;
    this.over = over;
    // What ended by itself and left nothing behind needs no second look.
    looksNeeded = root == null ? 1 : 2;
  }

  /** Begins, or shortens the time that is left until all is killed. */
  void within(long millis) {
    long at = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Math.min(millis, FOREVER_MILLIS));
    killAtNanos = limited ? Math.min(killAtNanos, at) : at;
    limited = true;
    look(true);
  }

  void rootEnded() {
    root = null;
    look(true);
  }

  private long lateMillis() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - killAtNanos);
  }

  private void look(boolean soon) {
    if (looking) {
      lookAgain |= soon;
    } else if (!isOver) {
      if (timer != null) {
        timer.cancel(false);
      }
      looking = true;
      boolean kill = System.nanoTime() - killAtNanos >= 0;
      sweep.find(
          tree.search(root == null ? 0 : root.pid(), kill), soon, found -> found(found, kill));
    }
  }

  /** Goes on whatever may go wrong on the way. */
  private void found(Found found, boolean killed) {
    looking = false;
    boolean soon = lookAgain;
    lookAgain = false;
    try {
      soon |= take(found, killed);
    } finally {
      if (!isOver) {
        lookLater(soon);
      }
    }
  }

  /** Whether to look again at once. */
  private boolean take(Found found, boolean killed) {
    boolean isNew = tree.found(found);
    if (killed && !killing) {
      killing = true;
      pauseMillis = 1;
    }
    emptyLooks = found.isEmpty() && root == null ? emptyLooks + 1 : 0;
    if (emptyLooks >= looksNeeded) {
      end(null);
      return false;
    }
    if (!found.isEmpty()) {
      looksNeeded = 2;
    }
    if (killed) {
      lookAtLate(lateMillis());
    } else {
      tree.ask();
    }
    return emptyLooks > 0 || (killed && isNew);
  }

  private void lookAtLate(long late) {
    if (late > STUCK_MILLIS && root != null) {
      // All it waits for was killed long ago, and yet it stays: it was stopped, or what it waits
      // for
      // is beyond our rights.
      boolean unused = root.destroyForcibly();
    }
    if (late > REFUSED_MILLIS && root == null && tree.isRefused()) {
      end(stays(tree.names()));
    } else if (late > HANGS_MILLIS && !spokeOfHanging) {
      spokeOfHanging = true;
      LOG.warn(
          "{} was killed {} s ago and has not ended: {}; waits for it",
          name,
          late / 1000,
          String.join(", ", tree.names()));
    }
  }

  private static String stays(List<String> names) {
    return (names.size() == 1 ? "process " : "processes ")
        + String.join(", ", names)
        + " cannot be ended: permission denied; "
        + (names.size() == 1 ? "it still runs" : "they still run");
  }

  private void lookLater(boolean soon) {
    if (soon) {
      look(true);
      return;
    }
    pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, 2 * pauseMillis);
    long untilKill = killing ? Long.MAX_VALUE : Math.max(1, 1 - lateMillis());
    boolean kills = untilKill <= pauseMillis;
    timer = thread.after(Math.min(pauseMillis, untilKill), () -> look(kills));
  }

  private void end(@Nullable String survivors) {
    isOver = true;
    if (survivors != null) {
      LOG.error("{} of {}; end it by hand", survivors, name);
    }
    over.accept(survivors);
  }
}
