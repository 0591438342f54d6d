package io.zkrun.simulation;

import io.zkrun.core.Bytes;
import io.zkrun.core.MasterInfo;
import io.zkrun.core.TaskId;
import io.zkrun.master.Master;
import io.zkrun.master.MasterOptions;
import io.zkrun.metrics.MasterMetrics;
import io.zkrun.znode.Node;
import io.zkrun.znode.VirtualTime.VirtualLoop;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A machine with a master. */
final class MasterHost extends Host implements Master.Listener {
  private static final long RESYNC_MILLIS = 60_000;

  /** Whether its history can be written. */
  private boolean keeps = true;

  MasterHost(World world, String name) {
    super(world, name, World.MASTER_SESSION_MILLIS);
  }

  @Override
  void begin(VirtualLoop with) {
    new Master(
            new MasterOptions(
                new MasterInfo(name, 1, "simulated"),
                () -> "uuid-" + world.number(),
                world.mutant.scheduling(world.scheduling()),
                RESYNC_MILLIS,
                MasterOptions.RESIGN_MILLIS,
                0),
            this::open,
            world.mutant.loop(this, with),
            this::keep,
            MasterMetrics.NONE,
            this)
        .start();
  }

  /** Its disk takes a moment. */
  private void keep(TaskId task, Bytes spec, @Nullable Bytes status, Consumer<Boolean> then) {
    world.later(
        world.random.nextInt(20),
        () -> {
          if (keeps) {
            world.witness.kept(task);
          }
          then.accept(keeps || world.mutant.forgetsHistory());
        });
  }

  void failHistory(long millis) {
    keeps = false;
    world.later(millis, () -> keeps = true);
  }

  @Override
  void died() {}

  @Override
  void heal() {
    keeps = true;
    super.heal();
  }

  /** As the servers see it. */
  boolean leads() {
    Node master = world.server.peek("/master");
    return master != null
        && tree != null
        && master.stat().version() == 1
        && master.stat().ephemeralOwner() == tree.sessionId();
  }
}
