package io.zkrun.simulation;

import io.zkrun.znode.Loop;
import io.zkrun.znode.MemoryTree;
import io.zkrun.znode.MemoryTree.Fate;
import io.zkrun.znode.Tree;
import io.zkrun.znode.TreeEvent;
import io.zkrun.znode.VirtualTime.VirtualLoop;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A machine with one process that has a session: what may happen to both. */
abstract class Host {
  final World world;
  final String name;
  final long sessionMillis;
  @Nullable VirtualLoop loop;
  @Nullable MemoryTree tree;

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
              world.oversize();
              world.later(world.millis(500), opened::reconnect);
            });
    world.audit.author(opened.sessionId(), this);
    tree = opened;
    return world.mutant.wrap(this, opened);
  }

  /** Whether it is connected and not in trouble already. */
  final boolean isWell() {
    return loop != null && tree != null && tree.isConnected() && !tree.isStranded();
  }

  /** Loses the connection for so long. */
  final void cut(Fate fate, long millis) {
    MemoryTree cut = tree;
    if (cut == null) {
      return;
    }
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
    stranded.strand();
    world.later(
        millis,
        () -> {
          stranded.disconnect(Fate.DROPPED);
          world.later(world.random.nextLong(1_000), stranded::reconnect);
        });
  }

  final void expire() {
    if (tree != null) {
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
    dying.kill();
    loop = null;
    if (tree != null) {
      tree.die(world.chance(2) ? Fate.DONE : Fate.DROPPED);
      tree = null;
    }
    died();
    world.later(downMillis, this::start);
  }

  final void pause(long millis) {
    VirtualLoop paused = loop;
    MemoryTree silent = tree;
    if (paused == null || silent == null) {
      return;
    }
    paused.pause();
    if (isWell()) {
      silent.silence();
    }
    world.later(
        millis,
        () -> {
          paused.unpause();
          if (silent.isConnected()) {
            silent.heard();
          }
        });
  }

  /** Whatever was wrong with it is over. */
  void heal() {
    start();
    if (loop != null) {
      loop.unpause();
    }
    if (tree != null) {
      if (tree.isStranded()) {
        tree.disconnect(Fate.DROPPED);
      }
      tree.reconnect();
    }
  }

  @Override
  public final String toString() {
    return name;
  }
}
