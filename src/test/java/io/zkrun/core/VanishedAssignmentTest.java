package io.zkrun.core;

import static io.zkrun.core.SchedulerFixture.assign;
import static io.zkrun.core.SchedulerFixture.id;
import static io.zkrun.core.SchedulerFixture.spec;
import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.core.MasterEvent.AttemptRecord;
import io.zkrun.core.MasterEvent.TaskChildren;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which assignments that are gone count as lost attempts, and which do not. */
class VanishedAssignmentTest {
  private static final TaskSpec ONCE = spec().toBuilder().onLost(OnLost.FAIL).build();
  private static final TaskSpec HELD = spec().toBuilder().onLost(OnLost.HOLD).build();
  private static final Assignment FIRST = Assignment.ofAttempt(1);
  private static final long TASK = 100;

  private final SchedulerFixture fix = new SchedulerFixture();

  /** Task 1 stands assigned to worker a, seen with this czxid. */
  private void assignedAt(long czxid) {
    assignedAt(czxid, ONCE);
  }

  private void assignedAt(long czxid, TaskSpec task) {
    fix.loaded().worker("a", 1).task(1, task).expectCarried(assign(1, "a", 1));
    fix.assigned("a", 1, czxid, FIRST).expectNothing();
  }

  private void expectLost(int attempt) {
    MasterDecision.WriteResult lost = fix.take(MasterDecision.WriteResult.class);
    assertThat(lost.result().outcome()).isEqualTo(Outcome.LOST);
    assertThat(lost.result().attempt()).isEqualTo(attempt);
    assertThat(lost.last()).isTrue();
  }

  private SchedulerFixture readAgain(TaskChildren children) {
    return fix.reread().worker("a", 1).task(1, ONCE, TASK, children);
  }

  @Test
  void oneThatWentWhileTheTreeWasReadAnewIsALostAttempt() {
    assignedAt(200);
    readAgain(TaskChildren.NONE).loaded();
    expectLost(1);
  }

  @Test
  void oneOfOursThatWentBeforeItWasReadIsALostAttempt() {
    fix.loaded().worker("a", 1).task(1, ONCE).expectCarried(assign(1, "a", 1));
    readAgain(TaskChildren.NONE).loaded();
    expectLost(1);
  }

  @Test
  void itIsRememberedThroughAReadingThatWasBrokenOff() {
    assignedAt(200);
    fix.reread().worker("a", 1).task(1, ONCE, TASK, TaskChildren.NONE);
    readAgain(TaskChildren.NONE).loaded();
    expectLost(1);
  }

  @Test
  void oneThatWasSeenAndWentWithinAReadingIsALostAttempt() {
    fix.worker("a", 1).assigned("a", 1, 200, FIRST).gone("a", 1);
    fix.task(1, ONCE, TASK, TaskChildren.NONE).expectNothing().loaded();
    expectLost(1);
  }

  @Test
  void aRecordOfTheLossWhoseFateIsNotKnownIsWrittenAgain() {
    assignedAt(200);
    fix.gone("a", 1);
    expectLost(1);
    readAgain(TaskChildren.NONE).loaded();
    expectLost(1);
  }

  @Test
  void oneThatStandsStillIsNone() {
    assignedAt(200);
    fix.reread().worker("a", 1).assigned("a", 1, 200, FIRST);
    fix.task(1, ONCE, TASK, TaskChildren.NONE).loaded().pass(60_000).expectNothing();
  }

  @Test
  void oneOfOursThatIsReadForTheFirstTimeIsNone() {
    fix.loaded().worker("a", 1).task(1, ONCE).expectCarried(assign(1, "a", 1));
    fix.reread().worker("a", 1).task(1, ONCE, TASK, TaskChildren.NONE);
    fix.assigned("a", 1, 200, FIRST).loaded().pass(60_000).expectNothing();
  }

  @Test
  void oneWhoseAttemptIsRecordedIsNone() {
    assignedAt(200);
    AttemptRecord failed =
        new AttemptRecord(Outcome.EXITED, true, null, SchedulerFixture.START, 900, 0);
    readAgain(new TaskChildren(false, Map.of(1, failed), null, Map.of())).loaded();
    fix.pass(2_000).expect(assign(1, "a", 2));
  }

