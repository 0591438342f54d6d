package io.zkrun.simulation;

import io.zkrun.znode.Loop;
import io.zkrun.znode.MemoryTree;
import io.zkrun.znode.MemoryTree.Fate;
import io.zkrun.znode.Tree;
import io.zkrun.znode.TreeEvent;
import io.zkrun.znode.VirtualTime.VirtualLoop;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A machine with one process that has a session: what may happen to both. */
abstract class Host {
  /** A single outage as short as this costs a worker nothing: three quarters of its lease. */
  static final long HARMLESS_MILLIS = World.LEASE_MILLIS * 5 / 8;

  /** How long one may feel an outage that is over. */
  static final long RECOVERY_MILLIS = 10_000;

  private static final long THROTTLED_MILLIS = 40_000;

  private static final Predicate<String> NONE = Set.<String>of()::contains;

  final World world;
  final String name;
  final long sessionMillis;
  @Nullable VirtualLoop loop;
  @Nullable MemoryTree tree;
  private long bootedAtMillis = -1_000_000;
  private long skewMillis;
  private boolean paused;
  private long lagMillis;
  private Predicate<String> throttled = NONE;

  /** When the last outage is over, or was; and the last one that may have cost a command. */
  private long troubledUntil = Long.MIN_VALUE / 2;

  private long costlyUntil = Long.MIN_VALUE / 2;

  Host(World world, String name, long sessionMillis) {
    this.world = world;
    this.name = name;
    this.sessionMillis = sessionMillis;
  }

  /** Starts the process on {@code with}. */
  abstract void begin(VirtualLoop with);

  /** The process is gone. */
  abstract void died();

  final void start() {
    if (loop == null) {
      VirtualLoop fresh = world.time.loop(name);
      fresh.bootedAt(bootedAtMillis);
      fresh.skew(skewMillis);
      loop = fresh;
      begin(fresh);
    }
  }

  final boolean isUp() {
    return loop != null;
  }

  final Tree open(Loop owner, Consumer<TreeEvent> events) {
    MemoryTree opened = world.server.open(owner, world.mutant.deafen(this, events), sessionMillis);
    opened
        .interference()
        .poisonData(
            Work.OVERSIZE,
            () -> {
              hasToLook();
              world.oversize();
              world.later(world.millis(500), opened::reconnect);
            });
    opened.interference().throttle(path -> throttled.test(path));
    world.audit.author(opened.sessionId(), this);
    tree = opened;
    return world.mutant.wrap(this, opened);
  }

  /** Whether it is connected and not in trouble already. */
  final boolean isWell() {
    return loop != null && !paused && tree != null && tree.isConnected() && !tree.isStranded();
  }

  // ---- what trouble explains

  /** An outage lasts for so long, and costs a command if it is long, or not the only one. */
  final void trouble(long millis) {
    trouble(millis, millis);
  }

  /**
   * Something lasts for so long.
   *
   * @param outageMillis how long, at most, what is to be done meanwhile has to wait
   */
  final void trouble(long millis, long outageMillis) {
    long now = world.time.millis();
    world.trace(() -> name + " is in trouble for " + millis + " ms");
    boolean again = now < troubledUntil + RECOVERY_MILLIS;
    lastsUntil(now + millis);
    if (outageMillis > HARMLESS_MILLIS || again) {
      costlyUntil = Math.max(costlyUntil, now + millis);
    }
  }

  /** Something that may cost commands, however short it is. */
  final void harm(long millis) {
    long until = world.time.millis() + millis;
    world.trace(() -> name + " is harmed for " + millis + " ms");
    lastsUntil(until);
    costlyUntil = Math.max(costlyUntil, until);
  }

  private void lastsUntil(long millis) {
    troubledUntil = Math.max(troubledUntil, millis);
  }

  /** Whether anything that was done to it explains that what it was given then was lost. */
  final boolean mayHaveLost(long givenAtMillis) {
    return givenAtMillis <= costlyUntil + RECOVERY_MILLIS;
  }

  /** Whether it has been well for so long, and nothing hinders it. */
  final boolean isWellFor(long millis) {
    return isWell() && world.time.millis() >= troubledUntil + millis;
  }

  // ---- outages

  /** Loses the connection for so long. */
  final void cut(Fate fate, long millis) {
    MemoryTree cut = tree;
    if (cut == null) {
      return;
    }
    trouble(millis);
    cut.disconnect(fate);
    if (fate == Fate.LATE) {
      world.later(world.random.nextLong(millis), cut::arriveLate);
    }
    world.later(millis, cut::reconnect);
  }

