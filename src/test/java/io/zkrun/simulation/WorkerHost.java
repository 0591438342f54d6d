package io.zkrun.simulation;

import io.zkrun.core.OnLost;
import io.zkrun.metrics.WorkerMetrics;
import io.zkrun.worker.Listener;
import io.zkrun.worker.Worker;
import io.zkrun.worker.WorkerOptions;
import io.zkrun.znode.VirtualTime.VirtualLoop;
import java.util.Map;

/** A machine with a worker and its spool. */
final class WorkerHost extends Host implements Listener {
  static final int SLOTS = 2;
  private static final long KILL_AFTER_MILLIS = 5_000;
  private static final long RESTART_MILLIS = 5_000;

  final String worker;
  private final SimulatedSpool spool;

  /** Whether somebody else bears, or has just borne, its name: then it may give up. */
  boolean contested;

  /**
   * @param worker its name, which may be that of another
   */
  WorkerHost(World world, String name, String worker) {
    super(world, name, World.WORKER_SESSION_MILLIS);
    this.worker = worker;
    spool =
        new SimulatedSpool(
            "spool of " + name, world.time.loop("host " + name), world.random, world.witness);
  }

  @Override
  void begin(VirtualLoop with) {
    new Worker(
            new WorkerOptions(
                worker,
                SLOTS,
                Map.of(),
                name,
                1,
                "simulated",
                World.WORKER_SESSION_MILLIS,
                World.LEASE_MILLIS,
                KILL_AFTER_MILLIS,
                1_000,
                OnLost.RERUN),
            this::open,
            with,
            spool.forDaemon(with),
            WorkerMetrics.NONE,
            this)
        .start();
  }

  @Override
  void died() {
    spool.daemonDied();
  }

  boolean isBusy() {
    return spool.isBusy();
  }

  @Override
  public void ready() {}

  @Override
  public void disconnected() {}

  @Override
  public void away(String reason) {}

  @Override
  public void stopped() {}

  @Override
  public void impossible(IllegalStateException what) {
    throw new AssertionError(name + " ignored what cannot be", what);
  }

  @Override
  public void fatal(String message) {
    Witness.check(contested, () -> name + " gave up: " + message);
    world.later(1, () -> kill(RESTART_MILLIS));
  }
}
