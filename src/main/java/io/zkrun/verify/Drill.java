package io.zkrun.verify;

import io.zkrun.client.Client;
import io.zkrun.verify.Report.FaultCount;
import io.zkrun.znode.Loop;
import io.zkrun.znode.Tree;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One drill, from its first process to its report. {@link #run} is called once, on a thread that
 * may wait; {@link #close} may be called from any other, and ends everything at once.
 */
public final class Drill implements AutoCloseable {
  /** The system property that tells a master when it may purge, in milliseconds. */
  public static final String MIN_AGE_PROPERTY = "zkrun.drill.min-age-millis";

  /**
   * What it is in a drill. No setting allows so little, since a client that is cut off must still
   * hear of an end; one of a drill is never cut off for that long.
   */
  public static final long MIN_AGE_MILLIS = 30_000;

  private static final long UP_MILLIS = 90_000;
  private static final long HEAL_MILLIS = 120_000;
  private static final long DRAIN_MILLIS = 240_000;
  private static final long LEAVE_MILLIS = 10_000;
  private static final long END_MILLIS = 2_000;
  private static final Polling LOOKING = new Polling(200);
  private static final Polling LOOKING_OFTEN = new Polling(50);
  private static final long RELEASE_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long SECONDS = 10;

  private final DrillOptions options;
  private final Access access;
  private final String name = UUID.randomUUID().toString();
  private final Path eventsFile;
  private final Processes processes;
  private final List<PlannedTask> tasks;
  private final Tally tally = new Tally();
  private final List<AutoCloseable> open = new ArrayList<>();
  private @Nullable Cluster cluster;
  private boolean closed;

  /** How a drill reaches its ensemble. */
  public interface Access {
    /** Not connected yet. */
    Client client(String connect);

    Tree.Opener trees(String connect);

    /** For what {@link #trees} opens. */
    Loop loop();
  }

  public Drill(DrillOptions options, Access access) {
    this.options = options;
    this.access = access;
    eventsFile = options.dir().resolve("events");
    processes = new Processes(name, options.dir());
    int slots = options.workers() * DrillOptions.SLOTS;
    tasks = Workload.of(options.seed(), options.tasks(), options.durationMillis(), slots);
  }

  /**
   * @param progress is told now and then how far it has come
   * @throws DrillException where the ensemble does not come up, or in the end does not answer
   */
  public Report run(Consumer<Supplier<String>> progress)
      throws DrillException, IOException, InterruptedException {
    progress.accept(() -> "starting " + options.servers() + " servers");
    Facilities facilities = Facilities.find(options.noNamespaces(), options.dir());
    keep(facilities::remove);
    Cluster started = new Cluster(options, facilities, Map.of(Processes.DAEMON, name));
    begin(started);
    awaitUp(started);
    Leadership leadership = keep(new Leadership(access.trees(started.connect()), access.loop()));
    Client client = keep(access.client(started.connect()));
    int firstEpoch = awaitLeader(client, leadership);
    Load load = new Load(client, tasks, name, eventsFile);
    Strikes strikes = new Strikes(started, leadership, facilities.network(), load, tally);
    keep(strikes::stop);
    keep(load::stop);
    Releases releases = new Releases(client, started, processes);
    long began = System.nanoTime();
    strikes.begin(FaultPlan.of(options.seed(), options.durationMillis(), facilities.had()));
    load.begin();
    pass(load, releases, "", options.durationMillis(), progress, () -> false);
    long heal = HEAL_MILLIS + 4 * options.durationMillis();
    pass(load, releases, "last faults; ", heal, progress, strikes::areOver);
    if (!strikes.areOver()) {
      tally.missed(FaultKind.WORKER_KILLED, "not all faults were over in time");
    }
    strikes.stop();
    List<String> fallen = revive(started);
    long drain = DRAIN_MILLIS + 2 * options.durationMillis();
    pass(load, releases, "healed; ", drain, progress, () -> drained(load, client));
    double seconds = (System.nanoTime() - began) / 1e9;
    List<String> ofTasks = left(processes::ofTasks, END_MILLIS);
    progress.accept(() -> "checking " + load.acknowledged().size() + " tasks");
    int elections = leadership.leader().epoch() - firstEpoch;
    Outcomes outcomes = new Outcomes(load, releases.released());
    List<String> ofDaemons = new ArrayList<>(stop(started.mastersAndWorkers()));
    outcomes.read(client);
    ofDaemons.addAll(stop(started.servers()));
    ofDaemons.addAll(left(processes::ofDaemons, LEAVE_MILLIS));
    outcomes.readEvents(eventsFile);
    for (Path file : started.histories()) {
      outcomes.readPurged(file);
    }
    List<TaskHistory> histories = outcomes.histories(tasks);
    History history =
        new History(
            histories,
            tally.silences(),
            tally.hits(),
            outcomes.twice(),
            outcomes.unreadable(),
            Outcomes.notWhole(histories, tally.filled()),
            fallen,
            ofTasks,
            ofDaemons);
    return report(facilities, history, load, elections, seconds);
  }

  // ---- up

  private synchronized <T extends AutoCloseable> T keep(T opened) throws InterruptedException {
    checkOpen();
    open.add(opened);
    return opened;
  }

  private synchronized void begin(Cluster made) throws IOException, InterruptedException {
    checkOpen();
    cluster = made;
    made.start();
  }

  private void checkOpen() throws InterruptedException {
    if (closed) {
      throw new InterruptedException("the drill was asked to end");
    }
  }

  private static void awaitUp(Cluster started)
      throws DrillException, IOException, InterruptedException {
    long began = LOOKING.nanos();
    for (Member member : started.all()) {
      boolean server = started.servers().contains(member);
      long millis = UP_MILLIS - TimeUnit.NANOSECONDS.toMillis(LOOKING.nanos() - began);
      Polling.Look<IOException> up = () -> server ? started.serves(member) : member.isReady();
      boolean decided = LOOKING_OFTEN.until(millis, () -> up.holds() || !member.isAlive());
      if (!decided || !up.holds()) {
        throw new DrillException(
            "%s %s; the drill has not begun; try again with --dir DIR and see DIR/%s.log"
                .formatted(
                    member.name(),
                    decided ? "has ended" : "did not serve within " + UP_MILLIS / 1000 + " s",
                    member.name()));
      }
    }
  }

  private static int awaitLeader(Client client, Leadership leadership)
      throws DrillException, InterruptedException {
    try {
      Object unused = client.connect().get(UP_MILLIS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new DrillException("the ensemble serves, but gives no session: " + e.getMessage());
    }
    Leadership.Leader leader = leadership.awaitAfter(-1, UP_MILLIS);
    if (leader == null) {
      throw new DrillException("no master came to lead within " + UP_MILLIS / 1000 + " s");
    }
    return leader.epoch();
  }

  // ---- on the way

  /** Looks after the drill for a time, or until it is over. */
  private void pass(
      Load load,
      Releases releases,
      String stage,
      long millis,
      Consumer<Supplier<String>> progress,
      Polling.Look<RuntimeException> over)
      throws InterruptedException {
    long began = LOOKING.nanos();
    AtomicLong releaseAt = new AtomicLong(began);
    boolean unused =
        LOOKING.until(
            millis,
            () -> {
              if (over.holds()) {
                return true;
              }
              long seconds = TimeUnit.NANOSECONDS.toSeconds(LOOKING.nanos() - began);
              progress.accept(
                  () ->
                      "%s%d s of %d: %d of %d tasks submitted, %d ended; %d faults"
                          .formatted(
                              stage,
                              seconds,
                              millis / 1000,
                              load.acknowledged().size(),
                              tasks.size(),
                              load.ends().size(),
                              tally.total()));
              if (LOOKING.nanos() - releaseAt.get() >= 0) {
                releases.look();
                releaseAt.set(LOOKING.nanos() + RELEASE_NANOS);
              }
              return false;
            });
  }

  private static boolean drained(Load load, Client client) throws InterruptedException {
    try {
      return load.isOver() && client.unended(Set.of()).get(SECONDS, TimeUnit.SECONDS).isEmpty();
    } catch (ExecutionException | TimeoutException e) {
      return false;
    }
  }

  /** Starts again what ended though nobody had killed it, and tells of it. */
  private static List<String> revive(Cluster started) throws IOException {
    List<String> fallen = new ArrayList<>();
    for (Member member : started.all()) {
      if (!member.isAlive()) {
        fallen.add(member.name() + " had ended by itself; see " + member.name() + ".log");
        member.start();
      }
    }
    return fallen;
  }

  // ---- down

  /** What is still there after a while; what is just ending is not meant. */
  private static List<String> left(Supplier<List<Processes.Found>> look, long millis)
      throws InterruptedException {
    boolean none = LOOKING.until(millis, () -> look.get().isEmpty());
    return none ? List.of() : look.get().stream().map(Processes.Found::toString).toList();
  }

  private static List<String> stop(List<Member> members) throws InterruptedException {
    List<String> stuck = new ArrayList<>();
    members.forEach(Member::terminate);
    for (Member member : members) {
      if (!member.awaitEnd()) {
        stuck.add(member.name() + " did not stop within 10 s of SIGTERM");
      }
    }
    return stuck;
  }

  private Report report(
      Facilities facilities, History history, Load load, int elections, double seconds) {
    List<FaultCount> faults = new ArrayList<>();
    for (FaultKind kind : FaultKind.values()) {
      if (facilities.had().contains(kind.need())) {
        faults.add(new FaultCount(kind, tally.count(kind), kind.atLeast(options.durationMillis())));
      }
    }
    List<TaskHistory> all = history.tasks();
    Report.Figures figures =
        new Report.Figures(
            all.size(),
            tasks.size() - all.size(),
            Counting.ends(all),
            Counting.started(all),
            Counting.reruns(all),
            Counting.adopted(all, tally.workerKills()),
            Counting.purged(all),
            elections,
            tally.longestTakeoverMillis(),
            seconds);
    List<String> missed = new ArrayList<>(tally.missed());
    load.refused().forEach(each -> missed.add("not acknowledged: task " + each));
    return new Report(
        options, faults, facilities.lacking(), missed, figures, Checker.check(history));
  }

  /** Ends every process of the drill, and waits for that; idempotent. */
  @Override
  public void close() {
    List<AutoCloseable> closing;
    synchronized (this) {
      closed = true;
      closing = new ArrayList<>(open);
      open.clear();
      if (cluster != null) {
        cluster.all().forEach(Member::leave);
      }
    }
    for (int i = closing.size() - 1; i >= 0; i--) {
      try {
        closing.get(i).close();
      } catch (Exception e) {
        // What it held is killed below.
      }
    }
    killAll();
  }

  /** Tasks too, which outlive their daemons by design. Keepers may leave by themselves. */
  private void killAll() {
    kill(processes::others);
    try {
      Object unused = left(processes::keepers, LEAVE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    kill(processes::keepers);
  }

  /** What starts meanwhile is met again. */
  private static void kill(Supplier<List<Processes.Found>> look) {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LEAVE_MILLIS);
    List<Processes.Found> left = look.get();
    while (!left.isEmpty() && System.nanoTime() < until) {
      for (Processes.Found each : left) {
        ProcessHandle.of(each.pid()).ifPresent(ProcessHandle::destroyForcibly);
      }
      left = look.get();
    }
  }
}