  /** Likewise, and no server counts the time. */
  final void cutUncounted(long millis) {
    MemoryTree cut = tree;
    if (cut != null) {
      trouble(millis);
      cut.disconnect(world.any(List.of(Fate.values())));
      cut.heard();
      world.later(millis, cut::reconnect);
    }
  }

  final void strand(long millis) {
    MemoryTree stranded = tree;
    if (stranded == null) {
      return;
    }
    trouble(millis);
    stranded.strand();
    world.later(
        millis,
        () -> {
          stranded.disconnect(Fate.DROPPED);
          world.later(world.random.nextLong(1_000), stranded::reconnect);
        });
  }

  /** Its server is behind the others for so long, and healthy. */
  final void lag(long byMillis, long millis) {
    MemoryTree lagging = tree;
    if (lagging != null && lagMillis == 0) {
      trouble(millis, 0);
      lagMillis = byMillis;
      lagging.lag(byMillis);
      world.later(
          millis,
          () -> {
            lagMillis = 0;
            lagging.lag(0);
          });
    }
  }

  /** For so long its servers have too much to do to answer half of its reads. */
  final void throttle() {
    if (throttled == NONE) {
      long millis = world.millis(THROTTLED_MILLIS);
      trouble(millis, 0);
      throttled = path -> world.chance(2);
      world.later(millis, () -> throttled = NONE);
    }
  }

  /** Whoever has to look whether he is still registered does not get to it while throttled. */
  final void hasToLook() {
    if (throttled != NONE) {
      harm(THROTTLED_MILLIS);
    }
  }

  final void expire() {
    if (tree != null) {
      trouble(1_000);
      world.server.expire(tree);
    }
  }

  /** Runs {@code fault} when this session, if it lasts, has next sent a write. */
  final void whileWriting(Runnable fault) {
    MemoryTree writing = tree;
    if (writing != null) {
      writing
          .interference()
          .afterNextMulti(
              () -> {
                if (tree == writing && writing.isConnected()) {
                  fault.run();
                }
              });
    }
  }

  final void kill(long downMillis) {
    VirtualLoop dying = loop;
    if (dying == null) {
      return;
    }
    harm(downMillis);
    dying.kill();
    loop = null;
    paused = false;
    if (tree != null) {
      tree.die(world.chance(2) ? Fate.DONE : Fate.DROPPED);
      tree = null;
    }
    died();
    world.later(downMillis, this::start);
  }

  /** As {@link #kill}, and the clock that counts from the boot begins anew. */
  final void reboot(long downMillis) {
    kill(downMillis);
    bootedAtMillis = world.time.millis();
    rebooted();
  }

  /** Nothing of what ran is left. */
  void rebooted() {}

  final void pause(long millis) {
    VirtualLoop paused = loop;
    MemoryTree silent = tree;
    if (paused == null || silent == null) {
      return;
    }
    trouble(millis);
    this.paused = true;
    paused.pause();
    if (silent.isConnected() && !silent.isStranded()) {
      silent.silence();
    }
    world.later(
        millis,
        () -> {
          paused.unpause();
          if (paused == loop) {
            this.paused = false;
          }
          if (silent.isConnected()) {
            silent.heard();
          }
        });
  }

  /** Its wall clock is ahead by so much from now on. */
  final void skew(long aheadMillis) {
    skewMillis = aheadMillis;
    if (loop != null) {
      loop.skew(aheadMillis);
    }
    skewed(aheadMillis);
  }

  /** Its other parts see the same clock. */
  void skewed(long aheadMillis) {}

  final long session() {
    return tree == null ? 0 : tree.sessionId();
  }

  /** Whatever was wrong with it is over. */
  void heal() {
    long now = world.time.millis();
    troubledUntil = Math.min(troubledUntil, now);
    costlyUntil = Math.min(costlyUntil, now);
    throttled = NONE;
    lagMillis = 0;
    start();
    if (loop != null) {
      loop.unpause();
      paused = false;
    }
    if (tree != null) {
      if (tree.isStranded()) {
        tree.disconnect(Fate.DROPPED);
      }
      tree.lag(0);
      tree.reconnect();
    }
  }

  @Override
  public final String toString() {
    return name;
  }
}
