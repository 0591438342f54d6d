package io.zkrun.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.core.MasterEvent.AttemptRecord;
import io.zkrun.core.MasterEvent.TaskChildren;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A scheduler with a clock, whose every decision has to be mentioned by the test. */
final class SchedulerFixture {
  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  static final SchedulerOptions OPTIONS =
      new SchedulerOptions(
          15_000,
          5,
          OnLost.RERUN,
          new SchedulerOptions.Retention(600_000, 86_400_000, 3, 1_000_000));

  private Scheduler scheduler = new Scheduler(OPTIONS);
  private final List<MasterDecision> decided = new ArrayList<>();
  private long millis;
  private long nextCzxid = 100;

  /** Of what is recorded and changed; beyond those of the tasks. */
  private long latestZxid = 500;

  static TaskId id(int number) {
    return new TaskId(String.format("task-%010d", number));
  }

  static TaskSpec spec() {
    return TaskSpec.of(Command.shell("true"));
  }

  SchedulerFixture see(MasterEvent event) {
    decided.addAll(scheduler.on(event, new Now(1_000_000 + millis, START.plusMillis(millis))));
    return this;
  }

  /** The tree is going to be read anew; what was under way is not answered any more. */
  SchedulerFixture reread() {
    scheduler = scheduler.successor();
    return this;
  }

  int queued() {
    return scheduler.queued();
  }

  SchedulerFixture loaded() {
    return see(new MasterEvent.Loaded());
  }

  /** What was written just now shows what time it is at ZooKeeper. */
  SchedulerFixture timeSeen(long zxid) {
    return see(new MasterEvent.TimeSeen(zxid, START.plusMillis(millis), 1_000_000 + millis));
  }

  SchedulerFixture worker(String name, int slots) {
    return worker(name, slots, Map.of());
  }

  SchedulerFixture worker(String name, int slots, Map<String, String> labels) {
    see(new MasterEvent.IncarnationSeen(name, 1, new Incarnation(13, "spool")));
    return see(
        new MasterEvent.WorkerSeen(
            name, new WorkerInfo(name, 1, slots, labels, "spool", "boot", "1")));
  }

  SchedulerFixture task(int number, TaskSpec spec) {
    return task(number, spec, TaskChildren.NONE);
  }

  SchedulerFixture task(int number, TaskSpec spec, TaskChildren children) {
    return see(
        new MasterEvent.TaskSeen(
            id(number), nextCzxid++, START.plusMillis(millis), spec, null, children, 0));
  }

  /** It is read, and is the same as before where the czxid is the same. */
  SchedulerFixture task(int number, TaskSpec spec, long czxid, TaskChildren children) {
    return see(new MasterEvent.TaskSeen(id(number), czxid, START, spec, null, children, 0));
  }

  SchedulerFixture assigned(String worker, int number, Assignment data) {
    return assigned(worker, number, nextCzxid++, data);
  }

  SchedulerFixture assigned(String worker, int number, long czxid, Assignment data) {
    latestZxid = Math.max(latestZxid, czxid);
    return assigned(worker, number, czxid, ++latestZxid, data);
  }

  /** It was created by the one transaction and changed last by the other. */
  SchedulerFixture assigned(String worker, int number, long czxid, long mzxid, Assignment data) {
    return see(new MasterEvent.AssignmentSeen(worker, id(number), czxid, mzxid, 7, data));
  }

  SchedulerFixture released(int number, int attempt, OnLost as, long zxid) {
    return see(new MasterEvent.ReleaseSeen(id(number), attempt, new MasterEvent.Release(as, zxid)));
  }

  SchedulerFixture attempt(int number, int attempt, Outcome outcome) {
    see(new MasterEvent.AttemptAppeared(id(number), attempt));
    return see(
        new MasterEvent.AttemptRead(
            id(number),
            attempt,
            new AttemptRecord(outcome, true, null, START.plusMillis(millis), ++latestZxid, 0)));
  }

  SchedulerFixture gone(String worker, int number) {
    return see(new MasterEvent.AssignmentGone(worker, id(number)));
  }

  /** Lets time pass in steps of a tenth of a second, ticking. */
  SchedulerFixture pass(long passedMillis) {
    for (long end = millis + passedMillis; millis < end; ) {
      millis = Math.min(end, millis + 100);
      see(new MasterEvent.Tick());
    }
    return this;
  }

  /** Lets time pass, ticking only when the scheduler asks for it, and says how often that was. */
  int ticksWithin(long passedMillis) {
    int ticks = 0;
    for (long end = millis + passedMillis; scheduler.nextTickMillis() - 1_000_000 <= end; ticks++) {
      millis = scheduler.nextTickMillis() - 1_000_000;
      see(new MasterEvent.Tick());
    }
    return ticks;
  }

  /** The only decision, which is carried out: its fate has been seen in the tree. */
  SchedulerFixture expectCarried(MasterDecision expected) {
    expect(expected);
    return see(new MasterEvent.Carried(expected));
  }

  SchedulerFixture expect(MasterDecision... expected) {
    assertThat(decided).containsExactly(expected);
    decided.clear();
    return this;
  }

  /** The only decision, of this kind. */
  <T extends MasterDecision> T take(Class<T> kind) {
    assertThat(decided).hasSize(1);
    return kind.cast(decided.remove(0));
  }

  /** All that was decided since. */
  List<MasterDecision> takeAll() {
    List<MasterDecision> all = List.copyOf(decided);
    decided.clear();
    return all;
  }

  SchedulerFixture expectNothing() {
    return expect();
  }

  /** Of a task that was seen with this czxid. */
  static MasterDecision.Purge purge(int number, long czxid) {
    return new MasterDecision.Purge(id(number), czxid);
  }

  static MasterDecision.Assign assign(int number, String worker, int attempt) {
    return new MasterDecision.Assign(id(number), worker, attempt);
  }
}
