package io.zkrun.simulation;

import io.zkrun.core.Bytes;
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
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A host's spool and its keeper: they run on while the daemon is dead or stopped. A command is a
 * {@link Work}.
 */
final class SimulatedSpool {
  private static final long KILL_AFTER_MILLIS = 5_000;
  private static final long LAUNCH_MILLIS = 30;

  /** One of so many starts is refused: the disk is full. */
  private static final int REFUSED_OF = 40;

  private static final NotReady FULL = new NotReady(NotReady.SPOOL_FULL, "the disk is full");

  private final String id;
  private final Loop host;
  private final SplittableRandom random;
  private final Witness witness;
  private final Map<RunKey, Entry> entries = new LinkedHashMap<>();
  private long killAt = Long.MAX_VALUE;
  private Loop.@Nullable Timer keeper;

  /** What the spool holds of a run; {@code end} is null until its tree is gone. */
  private static final class Entry {
    final WorkerDecision.Start start;
    final Work work;
    @Nullable Instant startedAt;
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
  }

  SimulatedSpool(String id, Loop host, SplittableRandom random, Witness witness) {
    this.id = id;
    this.host = host;
    this.random = random;
    this.witness = witness;
  }

  static String outputOf(Work work) {
    return "I am " + work.number() + (work.large() ? ", " + Work.OVERSIZE : "");
  }

  /** The spool as one daemon uses it. */
  Runs forDaemon(Loop loop) {
    return new Daemon(loop);
  }

  /** The daemon was killed: of what it was about to start, some left no more than its intent. */
  void daemonDied() {
    for (Entry entry : entries.values()) {
      entry.teller = null;
      if (entry.startedAt == null && entry.end == null && random.nextBoolean()) {
        finish(entry, lost(entry, "it left no trace"));
      }
    }
  }

  /** Whether anything runs. */
  boolean isBusy() {
    return entries.values().stream()
        .anyMatch(entry -> entry.startedAt != null && entry.end == null);
  }

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
    entry.startedAt = host.now();
    witness.started(entry.work);
    Daemon teller = entry.teller;
    if (teller != null) {
      teller.tellStarted(entry);
    }
    Loop.Timer unused =
        host.after(
            entry.work.millis(),
            () ->
                finish(
                    entry,
                    end(
                        entry,
                        Outcome.EXITED,
                        entry.work.code(),
                        null,
                        Output.whole(Bytes.utf8(outputOf(entry.work))))));
  }

  private void finish(Entry entry, RunEnd end) {
    if (entry.end != null) {
      return;
    }
    entry.end = end;
    if (entry.startedAt != null) {
      witness.ended(entry.work, end.outcome() == Outcome.EXITED);
    }
    if (entry.teller != null) {
      entry.teller.tellEnded(entry);
    }
  }

  private final class Daemon implements Runs {
    private final Loop loop;
    private @Nullable Events events;

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
      return "boot of " + host;
    }

    @Override
    public List<FoundRun> found() {
      return entries.entrySet().stream()
          .map(each -> new FoundRun(each.getKey(), each.getValue().start.cluster()))
          .toList();
    }

    @Override
    public void start(WorkerDecision.Start start) {
      Entry entry = new Entry(start);
      entry.teller = this;
      if (random.nextInt(REFUSED_OF) == 0) {
        Loop.Timer unused =
            host.after(
                random.nextLong(LAUNCH_MILLIS),
                () -> loop.execute(() -> events().refused(start.key(), FULL)));
        return;
      }
      Entry before = entries.put(start.key(), entry);
      Witness.check(before == null, () -> "started a second time under one key: " + start.key());
      Loop.Timer unused = host.after(random.nextLong(LAUNCH_MILLIS), () -> launch(entry));
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
      }
    }

    private void tellStarted(Entry entry) {
      loop.execute(() -> events().started(entry.start.key(), host.now(), 1));
    }

    private void tellEnded(Entry entry) {
      RunEnd end = entry.end;
      if (end != null) {
        loop.execute(() -> events().ended(entry.start.key(), end));
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
      Entry entry = entries.get(key);
      if (entry == null || entry.cause != null) {
        return;
      }
      entry.cause = cause;
      Outcome outcome = cause == EndCause.CANCELLED ? Outcome.CANCELLED : Outcome.LOST;
      Loop.Timer unused =
          host.after(
              random.nextLong(KILL_AFTER_MILLIS),
              () -> finish(entry, without(entry, outcome, reason)));
    }

    @Override
    public void deadline(long termAt, long newKillAt) {
      killAt = newKillAt;
      if (keeper != null) {
        keeper.cancel();
      }
      keeper = host.after(Math.max(0, killAt - host.bootMillis()), SimulatedSpool.this::keep);
    }

    @Override
    public void probe() {
      NotReady why = random.nextInt(3) == 0 ? FULL : null;
      Loop.Timer unused =
          host.after(
              random.nextLong(LAUNCH_MILLIS), () -> loop.execute(() -> events().probed(why)));
    }

    @Override
    public void delivered(RunKey key) {
      Entry entry = entries.remove(key);
      Witness.check(entry == null || entry.end != null, () -> "delivered while it lives: " + key);
    }
  }
}
