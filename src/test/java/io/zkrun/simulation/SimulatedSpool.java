package io.zkrun.simulation;

import io.zkrun.core.Bytes;
import io.zkrun.core.ClusterId;
import io.zkrun.core.EndCause;
import io.zkrun.core.FoundRun;
import io.zkrun.core.NotReady;
import io.zkrun.core.OnLost;
import io.zkrun.core.Outcome;
import io.zkrun.core.Output;
import io.zkrun.core.RunEnd;
import io.zkrun.core.RunKey;
import io.zkrun.core.WorkerDecision;
import io.zkrun.worker.Runs;
import io.zkrun.znode.Loop;
import io.zkrun.znode.VirtualTime.VirtualLoop;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A host's spool and its keeper: they run on while the daemon is dead or stopped. A command is a
 * {@link Work}.
 */
final class SimulatedSpool {
  static final long KILL_AFTER_MILLIS = 5_000;
  private static final long LAUNCH_MILLIS = 30;

  private static final NotReady FULL = new NotReady(NotReady.SPOOL_FULL, "the disk is full");

  private final String id;
  private final int slots;
  private final VirtualLoop host;
  private final World world;
  private final Map<RunKey, Entry> entries = new LinkedHashMap<>();
  private int boots;
  private long killAt = Long.MAX_VALUE;
  private Loop.@Nullable Timer keeper;

  /** The daemon's part of it does nothing; this is left to do. */
  private boolean stalled;

  private final List<Runnable> backlog = new ArrayList<>();

  private @Nullable Daemon daemon;

  /** How much later than it is told the daemon's part does anything, and until when that lasts. */
  private long lateMillis;

  private long busyUntil;

  /** How much later than it is told a deadline reaches the keeper. */
  private long deadlineLateMillis;

  /** Which deadline was told last, and which of them the keeper has. */
  private long told;

  private long reached;

  private int failingStarts;
  private boolean full;

  /** What the spool holds of a run; {@code end} is null until its tree is gone. */
  private static final class Entry {
    final WorkerDecision.Start start;
    final Work work;

    /** Whether it has been begun with, so that it has left its intent. */
    boolean begun;

    @Nullable Instant startedAt;
    long startedMillis;
    @Nullable RunEnd end;
    @Nullable Daemon teller;
    @Nullable EndCause cause;

    Entry(WorkerDecision.Start start) {
      this.start = start;
      this.work = Work.of(start.spec());
    }

    boolean isFenced() {
      return start.onLost() != OnLost.HOLD;
    }

    String era() {
      ClusterId tree = start.cluster();
      return tree.czxid() + "." + tree.ctimeMillis() + "/" + start.key().taskCzxid();
    }

    long killAfterMillis() {
      Double asked = start.spec().killAfterSeconds();
      return 1 + (asked == null ? KILL_AFTER_MILLIS : (long) (asked * 1000));
    }
  }

  SimulatedSpool(String id, int slots, VirtualLoop host, World world) {
    this.id = id;
    this.slots = slots;
    this.host = host;
    this.world = world;
  }

  static String outputOf(Work work) {
    return "I am " + work.number() + (work.large() ? ", " + Work.OVERSIZE : "");
  }

  /** The spool as one daemon uses it. */
  Runs forDaemon(Loop loop) {
    busyUntil = 0;
    daemon = new Daemon(loop);
    return daemon;
  }

  // ---- what may happen to it

  /** The daemon was killed: of what it was about to start, some left no more than its intent. */
  void daemonDied() {
    backlog.clear();
    stalled = false;
    if (daemon != null) {
      daemon.dead = true;
    }
    entries.values().removeIf(entry -> !entry.begun);
    for (Entry entry : entries.values()) {
      entry.teller = null;
      if (entry.startedAt == null && entry.end == null && world.chance(2)) {
        finish(entry, lost(entry, "it left no trace"));
      }
    }
  }

  /** Nothing runs any more, and no keeper has a deadline. */
  void rebooted() {
    boots++;
    host.bootedAt(world.time.millis());
    killAt = Long.MAX_VALUE;
    reached = told;
    if (keeper != null) {
      keeper.cancel();
    }
    entries.values().forEach(entry -> finish(entry, lost(entry, "it left no trace")));
  }

  /** From now on the daemon's part starts, ends and tells nothing; it still gives deadlines. */
  void stall() {
    stalled = true;
  }

  void resume() {
    stalled = false;
    List<Runnable> left = List.copyOf(backlog);
    backlog.clear();
    // They come before what is still on its way.
    left.forEach(Runnable::run);
  }

