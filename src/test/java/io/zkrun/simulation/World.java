package io.zkrun.simulation;

import io.zkrun.core.ClusterId;
import io.zkrun.core.OnLost;
import io.zkrun.core.RunKey;
import io.zkrun.core.SchedulerOptions;
import io.zkrun.core.TaskSpec;
import io.zkrun.znode.ClusterNode;
import io.zkrun.znode.MemoryServer;
import io.zkrun.znode.Node;
import io.zkrun.znode.VirtualTime;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What everybody in a simulation shares. All chance comes from its seed. */
final class World {
  static final long MASTER_SESSION_MILLIS = 6_000;
  static final long WORKER_SESSION_MILLIS = 15_000;
  static final long CLIENT_SESSION_MILLIS = 15_000;
  static final long LEASE_MILLIS = 13_000;
  static final long LOST_AFTER_MILLIS = 15_000;

  /** Short, so that it is seen at work. */
  static final long MIN_AGE_MILLIS = 40_000;

  private static final long MAX_AGE_MILLIS = 60_000;
  private static final long DAY_MILLIS = 86_400_000;

  /** Well before half of the retention, as everywhere. */
  static final long RESOLVE_MILLIS = 15_000;

  /** So long after a read was refused it is asked for again, at the latest. */
  private static final long READ_AGAIN_MILLIS = 5_000;

  private static final boolean TRACE = Boolean.getBoolean("simulation.trace");

  final SplittableRandom random;
  final VirtualTime time;
  final MemoryServer server;
  final VirtualTime.VirtualLoop nature;
  final Witness witness = new Witness(this);
  final Audit audit = new Audit(this);
  final Mutant mutant;

  /** After how many lost attempts a task fails. */
  final int lostLimit;

  /** All that may lead or work; filled by the {@link Fleet}. */
  final List<MasterHost> masters = new ArrayList<>();

  final List<WorkerHost> workers = new ArrayList<>();

  private final long maxAgeMillis;
  private final int maxCount;
  private int numbers;
  private int faults;
  private int unreadable;

  /** Since when all may be read, if it may. */
  private long readableSinceMillis = Long.MIN_VALUE / 2;

  private Runnable onOversize = () -> {};

  /** Since when the same one leads. */
  private long ledBy;

  private long ledSinceMillis;

  World(long seed, Mutant mutant) {
    this.mutant = mutant;
    random = new SplittableRandom(seed);
    time = new VirtualTime(random.nextLong());
    server = new MemoryServer(time);
    nature = time.loop("nature");
    lostLimit = chance(2) ? 1 + random.nextInt(3) : 100;
    maxAgeMillis = chance(3) ? MAX_AGE_MILLIS : DAY_MILLIS;
    maxCount = chance(4) ? 5 : 10_000;
    server.audit(audit);
  }

  /** Runs {@code then} each time when the servers refuse a result by cutting the connection. */
  void onOversize(Runnable then) {
    onOversize = then;
  }

  void oversize() {
    onOversize.run();
  }

  /** Something has gone wrong. */
  void fault(Fault fault) {
    faults++;
    trace(fault::toString);
  }

  /** With {@code -Dsimulation.trace=true}: what a failing seed is understood by. */
  void trace(Supplier<String> what) {
    if (TRACE) {
      System.out.println(time.millis() + " " + what.get());
    }
  }

  // ---- work

  /** Something to submit. */
  Story draw() {
    Work work = Work.draw(number(), random, chance(12));
    List<OnLost> kinds = List.of(OnLost.values());
    int kind = random.nextInt(kinds.size() + 1);
    TaskSpec spec = work.spec(kind == kinds.size() ? null : kinds.get(kind), random);
    return witness.announce(work, spec, spec.onLost() == null ? OnLost.RERUN : spec.onLost());
  }

  /** Whether this is, under this name, what stands in the tree now. */
  boolean isNow(ClusterId tree, RunKey key) {
    Story story = witness.at(key.task());
    Node assign = server.peek(ClusterNode.PATH);
    return story != null
        && story.czxid == key.taskCzxid()
        && assign != null
        && tree.isSameAs(ClusterNode.id(assign));
  }

  /** Far more than all that is to be written about it, and far less than an endless loop writes. */
  int mostWrites(Story story) {
    return 40 + 10 * (story.attempts.size() + faults);
  }

  // ---- who is well

  /** Who leads as the servers see it, and is well; null for nobody. */
  @Nullable MasterHost leader() {
    for (MasterHost master : masters) {
      if (master.isWell() && master.leads()) {
        return master;
      }
    }
    return null;
  }

  /** Called now and then. */
  void look() {
    MasterHost leader = leader();
    long by = leader == null ? 0 : leader.session();
    if (by != ledBy) {
      ledBy = by;
      ledSinceMillis = time.millis();
    }
  }

  /** Whether nothing has hindered this leader, or its reading, for so long. */
  boolean leadsFor(MasterHost leader, long millis) {
    return leader.isWellFor(millis)
        && leader.session() == ledBy
        && time.millis() >= ledSinceMillis + millis
        && unreadable == 0
        && time.millis() >= readableSinceMillis + millis + READ_AGAIN_MILLIS;
  }

  /** Whether what was given to this worker then may be lost. */
  boolean mayHaveLost(String worker, long givenAtMillis) {
    return workers.stream().noneMatch(each -> each.worker.equals(worker))
        || workers.stream()
            .anyMatch(each -> each.worker.equals(worker) && each.mayHaveLost(givenAtMillis));
  }

  /** Nobody may read these for so long. */
  void refuseReads(String path, long millis) {
    unreadable++;
    server.refuseReads(path::equals);
    later(
        millis,
        () -> {
          unreadable--;
          if (unreadable == 0) {
            readableSinceMillis = time.millis();
            readAll();
          }
        });
  }

  void readAll() {
    server.refuseReads(any -> false);
  }

  // ---- chance and time

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

  @SafeVarargs
  final <T> T anyOf(T... each) {
    return each[random.nextInt(each.length)];
  }

  void later(long millis, Runnable event) {
    var unused = nature.after(millis, event);
  }

  SchedulerOptions scheduling() {
    return new SchedulerOptions(
        LOST_AFTER_MILLIS,
        lostLimit,
        OnLost.RERUN,
        new SchedulerOptions.Retention(MIN_AGE_MILLIS, maxAgeMillis, maxCount, 1 << 28));
  }
}
