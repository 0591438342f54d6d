package io.zkrun.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.core.OnLost;
import io.zkrun.core.Outcome;
import io.zkrun.core.Output;
import io.zkrun.core.Result;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A history of one task each, that keeps every promise but one. */
class CheckerTest {
  private static final String ID = "task-0000000001";

  private final List<Event> events = new ArrayList<>();
  private final List<Result> attempts = new ArrayList<>();
  private final List<Tally.Silence> silences = new ArrayList<>();
  private OnLost onLost = OnLost.RERUN;
  private int exitCode;
  private boolean released;
  private Result first;
  private Result last;

  // ---- what happens

  private CheckerTest wrote(Event.Kind kind, int attempt, long at) {
    events.add(new Event(kind, ID, attempt, 100 + attempt, 1_000 + attempt, at));
    return this;
  }

  private CheckerTest ran(int attempt, long from, long to) {
    return wrote(Event.Kind.START, attempt, from).wrote(Event.Kind.END, attempt, to);
  }

  /** Killed somewhere after its last beat. */
  private CheckerTest died(int attempt, long from, long lastBeat) {
    return wrote(Event.Kind.START, attempt, from).wrote(Event.Kind.BEAT, attempt, lastBeat);
  }

  private static Result result(Result.State state, Outcome outcome, Integer code, int attempt) {
    return new Result(
        state,
        outcome,
        code,
        null,
        null,
        "worker-1",
        attempt,
        null,
        null,
        null,
        null,
        null,
        null,
        Output.EMPTY,
        Output.EMPTY);
  }

  private static Result done(int attempt) {
    return result(Result.State.DONE, Outcome.EXITED, 0, attempt);
  }

  private static Result lost(int attempt) {
    return result(Result.State.FAILED, Outcome.LOST, null, attempt);
  }

  private CheckerTest ended(Result result) {
    first = result;
    last = result;
    return this;
  }

  private CheckerTest lostBefore(int attempt) {
    attempts.add(lost(attempt));
    return this;
  }

  private List<Violation> check() {
    PlannedTask planned = new PlannedTask(1, 0, 1_000, onLost, exitCode, false, false);
    TaskHistory task =
        new TaskHistory(ID, planned, first, attempts, last, "pending", released, events);
    return check(List.of(task), List.of(), List.of(), List.of(), List.of(), List.of());
  }

  private List<Violation> check(
      List<TaskHistory> tasks,
      List<String> twice,
      List<String> unreadable,
      List<String> fallen,
      List<String> ofTasks,
      List<String> ofDaemons) {
    return Checker.check(
        new History(tasks, silences, twice, unreadable, fallen, ofTasks, ofDaemons));
  }

  private void assertBroken(Promise promise, String... says) {
    assertThat(check())
        .singleElement()
        .satisfies(
            violation -> {
              assertThat(violation.promise()).isEqualTo(promise);
              assertThat(violation.what()).contains(ID).contains(says);
            });
  }

  private void assertKept() {
    assertThat(check()).isEmpty();
  }

  // ---- kept

  @Test
  void aTaskThatRanOnce() {
    ran(1, 10, 20).ended(done(1)).assertKept();
  }

  @Test
  void aTaskThatFailedByItself() {
    exitCode = 3;
    ran(1, 10, 20).ended(result(Result.State.FAILED, Outcome.EXITED, 3, 1)).assertKept();
  }

  @Test
  void aTaskThatRanAgainOnceItsLostAttemptWasDead() {
    died(1, 10, 50).ran(2, 51, 60).lostBefore(1).ended(done(2)).assertKept();
  }

  @Test
  void aLostAttemptThatNeverBegan() {
    ran(2, 51, 60).lostBefore(1).ended(done(2)).assertKept();
  }

  /** Nobody was there to hear that it had come to its end. */
  @Test
  void aLostAttemptThatCameToItsEnd() {
    ran(1, 10, 50).ran(2, 60, 70).lostBefore(1).ended(done(2)).assertKept();
  }

  @Test
  void aFailTaskThatWasLost() {
    onLost = OnLost.FAIL;
    died(1, 10, 50).ended(lost(1)).assertKept();
  }

  @Test
  void aHeldTaskThatAPersonFailed() {
    onLost = OnLost.HOLD;
    released = true;
    ran(1, 10, 50).ended(lost(1)).assertKept();
  }

  @Test
  void aTaskThatWasLostAsOftenAsItMay() {
    for (int attempt = 1; attempt < Timing.LOST_LIMIT; attempt++) {
      lostBefore(attempt);
    }
    ended(lost(Timing.LOST_LIMIT)).assertKept();
  }

  private CheckerTest silent(String worker, long at) {
    silences.add(new Tally.Silence(worker, at));
    return this;
  }

  @Test
  void anAttemptThatDiedByTheLease() {
    silent("worker-1", 20).died(1, 10, 1_015).ran(2, 1_800, 1_900);
    lostBefore(1).ended(done(2)).assertKept();
  }

  @Test
  void anAttemptThatBeganWhenItsWorkerWasBack() {
    silent("worker-1", 20).ran(1, 1_300, 2_500).ended(done(1)).assertKept();
  }

  @Test
  void aHeldTaskThatRanOnWithoutItsWorker() {
    onLost = OnLost.HOLD;
    silent("worker-1", 20).ran(1, 10, 3_000).ended(done(1)).assertKept();
  }

  // ---- broken

