package io.zkrun.verify;

import io.zkrun.verify.Deposal.Deposed;
import io.zkrun.verify.Leadership.Deletion;
import io.zkrun.verify.Leadership.Leader;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Does what the plan says, and undoes it: each fault ends by itself. Faults of masters come one
 * after the other, and so do those of servers, so that never more than one server is missing;
 * workers are hit at the same time.
 */
final class Strikes {
  private static final long PATIENCE_MILLIS = 60_000;

  /** All workers but one may be down for as long as faults before it last. */
  private static final long WORKER_MILLIS = 900_000;

  private static final long TAKEOVER_MILLIS = 60_000;
  private static final long PROGRESS_MILLIS = 20_000;
  private static final long READY_MILLIS = 20_000;
  private static final long DEPOSE_SECONDS = 5;
  private static final Polling LOOKING = new Polling(50);

  private final Cluster cluster;
  private final Leadership leadership;
  private final @Nullable Network network;
  private final Load load;
  private final Tally tally;
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final ExecutorService ofMasters = Executors.newSingleThreadExecutor();
  private final ExecutorService ofServers = Executors.newSingleThreadExecutor();
  private final ExecutorService ofWorkers = Executors.newCachedThreadPool();
  private final AtomicInteger pending = new AtomicInteger();

  /** Once nobody has taken over, none of the next ones is waited for. */
  private volatile boolean leaderless;

  /**
   * @param network null where nobody can be cut off
   * @param load between two faults some of it must get done
   */
  Strikes(
      Cluster cluster, Leadership leadership, @Nullable Network network, Load load, Tally tally) {
    this.load = load;
    this.cluster = cluster;
    this.leadership = leadership;
    this.network = network;
    this.tally = tally;
  }

  /** Returns at once; the drill begins now. */
  void begin(List<Fault> plan) {
    pending.set(plan.size());
    for (Fault fault : plan) {
      var unused =
          clock.schedule(
              () -> lane(fault.kind()).execute(() -> strike(fault)),
              fault.atMillis(),
              TimeUnit.MILLISECONDS);
    }
    clock.shutdown();
  }

  private ExecutorService lane(FaultKind kind) {
    return switch (kind) {
      case WORKER_KILLED, WORKER_STALLED, WORKER_CUT_OFF, SPOOL_FILLED -> ofWorkers;
      case MASTER_KILLED, MASTER_STALLED, MASTER_DELETED, MASTER_CUT_OFF -> ofMasters;
      case SERVER_KILLED, SERVER_CUT_OFF, SERVER_DISK_SLOW -> ofServers;
    };
  }

  /** Whether all are done and over. */
  boolean areOver() {
    return pending.get() == 0;
  }

  /** Does no more. */
  void stop() {
    clock.shutdownNow();
    List.of(ofMasters, ofServers, ofWorkers).forEach(ExecutorService::shutdownNow);
  }