  void late(long millis) {
    lateMillis = millis;
  }

  void lateDeadlines(long millis) {
    deadlineLateMillis = millis;
  }

  void failStarts(int count) {
    failingStarts = count;
  }

  void fill(boolean isFull) {
    full = isFull;
  }

  /** Whether anything runs. */
  boolean isBusy() {
    return entries.values().stream()
        .anyMatch(entry -> entry.startedAt != null && entry.end == null);
  }

  // ---- commands

  private void keep() {
    if (isPast()) {
      entries.values().stream()
          .filter(Entry::isFenced)
          .forEach(entry -> finish(entry, lost(entry, "ended by its keeper")));
    }
  }

  private boolean isPast() {
    return host.bootMillis() >= killAt;
  }

  private RunEnd lost(Entry entry, String reason) {
    return without(entry, Outcome.LOST, reason);
  }

  private RunEnd without(Entry entry, Outcome outcome, String reason) {
    return end(entry, outcome, null, reason, Output.EMPTY);
  }

  private RunEnd end(
      Entry entry, Outcome outcome, @Nullable Integer code, @Nullable String reason, Output out) {
    Instant now = host.now();
    return new RunEnd(
        outcome,
        code,
        null,
        reason,
        entry.startedAt,
        now,
        null,
        now,
        null,
        null,
        out,
        Output.EMPTY);
  }

  private void launch(Entry entry) {
    if (entry.end != null || entry.cause != null) {
      return;
    }
    if (isPast() && entry.isFenced()) {
      // Like the real one, it looks at the deadline just before it begins.
      finish(entry, lost(entry, "the lease was over"));
      return;
    }
    if (full) {
      refuse(entry);
      return;
    }
    if (failingStarts > 0) {
      failingStarts--;
      finish(entry, end(entry, Outcome.SPAWN_FAILED, 127, "no such program", Output.EMPTY));
      return;
    }
    entry.startedAt = host.now();
    entry.startedMillis = host.bootMillis();
    WorkerDecision.Start start = entry.start;
    world.witness.started(
        entry.work,
        entry.era(),
        start.key().assignmentCzxid(),
        start.attempt(),
        world.isNow(start.cluster(), start.key()));
    Daemon teller = entry.teller;
    if (teller != null) {
      teller.tellStarted(entry);
    }
    after(entry.work.millis(), () -> exit(entry));
    Double timeout = start.spec().timeoutSeconds();
    if (timeout != null) {
      after(Math.round(timeout * 1000), () -> overrun(entry));
    }
  }

  /** Nothing of it has started; where no daemon is there to hear that, it has left no trace. */
  private void refuse(Entry entry) {
    Daemon teller = entry.teller;
    if (teller == null) {
      finish(entry, lost(entry, "it left no trace"));
    } else {
      entries.remove(entry.start.key());
      teller.work(
          () -> teller.loop.execute(() -> teller.events().refused(entry.start.key(), FULL)));
    }
  }

  private void exit(Entry entry) {
    if (full) {
      finish(entry, lost(entry, "its end could not be written"));
      return;
    }
    Output output = Output.whole(Bytes.utf8(outputOf(entry.work)));
    finish(entry, end(entry, Outcome.EXITED, entry.work.code(entry.start.attempt()), null, output));
  }

  private void after(long millis, Runnable then) {
    Loop.Timer unused = host.after(millis, then);
  }

  /** Its timeout is over: a daemon, now or later, sees to it. */
  private void overrun(Entry entry) {
    Daemon teller = entry.teller;
    if (teller != null && entry.end == null) {
      teller.work(() -> end(entry, EndCause.TIMEOUT, "timeout"));
    }
  }

  private boolean isOverrun(Entry entry) {
    Double timeout = entry.start.spec().timeoutSeconds();
    return timeout != null
        && entry.startedAt != null
        && host.bootMillis() >= entry.startedMillis + Math.round(timeout * 1000);
  }

  private void end(Entry entry, EndCause cause, String reason) {
    if (entry.cause != null) {
      return;
    }
    entry.cause = cause;
    Outcome outcome =
        switch (cause) {
          case CANCELLED -> Outcome.CANCELLED;
          case TIMEOUT -> Outcome.TIMEOUT;
          case LOST, DROPPED -> Outcome.LOST;
        };
    after(
        world.random.nextLong(entry.killAfterMillis()),
        () -> finish(entry, without(entry, outcome, reason)));
  }