  @ParameterizedTest
  @EnumSource(
      value = OnLost.class,
      names = {"RERUN", "FAIL"})
  void anAttemptThatOutlivedItsWorkersLease(OnLost kind) {
    onLost = kind;
    silent("worker-2", 10).silent("worker-1", 20).ran(1, 10, 1_500).ended(lost(1));
    if (kind == OnLost.RERUN) {
      attempts.add(last);
      ran(2, 1_600, 1_700).ended(done(2));
    }
    assertBroken(Promise.LEASED, "attempt 1", "14800 ms after worker-1", "10000 ms");
  }

  @Test
  void noStatus() {
    died(1, 10, 20).lostBefore(1).assertBroken(Promise.ENDED, "pending");
  }

  @Test
  void aStatusThatTheClientWasNeverTold() {
    ran(1, 10, 20).ended(done(1));
    first = null;
    assertBroken(Promise.ENDED, "never told");
  }

  @Test
  void aStatusThatChanged() {
    died(1, 5, 6).ran(2, 10, 20).lostBefore(1).ended(done(2));
    first = lost(1);
    assertBroken(Promise.ONE_STATUS, "lost", "done");
  }

  @Test
  void anAttemptThatNoRecordTellsOf() {
    died(1, 10, 20).ran(2, 21, 30).ended(done(2)).assertBroken(Promise.KNOWN, "attempt 1");
  }

  @Test
  void anAttemptThatWasStartedTwice() {
    ran(1, 10, 20).ended(done(1));
    events.add(new Event(Event.Kind.START, ID, 1, 150, 2_000, 30));
    assertBroken(Promise.KNOWN, "attempt 1", "fence 150");
  }

  @Test
  void anOlderFenceAfterANewerOne() {
    ran(1, 10, 20).lostBefore(1).ended(done(2));
    events.add(new Event(Event.Kind.START, ID, 2, 50, 2_000, 30));
    events.add(new Event(Event.Kind.END, ID, 2, 50, 2_000, 31));
    assertBroken(Promise.FENCE_GROWS, "fence 50", "fence 101");
  }

  @Test
  void exitedWithoutAStart() {
    ended(done(1)).assertBroken(Promise.TRUE, "never started");
  }

  @Test
  void exitedWithoutAnEnd() {
    died(1, 10, 20).ended(done(1)).assertBroken(Promise.TRUE, "did not come to its end");
  }

  @Test
  void anotherExitCode() {
    exitCode = 3;
    ran(1, 10, 20)
        .ended(result(Result.State.FAILED, Outcome.EXITED, 1, 1))
        .assertBroken(Promise.TRUE, "exit code 1", "3");
  }

  @Test
  void doneThoughItFailed() {
    exitCode = 3;
    ran(1, 10, 20)
        .ended(result(Result.State.DONE, Outcome.EXITED, 3, 1))
        .assertBroken(Promise.TRUE, "done");
  }

  @ParameterizedTest
  @EnumSource(
      value = Outcome.class,
      names = {"EXITED", "LOST"},
      mode = EnumSource.Mode.EXCLUDE)
  void anOutcomeThatItCannotHave(Outcome outcome) {
    ran(1, 10, 20)
        .ended(result(Result.State.FAILED, outcome, null, 1))
        .assertBroken(Promise.TRUE, outcome.json());
  }

  @Test
  void lostWithoutNeed() {
    died(1, 10, 20).ended(lost(1)).assertBroken(Promise.LOST_FOR_A_REASON, "rerun");
  }

  @Test
  void heldAndLostThoughNobodyDecidedSo() {
    onLost = OnLost.HOLD;
    ran(1, 10, 20).ended(lost(1)).assertBroken(Promise.LOST_FOR_A_REASON, "hold");
  }

  @Test
  void aBeatAfterTheNextAttemptsStart() {
    died(1, 10, 52)
        .ran(2, 51, 60)
        .lostBefore(1)
        .ended(done(2))
        .assertBroken(Promise.RERUN_ALONE, "attempt 1", "10 ms after attempt 2");
  }

  @Test
  void anAttemptThatBeganWhileAnEarlierOneStillRanButOne() {
    died(1, 10, 90).died(2, 20, 30).ran(3, 60, 70).lostBefore(1).lostBefore(2).ended(done(3));
    assertThat(check())
        .extracting(Violation::promise)
        .containsExactly(Promise.RERUN_ALONE, Promise.RERUN_ALONE);
  }

  @Test
  void aHeldTaskRunsAloneToo() {
    onLost = OnLost.HOLD;
    released = true;
    died(1, 10, 70)
        .ran(2, 51, 60)
        .lostBefore(1)
        .ended(done(2))
        .assertBroken(Promise.RERUN_ALONE, "hold");
  }

  @Test
  void aFailTaskThatStartedTwice() {
    onLost = OnLost.FAIL;
    died(1, 10, 20)
        .ran(2, 51, 60)
        .lostBefore(1)
        .ended(done(2))
        .assertBroken(Promise.FAIL_ONCE, "2 times", "attempt 1", "attempt 2");
  }

  @Test
  void whatIsLeftAndWhatFell() {
    List<Violation> violations =
        check(List.of(), List.of("a"), List.of("b"), List.of("c"), List.of("d"), List.of("e"));
    assertThat(violations)
        .extracting(Violation::promise)
        .containsExactly(
            Promise.ONE_TASK, Promise.KNOWN, Promise.STEADY, Promise.NOTHING_LEFT, Promise.CLEAN);
  }
}