  @Test
  void oneWhoseTaskHasAStatusIsNone() {
    assignedAt(200);
    readAgain(new TaskChildren(true, Map.of(), null, Map.of())).loaded().expectNothing();
  }

  @Test
  void oneOfATaskThatWasMadeAnewUnderItsNameIsNone() {
    assignedAt(200);
    fix.reread().worker("a", 1).task(1, ONCE, 300, TaskChildren.NONE).loaded();
    fix.expect(assign(1, "a", 1));
  }

  @Test
  void theAssignmentOfATaskBeforeItThatItsWorkerRemovesIsNone() {
    assignedAt(200);
    fix.see(new MasterEvent.TaskGone(id(1))).task(1, ONCE, 300, TaskChildren.NONE);
    fix.expect(new MasterDecision.Clear("a", id(1))).gone("a", 1).expect(assign(1, "a", 1));
  }

  /** Else the old command's end would become the new task's status, or its loss the new one's. */
  @Test
  void oneThatStandsWhenItsTasksNameComesAgainIsClearedAtOnceAndNoOther() {
    assignedAt(200);
    fix.see(new MasterEvent.TaskGone(id(1))).task(1, ONCE, 300, TaskChildren.NONE);
    fix.expect(new MasterDecision.Clear("a", id(1)));
    fix.see(new MasterEvent.WorkerGone("a")).pass(20_000).expectNothing();
  }

  @Test
  void oneOfATaskBeforeItIsClearedOnceTheTreeHasBeenReadAnew() {
    fix.assigned("a", 1, 200, FIRST).worker("a", 1).task(1, ONCE, 300, TaskChildren.NONE).loaded();
    fix.expect(new MasterDecision.Clear("a", id(1))).gone("a", 1).expect(assign(1, "a", 1));
  }

  @Test
  void oneWithoutTaskIsClearedThoughItWasSeenLongBeforeTheEndOfTheReading() {
    fix.assigned("a", 1, 200, FIRST).worker("a", 1).pass(5_000).loaded().expectNothing();
    fix.pass(Scheduler.CLEAR_AFTER_MILLIS).expect(new MasterDecision.Clear("a", id(1)));
  }

  @Test
  void oneThatHadStartedWhenItWasAskedBackIsALostAttempt() {
    surplusAt("b");
    Assignment started = Assignment.ofAttempt(2).withGiveBack().started(2, Instant.EPOCH, 7);
    fix.assigned("b", 1, 300, started).expectNothing().gone("b", 1);
    expectLost(2);
  }

  @Test
  void oneOfOursForATaskBeforeItIsNone() {
    fix.loaded().worker("a", 1).task(1, ONCE).expectCarried(assign(1, "a", 1));
    fix.see(new MasterEvent.TaskGone(id(1))).task(1, ONCE, 300, TaskChildren.NONE);
    fix.expect(new MasterDecision.Clear("a", id(1))).gone("a", 1).expect(assign(1, "a", 1));
  }

  /** Of two, this master asks the younger back. */
  private void surplusAt(String worker) {
    assignedAt(200);
    fix.worker("b", 0).assigned(worker, 1, 300, Assignment.ofAttempt(2));
    fix.expect(new MasterDecision.AskBack(worker, id(1)));
  }

  @Test
  void oneThatWasAskedBackIsNoneThoughItWentBeforeThatWasRead() {
    surplusAt("b");
    fix.gone("b", 1).expectNothing();
  }

  @Test
  void oneThatWasAskedBackIsNoneThoughItWentWhileTheTreeWasReadAnew() {
    surplusAt("b");
    fix.reread().worker("a", 1).assigned("a", 1, 200, FIRST);
    fix.task(1, ONCE, TASK, TaskChildren.NONE).loaded().expectNothing();
  }

  @Test
  void oneThatWasAskedBackIsNoneThoughItWentAfterTheTreeWasReadAnew() {
    surplusAt("b");
    fix.reread().worker("a", 1).assigned("a", 1, 200, FIRST);
    fix.assigned("b", 1, 300, Assignment.ofAttempt(2));
    fix.task(1, ONCE, TASK, TaskChildren.NONE).gone("b", 1).loaded().expectNothing();
  }

