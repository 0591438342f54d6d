package io.zkrun.simulation;

import io.zkrun.core.OnLost;
import io.zkrun.core.StopMode;
import io.zkrun.metrics.WorkerMetrics;
import io.zkrun.worker.Listener;
import io.zkrun.worker.Worker;
import io.zkrun.worker.WorkerOptions;
import io.zkrun.znode.Node;
import io.zkrun.znode.VirtualTime.VirtualLoop;
import io.zkrun.znode.WorkerNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A machine with a worker and its spool. */
final class WorkerHost extends Host implements Listener {
  static final int SLOTS = 2;
  private static final long RESTART_MILLIS = 5_000;

  final String worker;
  final SimulatedSpool spool;
  private final Map<String, String> labels;
  private final VirtualLoop machine;
  private @Nullable Worker daemon;

  /** How long it stays down once it has stopped. */
  private long downMillis;

  /** Whether somebody else bears, or has just borne, its name: then it may give up. */
  boolean contested;

  /**
   * @param worker its name, which may be that of another
   */
  WorkerHost(World world, String name, String worker, Map<String, String> labels) {
    super(world, name, World.WORKER_SESSION_MILLIS);
    this.worker = worker;
    this.labels = labels;
    machine = world.time.loop("host " + name);
    spool = new SimulatedSpool("spool of " + name, SLOTS, machine, world);
  }

  @Override
  void begin(VirtualLoop with) {
    Worker begun =
        new Worker(
            new WorkerOptions(
                worker,
                SLOTS,
                labels,
                name,
                1,
                "simulated",
                World.WORKER_SESSION_MILLIS,
                World.LEASE_MILLIS,
                SimulatedSpool.KILL_AFTER_MILLIS,
                1_000,
                OnLost.RERUN),
            this::open,
            with,
            spool.forDaemon(with),
            WorkerMetrics.NONE,
            this);
    daemon = begun;
    begun.start();
  }

  /** As its service is stopped and started again. */
  void restart(StopMode mode, long millis) {
    Worker at = daemon;
    if (at != null && isUp()) {
      harm(millis + World.LEASE_MILLIS);
      downMillis = millis;
      at.stop(mode);
    }
  }

  @Override
  void died() {
    daemon = null;
    spool.daemonDied();
  }

  @Override
  void rebooted() {
    spool.rebooted();
  }

  @Override
  void skewed(long aheadMillis) {
    machine.skew(aheadMillis);
  }

  /** The daemon's part of the spool does nothing for so long. */
  void stall(long millis) {
    trouble(millis, 0);
    spool.stall();
    world.later(millis, spool::resume);
  }

  void late(long byMillis, long millis) {
    trouble(millis, 0);
    spool.late(byMillis);
    world.later(millis, () -> spool.late(0));
  }

  /** A worker that was idle begins with a deadline that is over. */
  void lateDeadlines(long byMillis, long millis) {
    harm(millis + byMillis);
    spool.lateDeadlines(byMillis);
    world.later(millis, () -> spool.lateDeadlines(0));
  }

  void fill(long millis) {
    harm(millis);
    spool.fill(true);
    world.later(millis, () -> spool.fill(false));
  }

  @Override
  void heal() {
    spool.resume();
    spool.late(0);
    spool.lateDeadlines(0);
    spool.failStarts(0);
    spool.fill(false);
    super.heal();
  }

  /** As the servers see it. */
  boolean isRegistered() {
    Node node = world.server.peek(WorkerNode.path(worker));
    return node != null && node.stat().ephemeralOwner() == session();
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
  public void stopped() {
    world.later(1, () -> kill(downMillis));
  }

  @Override
  public void impossible(IllegalStateException what) {
    throw new AssertionError(name + " ignored what cannot be", what);
  }

  @Override
  public void fatal(String message) {
    // One that was stopped while it waited for its name judges by what it had read before.
    Witness.check(contested || !isWellFor(RECOVERY_MILLIS), () -> name + " gave up: " + message);
    world.later(1, () -> kill(RESTART_MILLIS));
  }
}
