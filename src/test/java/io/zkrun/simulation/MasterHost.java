package io.zkrun.simulation;

import io.zkrun.core.MasterInfo;
import io.zkrun.master.History;
import io.zkrun.master.Master;
import io.zkrun.master.MasterOptions;
import io.zkrun.metrics.MasterMetrics;
import io.zkrun.znode.Node;
import io.zkrun.znode.VirtualTime.VirtualLoop;

/** A machine with a master. */
final class MasterHost extends Host implements Master.Listener {
  private static final long RESYNC_MILLIS = 60_000;

  MasterHost(World world, String name) {
    super(world, name, World.MASTER_SESSION_MILLIS);
  }

  @Override
  void begin(VirtualLoop with) {
    new Master(
            new MasterOptions(
                new MasterInfo(name, 1, "simulated"),
                () -> "uuid-" + world.number(),
                world.scheduling(),
                RESYNC_MILLIS,
                MasterOptions.RESIGN_MILLIS,
                0),
            this::open,
            with,
            History.NONE,
            MasterMetrics.NONE,
            this)
        .start();
  }

  @Override
  void died() {}

  /** As the servers see it. */
  boolean leads() {
    Node master = world.server.peek("/master");
    return master != null && tree != null && master.stat().ephemeralOwner() == tree.sessionId();
  }
}
