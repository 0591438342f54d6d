package io.zkrun.simulation;

import io.zkrun.core.Bytes;
import io.zkrun.core.MasterInfo;
import io.zkrun.core.OnLost;
import io.zkrun.core.SchedulerOptions;
import io.zkrun.core.TaskId;
import io.zkrun.master.History;
import io.zkrun.master.Master;
import io.zkrun.master.MasterOptions;
import io.zkrun.metrics.MasterMetrics;
import io.zkrun.metrics.WorkerMetrics;
import io.zkrun.worker.Listener;
import io.zkrun.worker.Worker;
import io.zkrun.worker.WorkerOptions;
import io.zkrun.znode.MemoryServer;
import io.zkrun.znode.MemoryTree;
import io.zkrun.znode.MemoryTree.Fate;
import io.zkrun.znode.Node;
import io.zkrun.znode.VirtualTime;
import io.zkrun.znode.Write;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Two masters, three workers and some forty tasks, with what a seed lets happen to them. */
final class Simulation {
  private static final List<Fault> FAULTS = List.of(Fault.values());
  private static final List<Fate> FATES = List.of(Fate.values());

  /** Submitted at the beginning; as many more follow while things go wrong. */
  private static final int TASKS = 20;

  private static final long SUBMIT_EVERY_MILLIS = 10_000;
  private static final long MASTER_SESSION_MILLIS = 6_000;
  private static final long WORKER_SESSION_MILLIS = 15_000;
  private static final long FAULTS_MILLIS = 240_000;
  private static final long HEALING_MILLIS = 900_000;

  /** What can go wrong. */
  enum Fault {
    CUT,
    LONG_CUT,
    EXPIRED,
    MASTER_DELETED,
    WORKER_DELETED,
    DAEMON_KILLED,
    DAEMON_PAUSED,
    /** The connection is lost while a write is on its way, which may arrive later. */
    CUT_WRITING,
    /**
     * A person deletes {@code /master} while a write of its owner is on its way, which arrives when
     * another one leads: its session lives.
     */
    MASTER_DEPOSED_WRITING
  }

  final Map<Fault, Integer> faults = new EnumMap<>(Fault.class);
  private final long seed;
  private final Random random;
  private final VirtualTime time;
  private final MemoryServer server;
  private final VirtualTime.VirtualLoop world;
  private final Witness witness;
  private final List<Host> hosts = new ArrayList<>();
  private final List<TaskId> tasks = new ArrayList<>();
  private final MemoryTree person;
  private int uuids;

  Simulation(long seed) {
    this.seed = seed;
    random = new Random(seed);
    time = new VirtualTime(seed);
    server = new MemoryServer(time);
    world = time.loop("world");
    witness = new Witness(server);
    person = server.open(world, event -> {});
    for (int i = 0; i < 2; i++) {
      hosts.add(new MasterHost("master" + i));
    }
    for (int i = 0; i < 3; i++) {
      hosts.add(new WorkerHost("vm" + i));
    }
  }

  /** Takes away the checks of these paths: whether the promises are held without them. */
  Simulation leaveUnchecked(Predicate<String> paths) {
    server.leaveUnchecked(paths);
    return this;
  }

  /** Runs it to its end; an {@link AssertionError} tells which promise was broken. */
  void run() {
    time.advance(10);
    create("/tasks", "");
    hosts.forEach(Host::start);
    time.advance(1_000);
    for (int i = 0; i < TASKS; i++) {
      submit(0);
      time.advance(random.nextLong(2_000));
    }
    long end = time.millis() + FAULTS_MILLIS;
    for (long nextSubmit = 0; time.millis() < end; ) {
      time.advance(random.nextLong(1_000));
      if (time.millis() > nextSubmit) {
        nextSubmit = time.millis() + random.nextLong(2 * SUBMIT_EVERY_MILLIS);
        submit(0);
      }
      tasks.forEach(witness::look);
      if (random.nextInt(12) == 0) {
        happen(FAULTS.get(random.nextInt(FAULTS.size())));
      }
    }
    hosts.forEach(Host::heal);
    long latest = time.millis() + HEALING_MILLIS;
    while (time.millis() < latest && !tasks.stream().allMatch(witness::hasStatus)) {
      time.advance(1_000);
    }
    for (TaskId task : tasks) {
      if (!witness.hasStatus(task)) {
        throw new AssertionError(task + " never ended: " + describe(task));
      }
    }
  }

  private void submit(int priority) {
    int number = tasks.size();
    TaskId task = new TaskId("t" + number);
    OnLost onLost = number % 4 == 0 ? OnLost.FAIL : OnLost.RERUN;
    long millis = random.nextLong(40_000);
    int retries = onLost == OnLost.FAIL ? 0 : random.nextInt(3);
    int code = random.nextInt(4) == 0 ? 1 : 0;
    create(
        "/tasks/" + task,
        String.format(
            "{\"cmd\":\"%d %d\",\"retries\":%d,\"onLost\":\"%s\",\"priority\":%d}",
            millis, code, retries, onLost.json(), priority));
    tasks.add(task);
  }

  private void create(String path, String data) {
    person.multi(
        List.of(new Write.Create(path, Bytes.utf8(data), Write.Mode.PERSISTENT)), answer -> {});
  }

  private void delete(String path) {
    person.multi(List.of(new Write.Delete(path, -1)), answer -> {});
  }

