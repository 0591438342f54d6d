package io.zkrun.simulation;

import io.zkrun.core.EndCause;
import io.zkrun.core.FoundRun;
import io.zkrun.core.OnLost;
import io.zkrun.core.Outcome;
import io.zkrun.core.RunEnd;
import io.zkrun.core.RunKey;
import io.zkrun.core.WorkerDecision;
import io.zkrun.worker.Runs;
import io.zkrun.znode.Loop;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A host's spool and its keeper: they run on while the daemon is dead or stopped. A command is
 * {@code MILLIS CODE}: it lives so long and exits so.
 */
final class SimulatedSpool {
  private static final long KEEPER_MILLIS = 100;
  private static final long KILL_AFTER_MILLIS = 5_000;

  private final String id;
  private final Loop host;
  private final Random random;
  private final Witness witness;
  private final Map<RunKey, Entry> entries = new LinkedHashMap<>();
  private long killAt = Long.MAX_VALUE;

  /** What the spool holds of a run; {@code end} is null while it lives. */
  private static final class Entry {
    final String cluster;
    final OnLost onLost;
    @Nullable RunEnd end;
    @Nullable Daemon teller;

    Entry(String cluster, OnLost onLost) {
      this.cluster = cluster;
      this.onLost = onLost;
    }
  }

  SimulatedSpool(String id, Loop host, Random random, Witness witness) {
    this.id = id;
    this.host = host;
    this.random = random;
    this.witness = witness;
    host.after(KEEPER_MILLIS, this::keep);
  }

  /** The spool as one daemon uses it. */
  Runs forDaemon(Loop loop) {
    return new Daemon(loop);
  }

  private void keep() {
    if (isPast()) {
      entries.forEach(
          (key, entry) -> {
            if (entry.onLost != OnLost.HOLD) {
              finish(key, lost("ended by its keeper"));
            }
          });
    }
    host.after(KEEPER_MILLIS, this::keep);
  }

  private boolean isPast() {
    return host.bootMillis() >= killAt;
  }

  private RunEnd lost(String reason) {
    return RunEnd.without(Outcome.LOST, reason, host.now());
  }

  private void finish(RunKey key, RunEnd end) {
    Entry entry = entries.get(key);
    if (entry != null && entry.end == null) {
      entry.end = end;
      witness.ended(key.task());
      if (entry.teller != null) {
        entry.teller.tell(key, end);
      }
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
      return "boot";
    }

    @Override
    public List<FoundRun> found() {
      return entries.entrySet().stream()
          .map(each -> new FoundRun(each.getKey(), each.getValue().cluster))
          .toList();
    }

    @Override
    public void start(WorkerDecision.Start start) {
      RunKey key = start.key();
      Entry entry = new Entry(start.cluster(), start.onLost());
      entry.teller = this;
      entries.put(key, entry);
      if (isPast() && start.onLost() != OnLost.HOLD) {
        entry.end = lost("the lease was over");
        tell(key, entry.end);
        return;
      }
      witness.started(key.task(), start.onLost());
      post(() -> events().started(key, host.now(), 1));
      String[] words = start.spec().command().toString().split("[^0-9]+", -1);
      long millis = Long.parseLong(words[1]);
      int code = Integer.parseInt(words[2]);
      host.after(millis, () -> finish(key, RunEnd.exited(code, host.now(), host.now())));
    }

    @Override
    public void adopt(RunKey key) {
      Entry entry = entries.get(key);
      if (entry == null) {
        throw new AssertionError("adopts what was not found: " + key);
      }
      entry.teller = this;
      post(() -> events().started(key, host.now(), 1));
      if (entry.end != null) {
        tell(key, entry.end);
      }
    }

    private void tell(RunKey key, RunEnd end) {
      post(() -> events().ended(key, end));
    }

    private void post(Runnable task) {
      loop.execute(task);
    }

    private Events events() {
      if (events == null) {
        throw new AssertionError("nobody listens");
      }
      return events;
    }

    @Override
    public void end(RunKey key, EndCause cause, String reason) {
      long millis = random.nextLong(KILL_AFTER_MILLIS);
      host.after(
          millis,
          () ->
              finish(
                  key,
                  RunEnd.without(
                      cause == EndCause.CANCELLED ? Outcome.CANCELLED : Outcome.LOST,
                      reason,
                      host.now())));
    }

    @Override
    public void deadline(long termAt, long newKillAt) {
      killAt = newKillAt;
    }

    @Override
    public void delivered(RunKey key) {
      Entry entry = entries.remove(key);
      if (entry != null && entry.end == null) {
        throw new AssertionError("delivered while it lives: " + key);
      }
    }
  }
}