  private void finish(Entry entry, RunEnd end) {
    if (entry.end != null) {
      return;
    }
    entry.end = end;
    world.witness.ended(entry.work, entry.era(), entry.start.attempt(), end.outcome());
    if (entry.teller != null) {
      entry.teller.tellEnded(entry);
    }
  }

  private final class Daemon implements Runs {
    private final Loop loop;
    private @Nullable Events events;
    private boolean dead;

    Daemon(Loop loop) {
      this.loop = loop;
    }

    @Override
    public void listen(Events newEvents) {
      events = newEvents;
    }

    @Override
    public String spoolId() {
      return id;
    }

    @Override
    public String bootId() {
      return "boot " + boots + " of " + host;
    }

    @Override
    public List<FoundRun> found() {
      return entries.entrySet().stream()
          .map(each -> new FoundRun(each.getKey(), each.getValue().start.cluster()))
          .toList();
    }

    /** One after the other. */
    private void work(Runnable part) {
      long delay = Math.max(lateMillis, busyUntil - world.time.millis());
      if (delay > 0) {
        busyUntil = world.time.millis() + delay;
        after(delay, () -> carryOut(part));
      } else {
        carryOut(part);
      }
    }

    private void carryOut(Runnable part) {
      if (stalled && !dead) {
        backlog.add(part);
      } else if (!dead) {
        part.run();
      }
    }

    @Override
    public void start(WorkerDecision.Start start) {
      if (dead) {
        return; // It was killed in the midst of a step.
      }
      Entry entry = new Entry(start);
      entry.teller = this;
      Entry before = entries.put(start.key(), entry);
      Witness.check(before == null, () -> "started a second time under one key: " + start.key());
      long live = entries.values().stream().filter(each -> each.end == null).count();
      Witness.check(live <= slots, () -> id + " has " + slots + " slots and starts " + start);
      work(
          () -> {
            entry.begun = true;
            after(world.random.nextLong(LAUNCH_MILLIS), () -> launch(entry));
          });
    }

    @Override
    public void adopt(RunKey key, @Nullable Double killAfterSeconds) {
      Entry entry = entries.get(key);
      Witness.check(entry != null, () -> "adopts what was not found: " + key);
      entry.teller = this;
      if (entry.startedAt != null) {
        tellStarted(entry);
      }
      if (entry.end != null) {
        tellEnded(entry);
      } else if (isOverrun(entry)) {
        overrun(entry);
      }
    }

    private void tellStarted(Entry entry) {
      Instant at = host.now();
      work(() -> loop.execute(() -> events().started(entry.start.key(), at, 1)));
    }

    private void tellEnded(Entry entry) {
      RunEnd end = entry.end;
      if (end != null) {
        work(() -> loop.execute(() -> events().ended(entry.start.key(), end)));
      }
    }

    private Events events() {
      if (events == null) {
        throw new AssertionError("nobody listens");
      }
      return events;
    }

    @Override
    public void end(RunKey key, EndCause cause, String reason) {
      if (dead) {
        return; // It was killed in the midst of a step.
      }
      work(
          () -> {
            // Like the real one, it looks when it gets to it: it may have been refused meanwhile.
            Entry entry = entries.get(key);
            if (entry != null) {
              SimulatedSpool.this.end(entry, cause, reason);
            }
          });
    }

    @Override
    public void deadline(long termAt, long newKillAt) {
      if (dead) {
        return; // It was killed in the midst of a step.
      }
      long number = ++told;
      long at = world.mutant.killAt(newKillAt);
      if (deadlineLateMillis == 0) {
        reach(number, at);
      } else {
        after(deadlineLateMillis, () -> reach(number, at));
      }
    }

    /** In order, as a file that is written again and again. */
    private void reach(long number, long newKillAt) {
      if (number <= reached) {
        return;
      }
      reached = number;
      killAt = newKillAt;
      if (keeper != null) {
        keeper.cancel();
      }
      keeper = host.after(Math.max(0, killAt - host.bootMillis()), SimulatedSpool.this::keep);
    }

    @Override
    public void probe() {
      work(() -> loop.execute(() -> events().probed(full ? FULL : null)));
    }

    @Override
    public void keepOutputs(RunKey key) {}

    @Override
    public void delivered(RunKey key) {
      if (dead) {
        return; // It was killed in the midst of a step.
      }
      Entry entry = entries.remove(key);
      Witness.check(entry == null || entry.end != null, () -> "delivered while it lives: " + key);
    }
  }
}
