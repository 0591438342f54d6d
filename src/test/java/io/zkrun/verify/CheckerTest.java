package io.zkrun.verify;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.core.Bytes;
import io.zkrun.core.OnLost;
import io.zkrun.core.Outcome;
import io.zkrun.core.Output;
import io.zkrun.core.Result;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A history of one task each, that keeps every promise but one. */
class CheckerTest {
  private static final String ID = "task-0000000001";
  private static final Instant STARTED = Instant.parse("2026-01-01T00:00:00Z");

  private final List<Event> events = new ArrayList<>();
  private final List<Result> attempts = new ArrayList<>();
  private final List<Tally.Silence> silences = new ArrayList<>();
  private final List<Tally.Hit> hits = new ArrayList<>();
  private OnLost onLost = OnLost.RERUN;
  private int exitCode;
  private boolean released;
  private boolean cancelled;
  private boolean purged;
  private int lines;
  private long timeoutMillis;
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
    boolean exited = outcome == Outcome.EXITED;
    return new Result(
        state,
        outcome,
        code,
        null,
        null,
        "worker-1",
        attempt,
        null,
        STARTED,
        STARTED.plusSeconds(2),
        2.0,
        null,
        null,
        exited ? Output.whole(Bytes.utf8("task 1\nend 1\n")) : Output.EMPTY,
        exited ? Output.whole(Bytes.utf8("attempt " + attempt + "\n")) : Output.EMPTY);
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
    return hit("worker-1", FaultKind.WORKER_KILLED, 1, 2);
  }

  private CheckerTest lostAtLast(int attempt) {
    return ended(lost(attempt)).hit("worker-1", FaultKind.WORKER_KILLED, 1, 2);
  }

  /** From and to so many seconds after its first attempt's start. */
  private CheckerTest hit(String worker, FaultKind kind, long from, long to) {
    hits.add(new Tally.Hit(worker, kind, STARTED.plusSeconds(from), STARTED.plusSeconds(to)));
    return this;
  }

  private CheckerTest printed(String stdout) {
    last = requireNonNull(last).withOutputs(Output.whole(Bytes.utf8(stdout)), last.stderr());
    first = last;
    return this;
  }

  /** The status holds a part alone. */
  private CheckerTest printedInPart(String kept, long bytes) {
    last =
        requireNonNull(last)
            .withOutputs(new Output(Bytes.utf8(kept), bytes, true, "/spool/stdout"), last.stderr());
    first = last;
    return this;
  }

  private List<Violation> check() {
    TaskHistory task =
        new TaskHistory(
            ID, planned(), first, attempts, last, "pending", released, cancelled, purged, events);
    return check(List.of(task), List.of(), List.of(), List.of(), List.of(), List.of(), List.of());
  }

  private PlannedTask planned() {
    return new PlannedTask(
        1, 0, 2_000, onLost, exitCode, false, false, lines, timeoutMillis, cancelled ? 1 : 0);
  }

  private List<Violation> check(
      List<TaskHistory> tasks,
      List<String> twice,
      List<String> unreadable,
      List<String> notWhole,
      List<String> fallen,
      List<String> ofTasks,
      List<String> ofDaemons) {
    return Checker.check(
        new History(
            tasks, silences, hits, twice, unreadable, notWhole, fallen, ofTasks, ofDaemons));
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
    died(1, 10, 50).lostAtLast(1).assertKept();
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
    lostAtLast(Timing.LOST_LIMIT).assertKept();
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

  @Test
  void aTaskThatTookLongerThanItMay() {
    timeoutMillis = 1_000;
    died(1, 10, 110).ended(result(Result.State.FAILED, Outcome.TIMEOUT, 143, 1)).assertKept();
  }

  @Test
  void aTaskWhoseTimeWasOverWhileNobodyWatched() {
    timeoutMillis = 1_000;
    hit("worker-1", FaultKind.WORKER_KILLED, 1, 2).ran(1, 10, 210).ended(done(1)).assertKept();
  }

  @Test
  void aTaskThatItsClientCancelled() {
    cancelled = true;
    died(1, 10, 20).ended(result(Result.State.CANCELLED, Outcome.CANCELLED, 143, 1));
    printed("task 1\n").assertKept();
  }

  @Test
  void anOutputOfWhichAPartIsKept() {
    lines = 3;
    ran(1, 10, 20).ended(done(1)).printedInPart("task 1\nend 1\n", 19).assertKept();
  }

  @Test
  void anOutputThatTheDiskHadNoSpaceFor() {
    hit("worker-1", FaultKind.SPOOL_FILLED, 1, 2);
    ran(1, 10, 20).ended(done(1)).printed("task 1\n").assertKept();
  }

  @Test
  void aPurgedTaskOfWhoseEarlierAttemptsNothingIsLeft() {
    purged = true;
    died(1, 10, 50).ran(2, 51, 60).ended(done(2)).assertKept();
  }

  // ---- broken

  @ParameterizedTest
  @EnumSource(
      value = OnLost.class,
      names = {"RERUN", "FAIL"})
  void anAttemptThatOutlivedItsWorkersLease(OnLost kind) {
    onLost = kind;
    silent("worker-2", 10).silent("worker-1", 20).ran(1, 10, 1_500).lostAtLast(1);
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
      names = {"EXITED", "LOST", "RETURNED", "TIMEOUT", "CANCELLED"},
      mode = EnumSource.Mode.EXCLUDE)
  void anOutcomeThatItCannotHave(Outcome outcome) {
    ran(1, 10, 20)
        .ended(result(Result.State.FAILED, outcome, null, 1))
        .assertBroken(Promise.TRUE, outcome.json());
  }

  @Test
  void handedBackWithoutNeed() {
    ran(1, 10, 20)
        .ended(result(Result.State.FAILED, Outcome.RETURNED, null, 1))
        .assertBroken(Promise.LOST_FOR_A_REASON, "had no fault");
  }

  @Test
  void lostWithoutNeed() {
    died(1, 10, 20).lostAtLast(1).assertBroken(Promise.LOST_FOR_A_REASON, "rerun");
  }

  @ParameterizedTest
  @CsvSource({
    "worker-2, 1, 2", // another's
    "worker-1, 3, 4", // after its end
    "worker-1, -9, -3", // before its start
  })
  void lostWithoutAFaultToBlame(String worker, long from, long to) {
    hit(worker, FaultKind.WORKER_KILLED, from, to).died(1, 10, 50).ran(2, 51, 60);
    attempts.add(lost(1));
    ended(done(2)).assertBroken(Promise.LOST_FOR_A_REASON, "attempt 1", "no fault");
  }

  /**
   * Where masters follow each other fast, none of them leads for long enough to declare it lost.
   */
  @Test
  void lostAtAWorkerThatNeverCameBackHoweverLateThatIsRecorded() {
    Instant longAgo = STARTED.minusSeconds(200);
    hits.add(new Tally.Hit("worker-1", FaultKind.WORKER_KILLED, longAgo, Tally.Hit.NEVER));
    died(1, 10, 50).ran(2, 51, 60);
    attempts.add(lost(1));
    ended(done(2)).assertKept();
  }

  @Test
  void timedOutBeforeItsTime() {
    timeoutMillis = 2_001;
    died(1, 10, 210)
        .ended(result(Result.State.FAILED, Outcome.TIMEOUT, 143, 1))
        .assertBroken(Promise.TRUE, "after 2.0 s", "2.001 s");
  }

  @Test
  void timedOutThoughItMayTakeForEver() {
    died(1, 10, 210)
        .ended(result(Result.State.FAILED, Outcome.TIMEOUT, 143, 1))
        .assertBroken(Promise.TRUE, "for ever");
  }

  @Test
  void notEndedThoughItsTimeWasOver() {
    timeoutMillis = 1_000;
    ran(1, 10, 210).ended(done(1)).assertBroken(Promise.TRUE, "longer than it may");
  }

  @Test
  void cancelledThoughNobodyAskedForIt() {
    died(1, 10, 20)
        .ended(result(Result.State.CANCELLED, Outcome.CANCELLED, 143, 1))
        .assertBroken(Promise.TRUE, "nobody had asked");
  }

  @Test
  void anotherOutput() {
    ran(1, 10, 20)
        .ended(done(1))
        .printed("task 2\nend 2\n")
        .assertBroken(Promise.WHOLE_OUTPUT, "something else");
  }

  @Test
  void aPartOfTheOutputThatPassesForTheWhole() {
    lines = 3;
    ran(1, 10, 20)
        .ended(done(1))
        .printed("task 1\nend 1\n")
        .assertBroken(Promise.WHOLE_OUTPUT, "19 bytes", "13");
  }

  @Test
  void anotherOutputThatIsCut() {
    lines = 3;
    ran(1, 10, 20)
        .ended(done(1))
        .printedInPart("task 1\n3\n3\nend 1\n", 19)
        .assertBroken(Promise.WHOLE_OUTPUT, "cut");
  }

  @Test
  void anOutputOfAnotherAttempt() {
    ran(1, 10, 20).ended(done(1).withOutputs(done(1).stdout(), done(2).stderr()));
    assertBroken(Promise.WHOLE_OUTPUT, "standard error");
  }

  @Test
  void moreThanItPrintedBeforeItWasEnded() {
    cancelled = true;
    died(1, 10, 20)
        .ended(result(Result.State.CANCELLED, Outcome.CANCELLED, 143, 1))
        .printed("task 1\nend 1\n2\n")
        .assertBroken(Promise.WHOLE_OUTPUT, "something else");
  }

  @Test
  void heldAndLostThoughNobodyDecidedSo() {
    onLost = OnLost.HOLD;
    ran(1, 10, 20).lostAtLast(1).assertBroken(Promise.LOST_FOR_A_REASON, "hold");
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
        check(
            List.of(),
            List.of("a"),
            List.of("b"),
            List.of("c"),
            List.of("d"),
            List.of("e"),
            List.of("f"));
    assertThat(violations)
        .extracting(Violation::promise)
        .containsExactly(
            Promise.ONE_TASK,
            Promise.KNOWN,
            Promise.WHOLE_OUTPUT,
            Promise.STEADY,
            Promise.NOTHING_LEFT,
            Promise.CLEAN);
  }
}