  private void happen(Fault fault) {
    Host host = hosts.get(random.nextInt(hosts.size()));
    faults.merge(fault, 1, Integer::sum);
    switch (fault) {
      case CUT -> host.cut(random.nextLong(host.sessionMillis / 2));
      case LONG_CUT -> host.cut(host.sessionMillis + random.nextLong(20_000));
      case EXPIRED -> host.expire();
      case MASTER_DELETED -> delete("/master");
      case WORKER_DELETED -> delete("/workers/vm" + random.nextInt(3));
      case DAEMON_KILLED -> host.kill(random.nextLong(30_000));
      case DAEMON_PAUSED -> host.pause(random.nextLong(40_000));
      case CUT_WRITING ->
          host.afterNextMulti(() -> host.cut(random.nextLong(host.sessionMillis / 2)));
      case MASTER_DEPOSED_WRITING -> hosts.forEach(Host::deposeWriting);
      default -> throw new AssertionError(fault);
    }
  }

  private String describe(TaskId task) {
    StringBuilder text = new StringBuilder();
    text.append("starts ").append(witness.starts(task));
    text.append(", children ").append(server.peekChildren("/tasks/" + task));
    for (String worker : server.peekChildren("/assign")) {
      text.append(", ").append(worker).append(server.peekChildren("/assign/" + worker));
    }
    text.append(", up ").append(server.peekChildren("/workers"));
    text.append(", master ").append(server.peek("/master"));
    return text.toString();
  }

  @Override
  public String toString() {
    return "seed " + seed;
  }

  /** A machine with one daemon. */
  private abstract class Host {
    final String name;
    final long sessionMillis;
    VirtualTime.@Nullable VirtualLoop loop;
    @Nullable MemoryTree tree;

    Host(String name, long sessionMillis) {
      this.name = name;
      this.sessionMillis = sessionMillis;
    }

    abstract void begin(VirtualTime.VirtualLoop with);

    void start() {
      if (loop == null) {
        loop = time.loop(name);
        begin(loop);
      }
    }

    MemoryTree remember(MemoryTree opened) {
      tree = opened;
      return opened;
    }

    void cut(long millis) {
      MemoryTree cut = tree;
      if (cut == null) {
        return;
      }
      cut.disconnect(FATES.get(random.nextInt(FATES.size())));
      if (millis > sessionMillis) {
        world.after(sessionMillis, () -> server.expire(cut));
      }
      world.after(millis, cut::reconnect);
    }

    void afterNextMulti(Runnable fault) {
      MemoryTree writing = tree;
      if (writing != null) {
        writing.afterNextMulti(
            () -> {
              if (tree == writing) {
                fault.run();
              }
            });
      }
    }

    /** What comes meanwhile lets the next master decide otherwise. */
    void deposeWriting() {
      Node master = server.peek("/master");
      MemoryTree leading = tree;
      if (master == null
          || leading == null
          || master.stat().ephemeralOwner() != leading.sessionId()) {
        return;
      }
      afterNextMulti(
          () -> {
            leading.disconnect(Fate.LATE);
            delete("/master");
            submit(1);
            world.after(random.nextLong(sessionMillis / 2), leading::reconnect);
          });
    }

    void expire() {
      if (tree != null) {
        server.expire(tree);
      }
    }

    void kill(long downMillis) {
      if (loop == null) {
        return;
      }
      loop.kill();
      loop.pause();
      loop = null;
      MemoryTree dead = tree;
      if (dead != null) {
        world.after(sessionMillis, () -> server.expire(dead));
      }
      world.after(downMillis, this::start);
    }

    void pause(long millis) {
      VirtualTime.VirtualLoop paused = loop;
      MemoryTree silent = tree;
      if (paused == null || silent == null) {
        return;
      }
      paused.pause();
      if (millis > sessionMillis) {
        world.after(sessionMillis, () -> server.expire(silent));
      }
      world.after(
          millis,
          () -> {
            if (loop == paused) {
              paused.unpause();
            }
          });
    }

    void heal() {
      start();
      if (loop != null) {
        loop.unpause();
      }
      if (tree != null) {
        tree.reconnect();
      }
    }
  }

  private final class MasterHost extends Host implements Master.Listener {
    MasterHost(String name) {
      super(name, MASTER_SESSION_MILLIS);
    }

    @Override
    void begin(VirtualTime.VirtualLoop with) {
      SchedulerOptions options =
          new SchedulerOptions(
              15_000,
              100,
              OnLost.RERUN,
              new SchedulerOptions.Retention(600_000, 86_400_000, 10_000, 1 << 28));
      new Master(
              new MasterOptions(
                  new MasterInfo(name, 1, "simulated"),
                  () -> "uuid-" + name + "-" + ++uuids,
                  options,
                  60_000,
                  MasterOptions.RESIGN_MILLIS),
              (owner, events) -> remember(server.open(owner, events)),
              with,
              History.NONE,
              MasterMetrics.NONE,
              this)
          .start();
    }
  }

  private final class WorkerHost extends Host implements Listener {
    private final SimulatedSpool spool;

    WorkerHost(String name) {
      super(name, WORKER_SESSION_MILLIS);
      spool = new SimulatedSpool("spool-" + name, time.loop("host of " + name), random, witness);
    }

    @Override
    void begin(VirtualTime.VirtualLoop with) {
      new Worker(
              new WorkerOptions(
                  name,
                  2,
                  Map.of(),
                  name,
                  1,
                  "simulated",
                  WORKER_SESSION_MILLIS,
                  13_000,
                  5_000,
                  1_000,
                  OnLost.RERUN),
              (owner, events) -> remember(server.open(owner, events)),
              with,
              spool.forDaemon(with),
              WorkerMetrics.NONE,
              this)
          .start();
    }

    @Override
    public void ready() {}

    @Override
    public void stopped() {}

    @Override
    public void fatal(String message) {
      throw new AssertionError(name + " gave up: " + message);
    }
  }
}