  @Test
  void oneThatWasAskedBackGoesWithItsLostWorkerAndSaysNothingOfTheTask() {
    assignedAt(200, HELD);
    fix.worker("b", 0).assigned("b", 1, 300, Assignment.ofAttempt(2));
    fix.expectCarried(new MasterDecision.AskBack("b", id(1)));
    fix.assigned("b", 1, 300, Assignment.ofAttempt(2).withGiveBack()).expectNothing();
    fix.see(new MasterEvent.WorkerGone("b")).pass(20_000);
    MasterDecision.DeclareLost lost = fix.take(MasterDecision.DeclareLost.class);
    assertThat(lost.tasks())
        .containsExactly(new MasterDecision.LostTask(id(1), MasterDecision.Fate.CLEAR, null, null));
  }

  @Test
  void oneThatWasMadeAgainUnderItsNameLeavesALostAttempt() {
    assignedAt(200);
    fix.assigned("a", 1, 300, Assignment.ofAttempt(0));
    expectLost(1);
  }

  @Test
  void oneThatWasMadeAgainWhileTheTreeWasReadAnewLeavesALostAttempt() {
    assignedAt(200);
    readAgain(TaskChildren.NONE).assigned("a", 1, 300, Assignment.ofAttempt(0)).loaded();
    expectLost(1);
  }

  @Test
  void oneThatWasMadeAgainIsLookedAtAfresh() {
    TaskSpec task = spec();
    fix.loaded().worker("a", 1).task(1, task).expectCarried(assign(1, "a", 1));
    fix.assigned("a", 1, 200, FIRST).attempt(1, 1, Outcome.EXITED);
    fix.see(new MasterEvent.CancelSeen(id(1), "stop"));
    fix.expect(new MasterDecision.AskCancel("a", id(1), "stop"));
    fix.assigned("a", 1, 300, Assignment.ofAttempt(0));
    fix.expect(new MasterDecision.AskCancel("a", id(1), "stop"));
    fix.gone("a", 1);
    assertThat(fix.take(MasterDecision.WriteResult.class).result().attempt()).isEqualTo(2);
  }

  /** As where the last word about the run before it arrives when it stands in its place. */
  @Test
  void oneThatNamesTheAttemptBeforeItAndEndsIsNone() {
    TaskSpec task = spec();
    AttemptRecord lost =
        new AttemptRecord(Outcome.LOST, false, "a", SchedulerFixture.START, 150, 0);
    AttemptRecord ended =
        new AttemptRecord(Outcome.EXITED, true, "a", SchedulerFixture.START, 300, 0);
    TaskChildren children = new TaskChildren(false, Map.of(1, lost), null, Map.of());
    fix.worker("a", 1).task(1, task, TASK, children).assigned("a", 1, 200, FIRST).loaded();
    fix.see(new MasterEvent.AttemptAppeared(id(1), 2));
    fix.see(new MasterEvent.AttemptRead(id(1), 2, ended)).gone("a", 1);
    fix.expectNothing().pass(2_000).expect(assign(1, "a", 3));
  }

  @Test
  void oneThatAPersonDeletesWhileItsWorkerIsBeingDeclaredLostIsALostAttempt() {
    assignedAt(200);
    fix.see(new MasterEvent.WorkerGone("a")).pass(15_000);
    MasterDecision.DeclareLost lost = fix.take(MasterDecision.DeclareLost.class);
    fix.gone("a", 1).see(new MasterEvent.Refused(lost));
    fix.expect(new MasterDecision.Reread(id(1)), new MasterDecision.RereadWorker("a"));
    fix.task(1, ONCE, TASK, TaskChildren.NONE);
    expectLost(1);
  }

  /** Its worker takes the next number that is free, and says so at once. */
  @Test
  void oneByHandWhoseNumberWasUsedBeforeIsRecordedUnderAnother() {
    AttemptRecord first =
        new AttemptRecord(Outcome.EXITED, true, "b", SchedulerFixture.START, 150, 0);
    AttemptRecord second =
        new AttemptRecord(Outcome.EXITED, true, "a", SchedulerFixture.START, 300, 0);
    fix.loaded().worker("a", 0);
    fix.task(1, ONCE, TASK, new TaskChildren(false, Map.of(1, first), null, Map.of()));
    fix.assigned("a", 1, 200, FIRST);
    fix.see(new MasterEvent.AttemptAppeared(id(1), 2));
    fix.see(new MasterEvent.AttemptRead(id(1), 2, second)).gone("a", 1).expectNothing();
  }
}
