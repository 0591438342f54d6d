package io.zkrun.worker;

import io.zkrun.core.ClusterId;
import io.zkrun.core.EndCause;
import io.zkrun.core.FoundRun;
import io.zkrun.core.NotReady;
import io.zkrun.core.Outcome;
import io.zkrun.core.RunEnd;
import io.zkrun.core.RunKey;
import io.zkrun.core.WorkerDecision;
import io.zkrun.znode.Loop;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A spool whose commands end when the test says so; it outlives the daemons that use it. */
final class FakeRuns implements Runs {
  /** What the spool holds of a run; {@code end} is null while it lives. */
  static final class Entry {
    final ClusterId cluster;
    @Nullable RunEnd end;
    boolean told;

    Entry(ClusterId cluster) {
      this.cluster = cluster;
    }
  }

  final Map<RunKey, Entry> entries = new LinkedHashMap<>();
  final List<String> history = new ArrayList<>();
  boolean obeys = true;

  /** Why it can start nothing; null where it can. */
  @Nullable NotReady trouble;

  long killAt;
  private final String spoolId;
  private Loop loop;
  private @Nullable Events events;

  FakeRuns(String spoolId, Loop loop) {
    this.spoolId = spoolId;
    this.loop = loop;
  }

  /** The daemon died; another will use this spool. */
  void restart(Loop newLoop) {
    loop = newLoop;
    events = null;
    entries.values().forEach(entry -> entry.told = false);
  }

  @Override
  public void listen(Events newEvents) {
    events = newEvents;
  }

  @Override
  public String spoolId() {
    return spoolId;
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
    NotReady why = trouble;
    if (why != null) {
      history.add("refuse " + start.key().task() + "#" + start.attempt());
      loop.execute(
          () -> {
            if (events != null) {
              events.refused(start.key(), why);
            }
          });
      return;
    }
    history.add("start " + start.key().task() + "#" + start.attempt());
    entries.put(start.key(), new Entry(start.cluster()));
    tellStarted(start.key());
  }

  @Override
  public void adopt(RunKey key, @Nullable Double killAfterSeconds) {
    history.add("adopt " + key.task());
    tellStarted(key);
    tellEnded(key);
  }

  private void tellStarted(RunKey key) {
    loop.execute(
        () -> {
          if (events != null) {
            events.started(key, loop.now(), 4711);
          }
        });
  }

  @Override
  public void end(RunKey key, EndCause cause, String reason) {
    history.add("end " + key.task() + " " + cause);
    Entry entry = entries.get(key);
    if (obeys && entry != null && entry.end == null) {
      Outcome outcome = cause == EndCause.CANCELLED ? Outcome.CANCELLED : Outcome.LOST;
      finish(key, RunEnd.without(outcome, "ended", loop.now()));
    }
  }

  /** The command ends by itself. */
  void exit(String task, int code) {
    RunKey key = key(task);
    finish(key, RunEnd.exited(code, loop.now(), loop.now()));
  }

  void finish(RunKey key, RunEnd end) {
    Entry entry = entries.get(key);
    if (entry != null && entry.end == null) {
      entry.end = end;
      tellEnded(key);
    }
  }

  private void tellEnded(RunKey key) {
    loop.execute(
        () -> {
          Entry entry = entries.get(key);
          if (events != null && entry != null && entry.end != null && !entry.told) {
            entry.told = true;
            events.ended(key, entry.end);
          }
        });
  }

  /** The newest run of this task. */
  RunKey key(String task) {
    RunKey found = null;
    for (RunKey key : entries.keySet()) {
      found = key.task().value().equals(task) ? key : found;
    }
    if (found == null) {
      throw new AssertionError("no run of " + task + " in " + entries.keySet());
    }
    return found;
  }

  List<String> alive() {
    return entries.entrySet().stream()
        .filter(each -> each.getValue().end == null)
        .map(each -> each.getKey().task().value())
        .toList();
  }

  @Override
  public void deadline(long termAt, long newKillAt) {
    killAt = newKillAt;
  }

  /** The spool hangs; null: it goes on. */
  void hang(@Nullable String why) {
    loop.execute(
        () -> {
          if (events != null) {
            events.hangs(why);
          }
        });
  }

  @Override
  public void probe() {
    history.add("probe");
    loop.execute(
        () -> {
          if (events != null) {
            events.probed(trouble);
          }
        });
  }

  @Override
  public void keepOutputs(RunKey key) {
    history.add("keep " + key.task());
  }

  @Override
  public void delivered(RunKey key) {
    entries.remove(key);
  }
}
