package io.zkrun.simulation;

import io.zkrun.core.OnLost;
import io.zkrun.core.SchedulerOptions;
import io.zkrun.znode.MemoryServer;
import io.zkrun.znode.VirtualTime;
import java.util.List;
import java.util.SplittableRandom;

/** What everybody in a simulation shares. All chance comes from its seed. */
final class World {
  static final long MASTER_SESSION_MILLIS = 6_000;
  static final long WORKER_SESSION_MILLIS = 15_000;
  static final long CLIENT_SESSION_MILLIS = 15_000;
  static final long LEASE_MILLIS = 13_000;
  static final long LOST_AFTER_MILLIS = 15_000;

  /** Short, so that it is seen at work. */
  static final long RETENTION_MILLIS = 40_000;

  /** Well before half of the retention, as everywhere. */
  static final long RESOLVE_MILLIS = 15_000;

  final SplittableRandom random;
  final VirtualTime time;
  final MemoryServer server;
  final VirtualTime.VirtualLoop nature;
  final Witness witness = new Witness();
  final Audit audit = new Audit(this);
  final Mutant mutant;
  private final boolean purges;
  private int numbers;
  private Runnable onOversize = () -> {};

  World(long seed, Mutant mutant) {
    this.mutant = mutant;
    random = new SplittableRandom(seed);
    time = new VirtualTime(random.nextLong());
    server = new MemoryServer(time);
    nature = time.loop("nature");
    purges = random.nextInt(3) == 0;
    server.audit(audit);
  }

  /** Runs {@code then} each time when the servers refuse a result by cutting the connection. */
  void onOversize(Runnable then) {
    onOversize = then;
  }

  void oversize() {
    onOversize.run();
  }

  /** Something to submit. */
  Witness.Story draw() {
    Work work = Work.draw(number(), random, chance(12));
    return witness.announce(work, any(List.of(OnLost.values())));
  }

  /** Never the same again. */
  int number() {
    return ++numbers;
  }

  /** From 1 to {@code most}. */
  long millis(long most) {
    return 1 + random.nextLong(most);
  }

  boolean chance(int outOf) {
    return random.nextInt(outOf) == 0;
  }

  <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  void later(long millis, Runnable event) {
    var unused = nature.after(millis, event);
  }

  SchedulerOptions scheduling() {
    return new SchedulerOptions(
        LOST_AFTER_MILLIS,
        100,
        OnLost.RERUN,
        new SchedulerOptions.Retention(
            RETENTION_MILLIS, purges ? RETENTION_MILLIS : 86_400_000, 10_000, 1 << 28));
  }
}