  private void strike(Fault fault) {
    try {
      String failed =
          switch (fault.kind()) {
            case WORKER_KILLED, WORKER_STALLED, WORKER_CUT_OFF, SPOOL_FILLED -> worker(fault);
            case MASTER_KILLED, MASTER_STALLED, MASTER_DELETED, MASTER_CUT_OFF -> master(fault);
            case SERVER_KILLED, SERVER_CUT_OFF, SERVER_DISK_SLOW -> server(fault);
          };
      if (failed == null) {
        tally.done(fault.kind());
      } else {
        tally.missed(fault.kind(), failed);
      }
    } catch (IOException | RejectedExecutionException e) {
      tally.missed(fault.kind(), String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      pending.decrementAndGet();
    }
  }

  /** What never gets to work shows nothing: on a slow machine faults wait for that. */
  private void awaitProgress() throws InterruptedException {
    load.awaitMoreEnds(PROGRESS_MILLIS);
  }

  // ---- workers

  private @Nullable String worker(Fault fault) throws IOException, InterruptedException {
    awaitProgress();
    Member worker = LOOKING.first(WORKER_MILLIS, () -> cluster.takeWorker(fault.pick()));
    if (worker == null) {
      return "no worker could be hit within " + WORKER_MILLIS / 1000 + " s";
    }
    Instant from = Instant.now();
    try {
      switch (fault.kind()) {
        case SPOOL_FILLED -> fill(worker, fault.holdMillis());
        case WORKER_STALLED -> {
          long at = stall(worker, fault.holdMillis());
          tally.silent(new Tally.Silence(worker.name(), at));
        }
        case WORKER_CUT_OFF -> {
          long at = cut(worker, fault.holdMillis());
          tally.silent(new Tally.Silence(worker.name(), at));
        }
        default -> kill(worker, fault);
      }
    } finally {
      boolean isGone = fault.comeback() == Fault.Comeback.NEVER;
      Instant to = isGone ? Tally.Hit.NEVER : Instant.now();
      tally.hit(new Tally.Hit(worker.name(), fault.kind(), from, to));
      worker.giveBack();
    }
    return null;
  }

  /** Takes all the space that is left on the disk of its spool, for a while. */
  private void fill(Member worker, long millis) throws IOException, InterruptedException {
    Disks.Filler filler = cluster.fillSpool(worker);
    try {
      Thread.sleep(millis);
    } finally {
      filler.remove();
    }
  }

  private void kill(Member worker, Fault fault) throws IOException, InterruptedException {
    tally.killed(new Tally.WorkerKill(worker.name(), Uptime.now()));
    worker.kill();
    long from = Uptime.now();
    Member next = fault.comeback() == Fault.Comeback.NEVER ? cluster.replace(worker) : worker;
    try {
      try {
        Thread.sleep(fault.holdMillis());
        if (fault.comeback() != Fault.Comeback.AT_ONCE) {
          tally.silent(new Tally.Silence(worker.name(), from));
        }
      } finally {
        next.start();
      }
      next.awaitReady(READY_MILLIS);
    } finally {
      if (next != worker) {
        next.giveBack();
      }
    }
  }

  // ---- what lasts a while

  /** Returns from when on it stood still, in hundredths of a second since boot. */
  private static long stall(Member member, long millis) throws IOException, InterruptedException {
    member.pause();
    long from = Uptime.now();
    try {
      Thread.sleep(millis);
    } finally {
      member.resume();
    }
    return from;
  }

  /** Returns from when on nobody heard it, in hundredths of a second since boot. */
  private long cut(Member member, long millis) throws IOException, InterruptedException {
    cut(member);
    long from = Uptime.now();
    try {
      Thread.sleep(millis);
    } finally {
      heal(member);
    }
    return from;
  }

  private void cut(Member member) throws IOException, InterruptedException {
    if (network != null) {
      network.cut(member.host());
    }
  }

  private void heal(Member member) throws IOException, InterruptedException {
    if (network != null) {
      network.heal(member.host());
    }
  }

  // ---- masters

  private @Nullable String master(Fault fault) throws IOException, InterruptedException {
    awaitProgress();
    AtWork found = leaderless ? null : LOOKING.first(PATIENCE_MILLIS, this::atWork);
    if (found == null) {
      leaderless = true;
      return "no master led within " + PATIENCE_MILLIS / 1000 + " s";
    }
    Deposed deposed = depose(fault.kind(), found);
    if (deposed == null) {
      return "/master could not be deleted within " + PATIENCE_MILLIS / 1000 + " s";
    }
    Leader next;
    try {
      next = leadership.awaitAfter(deposed.leader().epoch(), TAKEOVER_MILLIS);
      tally.takeover(TimeUnit.NANOSECONDS.toMillis(LOOKING.nanos() - deposed.beganNanos()));
      Thread.sleep(fault.holdMillis());
    } finally {
      restore(fault.kind(), found.master());
    }
    leaderless |= next == null;
    return next == null ? "nobody took over within " + TAKEOVER_MILLIS / 1000 + " s" : null;
  }

  /** Who leads, and the daemon that does. */
  private record AtWork(Leader leader, Member master) {}

  /** Once it has read the tree: one that was never at work is no loss. */
  private @Nullable AtWork atWork() throws IOException {
    Leader leader = leadership.leader();
    for (Member each : cluster.masters()) {
      if (leader.pid() != 0
          && each.pid() == leader.pid()
          && each.hasLogged("leads at " + cluster.connect() + " in epoch " + leader.epoch())) {
        return new AtWork(leader, each);
      }
    }
    return null;
  }

  /** Null where it could not be done. */
  private @Nullable Deposed depose(FaultKind kind, AtWork found)
      throws IOException, InterruptedException {
    Deposed deposed = new Deposed(found.leader(), LOOKING.nanos());
    Member master = found.master();
    switch (kind) {
      case MASTER_STALLED -> master.pause();
      case MASTER_CUT_OFF -> cut(master);
      case MASTER_DELETED -> {
        return new Deposal(new ElectedSeat(), LOOKING).await(PATIENCE_MILLIS);
      }
      default -> {
        master.kill();
        master.start();
      }
    }
    return deposed;
  }

  /** The one that masters of the drill are elected to. */
  private final class ElectedSeat implements Deposal.Seat {
    @Override
    public @Nullable Leader atWork() throws IOException {
      AtWork found = Strikes.this.atWork();
      return found == null ? null : found.leader();
    }

    @Override
    public Deletion delete(Leader leader) throws InterruptedException {
      try {
        return leadership.depose(leader).get(DEPOSE_SECONDS, TimeUnit.SECONDS);
      } catch (ExecutionException | TimeoutException e) {
        return Deletion.UNKNOWN;
      }
    }

    @Override
    public @Nullable Leader awaitAfter(int epoch, long millis) throws InterruptedException {
      return leadership.awaitAfter(epoch, millis);
    }
  }

  private void restore(FaultKind kind, Member master) throws IOException, InterruptedException {
    if (kind == FaultKind.MASTER_STALLED) {
      master.resume();
    } else if (kind == FaultKind.MASTER_CUT_OFF) {
      heal(master);
    }
  }

  // ---- servers

  private @Nullable String server(Fault fault) throws IOException, InterruptedException {
    List<Member> serving = awaitAllServe();
    if (serving.size() < cluster.servers().size()) {
      return "not all servers served within " + PATIENCE_MILLIS / 1000 + " s";
    }
    // Every other time the leader, which the others then must replace.
    Member server =
        fault.pick() % 2 == 0 ? serving.get(0) : Cluster.rotated(serving, fault.pick()).get(0);
    if (fault.kind() == FaultKind.SERVER_CUT_OFF) {
      long unused = cut(server, fault.holdMillis());
    } else if (fault.kind() == FaultKind.SERVER_DISK_SLOW) {
      Tracer.slowDisk(server.pid(), fault.holdMillis(), cluster.dir());
    } else {
      server.kill();
      try {
        Thread.sleep(fault.holdMillis());
      } finally {
        server.start();
      }
    }
    List<Member> again = awaitAllServe();
    return again.size() < cluster.servers().size()
        ? server.name() + " did not serve again within " + PATIENCE_MILLIS / 1000 + " s"
        : null;
  }

  /** Those that serve once all do, or patience is over. */
  private List<Member> awaitAllServe() throws InterruptedException {
    List<Member> all =
        LOOKING.first(
            PATIENCE_MILLIS,
            () -> {
              List<Member> serving = cluster.leaderFirst();
              return serving.size() == cluster.servers().size() ? serving : null;
            });
    return all == null ? cluster.leaderFirst() : all;
  }
}
