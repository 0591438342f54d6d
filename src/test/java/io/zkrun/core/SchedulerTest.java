package io.zkrun.core;

import static io.zkrun.core.SchedulerFixture.assign;
import static io.zkrun.core.SchedulerFixture.id;
import static io.zkrun.core.SchedulerFixture.purge;
import static io.zkrun.core.SchedulerFixture.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zkrun.core.MasterEvent.AttemptRecord;
import io.zkrun.core.MasterEvent.TaskChildren;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SchedulerTest {
  private final SchedulerFixture fix = new SchedulerFixture();

  @Test
  void nothingIsDecidedBeforeTheTreeHasBeenRead() {
    fix.worker("a", 1).task(1, spec()).pass(60_000).expectNothing();
    fix.loaded().expect(assign(1, "a", 1));
  }

  @Test
  void aTaskGoesToAWorkerAndItsSlotIsFreeWhenItHasAStatus() {
    fix.loaded().worker("a", 1).task(1, spec()).expectCarried(assign(1, "a", 1));
    fix.task(2, spec()).expectNothing();
    fix.see(new MasterEvent.StatusAppeared(id(1))).gone("a", 1).expect(assign(2, "a", 1));
  }

  @Test
  void higherPriorityGoesFirstThenTheOlder() {
    fix.loaded().task(1, spec()).task(2, spec());
    fix.task(3, spec().toBuilder().priority(5).build()).expectNothing();
    fix.worker("a", 2).expect(assign(3, "a", 1), assign(1, "a", 1));
  }

  @Test
  void loadSpreadsOverTheWorkersWithMostFreeSlots() {
    fix.loaded().worker("a", 2).worker("b", 3);
    fix.task(1, spec()).task(2, spec()).task(3, spec());
    fix.expect(assign(1, "b", 1), assign(2, "a", 1), assign(3, "b", 1));
  }

  @Test
  void aTaskThatNobodyCanRunDelaysNoOther() {
    TaskSpec gpu = spec().toBuilder().requires(Map.of("gpu", "true")).priority(9).build();
    fix.loaded().worker("a", 1).task(1, gpu).task(2, spec()).expect(assign(2, "a", 1));
    fix.worker("b", 1, Map.of("gpu", "true")).expect(assign(1, "b", 1));
  }

  @Test
  void aWorkerWhoseHostCanStartNothingGetsNothingNew() {
    fix.loaded().worker("a", 1);
    fix.see(new MasterEvent.WorkerSeen("a", notReady("a")));
    fix.task(1, spec()).expectNothing();
    assertThat(fix.queued()).isEqualTo(1);
    fix.worker("a", 1).expect(assign(1, "a", 1));
  }

  private static WorkerInfo notReady(String name) {
    return new WorkerInfo(name, 1, 1, Map.of(), "spool", "boot", "1")
        .withNotReady(new NotReady(NotReady.SPOOL_FULL, "the disk is full"));
  }

  @Test
  void whatAWorkerHandedBackGoesElsewhereAtOnceAndCountsForNothing() {
    for (OnLost onLost : OnLost.values()) {
      SchedulerFixture at = new SchedulerFixture();
      AttemptRecord returned =
          new AttemptRecord(Outcome.RETURNED, false, "a", SchedulerFixture.START, 50, 0);
      TaskChildren children =
          new TaskChildren(
              false,
              Map.of(1, returned, 2, returned, 3, returned, 4, returned, 5, returned, 6, returned),
              null,
              Map.of());
      TaskSpec spec =
          spec().toBuilder().onLost(onLost).retryDelaySeconds(300).startWithinSeconds(9.0).build();
      at.loaded().worker("b", 1).task(1, spec, children).expect(assign(1, "b", 7));
    }
  }

  @Test
  void whatWasHandedBackStillExpires() {
    TaskChildren children =
        new TaskChildren(
            false,
            Map.of(
                1, new AttemptRecord(Outcome.RETURNED, false, "a", SchedulerFixture.START, 50, 0)),
            null,
            Map.of());
    fix.loaded().task(1, spec().toBuilder().startWithinSeconds(9.0).build(), children);
    fix.expectNothing().pass(9_001);
    assertThat(fix.take(MasterDecision.WriteResult.class).result().outcome())
        .isEqualTo(Outcome.EXPIRED);
  }

  @Test
  void aDrainedWorkerGetsNothingNew() {
    fix.loaded().worker("a", 1).see(new MasterEvent.DrainSeen("a"));
    fix.task(1, spec()).expectNothing();
    fix.see(new MasterEvent.DrainGone("a")).expect(assign(1, "a", 1));
  }

  @Test
  void aSpecThatIsNoneEndsAsRejectedWithFieldAndReason() {
    SpecProblem problem = new SpecProblem("cmd", "is blank");
    fix.loaded()
        .see(
            new MasterEvent.TaskSeen(
                id(1), 7, SchedulerFixture.START, null, problem, TaskChildren.NONE, 0));
    MasterDecision.WriteResult end = fix.take(MasterDecision.WriteResult.class);
    assertThat(end.last()).isTrue();
    assertThat(end.result().outcome()).isEqualTo(Outcome.REJECTED);
    assertThat(end.result().reason()).isEqualTo("cmd is blank");
  }

  @Test
  void aTaskWithAStatusNeverRunsEvenWhenTheStatusIsDeletedByHand() {
    fix.loaded().worker("a", 1);
    fix.task(1, spec(), new TaskChildren(true, Map.of(), null, Map.of())).expectNothing();
    fix.see(
        new MasterEvent.TaskSeen(
            id(1), 100, SchedulerFixture.START, spec(), null, TaskChildren.NONE, 0));
    fix.expectNothing();
  }

  @Test
  void aStatusThatWasSeenIsRememberedWhenTheTreeIsReadAgain() {
    fix.loaded();
    fix.task(1, spec(), new TaskChildren(true, Map.of(), null, Map.of())).expectNothing();
    fix.reread();
    fix.task(1, spec(), 100, TaskChildren.NONE).task(2, spec(), 101, TaskChildren.NONE).loaded();
    assertThat(fix.queued()).isEqualTo(1);
  }

  @Test
  void anAssignmentThatVanishesWhileItsTaskIsLookedAtIsALostAttemptAllTheSame() {
    fix.loaded().worker("a", 1).task(1, spec()).expect(assign(1, "a", 1));
    fix.assigned("a", 1, Assignment.ofAttempt(1));
    fix.see(new MasterEvent.Refused(assign(1, "a", 1)));
    fix.expect(new MasterDecision.Reread(id(1)));
    fix.gone("a", 1).expectNothing();
    fix.see(
        new MasterEvent.TaskSeen(
            id(1), 100, SchedulerFixture.START, spec(), null, TaskChildren.NONE, 0));
    assertThat(fix.take(MasterDecision.WriteResult.class).result().outcome())
        .isEqualTo(Outcome.LOST);
  }

  @Test
  void aLostWorkerWhoseTasksWereBusyIsLookedAtAgain() {
    fix.loaded().worker("a", 1).task(1, spec()).expectCarried(assign(1, "a", 1));
    fix.see(new MasterEvent.WorkerGone("a")).pass(15_000);
    MasterDecision.DeclareLost lost = fix.take(MasterDecision.DeclareLost.class);
    fix.see(new MasterEvent.Refused(lost));
    fix.expect(new MasterDecision.Reread(id(1)), new MasterDecision.RereadWorker("a"));
    fix.see(new MasterEvent.IncarnationSeen("a", 2, new Incarnation(13, "spool")));
    fix.see(
        new MasterEvent.TaskSeen(
            id(1), 100, SchedulerFixture.START, spec(), null, TaskChildren.NONE, 0));
    // Somebody has registered meanwhile, and has a lease of his own.
    fix.expectNothing().pass(14_900).expectNothing().pass(200);
    assertThat(fix.take(MasterDecision.DeclareLost.class).version()).isEqualTo(2);
  }

  @Test
  void aLostWorkerOfATaskThatCannotBeReadIsLookedAtOnceASecondWhateverIsSeenOfIt() {
    Assignment first = Assignment.ofAttempt(1);
    fix.worker("a", 1).assigned("a", 1, 200, first).see(new MasterEvent.TaskUnreadable(id(1)));
    fix.see(new MasterEvent.WorkerGone("a")).loaded().pass(20_000);
    for (int i = 0; i < 9; i++) {
      fix.pass(100).assigned("a", 1, 200, first);
    }
    assertThat(fix.ticksWithin(60_000)).isBetween(60, 80);
    fix.expectNothing().task(1, spec(), 100, TaskChildren.NONE).pass(1_000);
    assertThat(fix.take(MasterDecision.DeclareLost.class).worker()).isEqualTo("a");
  }

  @Test
  void aNameThatWasDeletedAndMadeAgainIsAnotherTask() {
    fix.loaded().worker("a", 1);
    fix.task(1, spec(), new TaskChildren(true, Map.of(), null, Map.of())).expectNothing();
    fix.see(new MasterEvent.TaskGone(id(1))).task(1, spec()).expect(assign(1, "a", 1));
  }

  @Test
  void cancellingAPendingTaskEndsItAtOnce() {
    fix.loaded().task(1, spec()).see(new MasterEvent.CancelSeen(id(1), "not needed"));
    MasterDecision.WriteResult end = fix.take(MasterDecision.WriteResult.class);
    assertThat(end.result().state()).isEqualTo(Result.State.CANCELLED);
    assertThat(end.result().reason()).isEqualTo("not needed");
  }

  @Test
  void cancellingAnAssignedTaskAsksItsWorkerOnce() {
    fix.loaded().worker("a", 1).task(1, spec()).expectCarried(assign(1, "a", 1));
    fix.see(new MasterEvent.CancelSeen(id(1), "stop"));
    MasterDecision ask = new MasterDecision.AskCancel("a", id(1), "stop");
    fix.expect(ask);
    fix.assigned("a", 1, Assignment.ofAttempt(1).withCancel("stop"));
    fix.see(new MasterEvent.Carried(ask)).pass(5_000).expectNothing();
  }

  @Test
  void aCancelThatComesWhileTheAssignmentIsOnItsWayReachesTheWorkerAfterwards() {
    fix.loaded().worker("a", 1).task(1, spec()).expect(assign(1, "a", 1));
    fix.see(new MasterEvent.CancelSeen(id(1), "stop")).expectNothing();
    fix.see(new MasterEvent.Carried(assign(1, "a", 1)));
    fix.expect(new MasterDecision.AskCancel("a", id(1), "stop"));
  }

  @Test
  void aFailedAttemptIsFollowedByAnotherAfterItsDelayWhichDoubles() {
    TaskSpec retrying = spec().toBuilder().retries(3).retryDelaySeconds(2).build();
    fix.loaded().worker("a", 1).task(1, retrying).expectCarried(assign(1, "a", 1));
    fix.attempt(1, 1, Outcome.EXITED).gone("a", 1).pass(1_900).expectNothing();
    fix.pass(200).expectCarried(assign(1, "a", 2));
    fix.attempt(1, 2, Outcome.EXITED).gone("a", 1).pass(3_900).expectNothing();
    fix.pass(200).expect(assign(1, "a", 3));
  }

  @Test
  void aRetryWaitsItsWholeDelayThoughASecondAssignmentByHandIsLostMeanwhile() {
    TaskSpec retrying = spec().toBuilder().retries(3).retryDelaySeconds(2).build();
    fix.loaded().worker("a", 1).task(1, retrying).expectCarried(assign(1, "a", 1));
    fix.attempt(1, 1, Outcome.EXITED).gone("a", 1).pass(500);
    fix.attempt(1, 2, Outcome.LOST).pass(1_400).expectNothing();
    fix.pass(200).expect(assign(1, "a", 3));
  }

  /** Its registration is read last where ZooKeeper answers slowly. */
  @Test
  void aWorkerThatHasRegisteredAnewIsNotLostBeforeThatIsRead() {
    fix.loaded().worker("a", 1).task(1, spec()).expectCarried(assign(1, "a", 1));
    fix.assigned("a", 1, Assignment.ofAttempt(1));
    fix.see(new MasterEvent.WorkerGone("a")).pass(14_900).expectNothing();
    fix.see(new MasterEvent.IncarnationSeen("a", 2, new Incarnation(13, "spool")));
    fix.pass(14_900).expectNothing();
    fix.pass(300);
    assertThat(fix.take(MasterDecision.DeclareLost.class).version()).isEqualTo(2);
  }

  @Test
  void aRetryWaitsItsWholeDelayThoughAllThatWasReadBeforeItIsOld() {
    TaskSpec retrying = spec().toBuilder().retries(3).retryDelaySeconds(2).build();
    fix.pass(100_000);
    AttemptRecord failed =
        new AttemptRecord(
            Outcome.EXITED, true, "a", SchedulerFixture.START.plusMillis(99_500), 600, 0);
    fix.task(1, retrying, 100, new TaskChildren(false, Map.of(1, failed), null, Map.of()));
    fix.timeSeen(700);
    fix.worker("a", 1).loaded().pass(1_400).expectNothing();
    fix.pass(200).expect(assign(1, "a", 2));
  }

  @Test
  void anAttemptThatHasNotBeenReadHoldsTheTaskBack() {
    fix.loaded().worker("a", 1).task(1, spec()).expectCarried(assign(1, "a", 1));
    fix.see(new MasterEvent.AttemptAppeared(id(1), 1)).gone("a", 1).expectNothing();
    fix.see(
        new MasterEvent.AttemptRead(
            id(1), 1, new AttemptRecord(Outcome.LOST, true, null, SchedulerFixture.START, 900, 0)));
    fix.expect(assign(1, "a", 2));
  }

  @Test
  void aTaskThatWasNotStartedInTimeExpires() {
    TaskSpec urgent = spec().toBuilder().startWithinSeconds(10.0).build();
    fix.loaded().task(1, urgent).pass(9_900).expectNothing();
    fix.pass(300);
    assertThat(fix.take(MasterDecision.WriteResult.class).result().outcome())
        .isEqualTo(Outcome.EXPIRED);
  }

  @Test
  void aTaskWhoseTimeTurnsOutToBeOverIsNotGivenOut() {
    TaskSpec urgent = spec().toBuilder().startWithinSeconds(10.0).build();
    fix.pass(100_000).loaded().task(1, urgent, 100, TaskChildren.NONE).expectNothing();
    fix.timeSeen(700);
    fix.worker("a", 1);
    assertThat(fix.take(MasterDecision.WriteResult.class).result().outcome())
        .isEqualTo(Outcome.EXPIRED);
  }

  @Test
  void aTaskExpiresInTimeThoughItWasThoughtToBeEarlierAtZooKeeperWhenItWasSeen() {
    TaskSpec urgent = spec().toBuilder().startWithinSeconds(10.0).build();
    fix.pass(100_000).loaded().task(1, urgent, 100, TaskChildren.NONE).expectNothing();
    fix.timeSeen(700);
    fix.ticksWithin(100);
    assertThat(fix.take(MasterDecision.WriteResult.class).result().outcome())
        .isEqualTo(Outcome.EXPIRED);
  }

  @Test
  void aTaskThatWaitsAtItsWorkerPastItsTimeIsAskedBackAndExpires() {
    TaskSpec urgent = spec().toBuilder().startWithinSeconds(10.0).build();
    fix.loaded().worker("a", 1).task(1, urgent).expectCarried(assign(1, "a", 1));
    fix.assigned("a", 1, 200, Assignment.ofAttempt(1)).pass(9_900).expectNothing();
    fix.pass(300).expectCarried(new MasterDecision.AskBack("a", id(1)));
    fix.assigned("a", 1, 200, Assignment.ofAttempt(1).withGiveBack()).pass(60_000).expectNothing();
    fix.gone("a", 1);
    assertThat(fix.take(MasterDecision.WriteResult.class).result().outcome())
        .isEqualTo(Outcome.EXPIRED);
  }

  @Test
  void aTaskThatHasStartedInTimeIsNotAskedBackAndNeverExpires() {
    TaskSpec urgent = spec().toBuilder().startWithinSeconds(10.0).retries(1).build();
    fix.loaded().worker("a", 1).task(1, urgent).expectCarried(assign(1, "a", 1));
    Assignment started = Assignment.ofAttempt(1).started(1, SchedulerFixture.START, 7);
    fix.assigned("a", 1, 200, started).pass(60_000).expectNothing();
    fix.attempt(1, 1, Outcome.EXITED).gone("a", 1).pass(2_000).expect(assign(1, "a", 2));
  }

  @Test
  void aTaskThatStartedJustWhenItWasAskedBackRunsOn() {
    TaskSpec urgent = spec().toBuilder().startWithinSeconds(10.0).build();
    fix.loaded().worker("a", 1).task(1, urgent).expectCarried(assign(1, "a", 1));
    fix.assigned("a", 1, 200, Assignment.ofAttempt(1)).pass(10_200);
    fix.expectCarried(new MasterDecision.AskBack("a", id(1)));
    Assignment started =
        Assignment.ofAttempt(1).withGiveBack().started(1, SchedulerFixture.START, 7);
    fix.assigned("a", 1, 200, started).pass(60_000).expectNothing();
    fix.see(new MasterEvent.StatusAppeared(id(1))).gone("a", 1).expectNothing();
  }

  @Test
  void anAttemptThatWasLostBeforeItStartedDoesNotKeepATaskFromExpiring() {
    TaskSpec urgent = spec().toBuilder().startWithinSeconds(10.0).build();
    AttemptRecord unstarted =
        new AttemptRecord(Outcome.LOST, false, "a", SchedulerFixture.START, 900, 0);
    fix.loaded().task(1, urgent, new TaskChildren(false, Map.of(1, unstarted), null, Map.of()));
    fix.pass(9_900).expectNothing().pass(300);
    assertThat(fix.take(MasterDecision.WriteResult.class).result().outcome())
        .isEqualTo(Outcome.EXPIRED);
  }

  @Test
  void aRefusedDecisionIsFollowedByAFreshLookAndNothingElse() {
    fix.loaded().worker("a", 1).task(1, spec()).expect(assign(1, "a", 1));
    fix.see(new MasterEvent.Refused(assign(1, "a", 1)));
    fix.expect(new MasterDecision.Reread(id(1))).pass(60_000).expectNothing();
    fix.see(
        new MasterEvent.TaskSeen(
            id(1),
            100,
            SchedulerFixture.START,
            null,
            null,
            new TaskChildren(true, Map.of(), null, Map.of()),
            0));
    fix.expectNothing();
  }

  @Test
  void ofTwoAssignmentsTheOlderStandsAndTheOtherIsAskedBack() {
    fix.loaded().task(1, spec()).worker("a", 1).expect(assign(1, "a", 1));
    fix.assigned("b", 1, Assignment.ofAttempt(0));
    fix.assigned("a", 1, Assignment.ofAttempt(1));
    fix.see(new MasterEvent.Carried(assign(1, "a", 1)));
    fix.expect(new MasterDecision.AskBack("a", id(1)));
  }

  @Test
  void whatWasAskedOfAWorkerIsNotAskedAgainBeforeItIsRead() {
    fix.loaded().worker("a", 1).task(1, spec()).expectCarried(assign(1, "a", 1));
    fix.assigned("a", 1, 200, Assignment.ofAttempt(1));
    fix.assigned("b", 1, 300, Assignment.ofAttempt(0));
    fix.expectCarried(new MasterDecision.AskBack("b", id(1))).expectNothing();
    fix.gone("b", 1).see(new MasterEvent.CancelSeen(id(1), "stop"));
    fix.expectCarried(new MasterDecision.AskCancel("a", id(1), "stop")).expectNothing();
  }

  @Test
  void anAssignmentThatWasAskedBackAndGoesIsNoLostAttempt() {
    fix.loaded().worker("a", 1).worker("b", 1).task(1, spec());
    fix.expectCarried(assign(1, "a", 1));
    fix.assigned("a", 1, Assignment.ofAttempt(1).withGiveBack());
    fix.gone("a", 1).expect(assign(1, "a", 1));
  }

  @Test
  void anAssignmentThatVanishesWithoutARecordIsALostAttempt() {
    fix.loaded().worker("a", 1).task(1, spec()).expectCarried(assign(1, "a", 1));
    fix.gone("a", 1);
    MasterDecision.WriteResult lost = fix.take(MasterDecision.WriteResult.class);
    assertThat(lost.last()).isFalse();
    assertThat(lost.result().outcome()).isEqualTo(Outcome.LOST);
    assertThat(lost.result().attempt()).isEqualTo(1);
  }

  @Test
  void aTaskThatMayRunOnceIsNotRunAgainWhenItsAssignmentVanishes() {
    TaskSpec once = spec().toBuilder().onLost(OnLost.FAIL).build();
    fix.loaded().worker("a", 1).task(1, once).expectCarried(assign(1, "a", 1));
    fix.gone("a", 1);
    assertThat(fix.take(MasterDecision.WriteResult.class).last()).isTrue();
  }

  @Test
  void theAssignmentOfATaskThatAPersonFinishedIsClearedAway() {
    fix.loaded().worker("a", 1).task(1, spec()).expectCarried(assign(1, "a", 1));
    fix.see(new MasterEvent.StatusAppeared(id(1))).expectNothing();
    fix.pass(Scheduler.CLEAR_AFTER_MILLIS);
    fix.expect(new MasterDecision.Clear("a", id(1)));
  }

  @ParameterizedTest
  @EnumSource(OnLost.class)
  void aWorkerThatStaysAwayIsDeclaredLostAndItsTaskSettledByItsPolicy(OnLost onLost) {
    TaskSpec task = spec().toBuilder().onLost(onLost).build();
    fix.loaded().worker("a", 1).task(1, task).expectCarried(assign(1, "a", 1));
    fix.see(new MasterEvent.WorkerGone("a")).pass(14_900).expectNothing();
    fix.pass(200);
    MasterDecision.DeclareLost lost = fix.take(MasterDecision.DeclareLost.class);
    assertThat(lost.version()).isEqualTo(1);
    assertThat(lost.tasks()).hasSize(1);
    MasterDecision.Fate expected =
        Map.of(
                OnLost.RERUN, MasterDecision.Fate.RECORD,
                OnLost.FAIL, MasterDecision.Fate.END,
                OnLost.HOLD, MasterDecision.Fate.HOLD)
            .get(onLost);
    assertThat(lost.tasks().get(0).fate()).isEqualTo(expected);
    fix.see(new MasterEvent.Carried(lost)).pass(60_000).expectNothing();
  }

  @Test
  void aWorkerWithALongLeaseIsWaitedForLonger() {
    fix.loaded().worker("a", 1).task(1, spec()).expectCarried(assign(1, "a", 1));
    fix.see(new MasterEvent.IncarnationSeen("a", 1, new Incarnation(30, "spool")));
    fix.see(new MasterEvent.WorkerGone("a")).pass(31_900).expectNothing();
    fix.pass(200).take(MasterDecision.DeclareLost.class);
  }

  @Test
  void aWorkerThatComesBackInTimeKeepsItsTasks() {
    fix.loaded().worker("a", 1).task(1, spec()).expectCarried(assign(1, "a", 1));
    fix.see(new MasterEvent.WorkerGone("a")).pass(14_000);
    fix.worker("a", 1).pass(60_000).expectNothing();
  }

  @Test
  void aNewMasterGivesAWorkerThatIsGoneItsWholeTimeAgain() {
    fix.see(new MasterEvent.IncarnationSeen("a", 4, Incarnation.BY_HAND));
    fix.assigned("a", 1, 200, Assignment.ofAttempt(1)).task(1, spec()).pass(30_000).loaded();
    fix.pass(14_900).expectNothing();
    fix.pass(200).take(MasterDecision.DeclareLost.class);
  }

  /** The tree as it is after worker a has gone, read anew. */
  private void readWithoutWorker(int incarnation) {
    fix.reread().task(1, spec(), 100, TaskChildren.NONE);
    fix.see(new MasterEvent.IncarnationSeen("a", incarnation, new Incarnation(13, "spool")));
    fix.assigned("a", 1, 200, Assignment.ofAttempt(1)).loaded();
  }

  @Test
  void aWorkerIsDeclaredLostInTimeThoughTheTreeIsReadAnewAgainAndAgain() {
    fix.loaded().worker("a", 1).task(1, spec()).expectCarried(assign(1, "a", 1));
    fix.assigned("a", 1, 200, Assignment.ofAttempt(1)).see(new MasterEvent.WorkerGone("a"));
    for (int i = 0; i < 14; i++) {
      fix.pass(1_000);
      readWithoutWorker(1);
    }
    fix.expectNothing().pass(1_000).take(MasterDecision.DeclareLost.class);
  }

  @Test
  void aWorkerThatCameBackAndWentWhileTheTreeWasReadAnewHasItsWholeTimeAgain() {
    fix.loaded().worker("a", 1).task(1, spec()).expectCarried(assign(1, "a", 1));
    fix.assigned("a", 1, 200, Assignment.ofAttempt(1)).see(new MasterEvent.WorkerGone("a"));
    fix.pass(14_000);
    readWithoutWorker(2);
    fix.pass(14_900).expectNothing();
    fix.pass(200).take(MasterDecision.DeclareLost.class);
  }

  @Test
  void aDeclarationThatIsRefusedLooksAtTheWorkerAgain() {
    fix.loaded().worker("a", 1).task(1, spec()).expectCarried(assign(1, "a", 1));
    fix.see(new MasterEvent.WorkerGone("a")).pass(15_000);
    MasterDecision.DeclareLost lost = fix.take(MasterDecision.DeclareLost.class);
    fix.see(new MasterEvent.Refused(lost));
    fix.expect(new MasterDecision.Reread(id(1)), new MasterDecision.RereadWorker("a"));
  }

  @Test
  void afterFiveLostAttemptsATaskIsNotPassedOn() {
    Map<Integer, AttemptRecord> lost =
        Map.of(1, lost(), 2, lost(), 3, lost(), 4, lost(), 5, lost());
    fix.loaded().worker("a", 1);
    fix.task(1, spec(), new TaskChildren(false, lost, null, Map.of()));
    MasterDecision.WriteResult end = fix.take(MasterDecision.WriteResult.class);
    assertThat(end.last()).isTrue();
    assertThat(end.result().outcome()).isEqualTo(Outcome.LOST);
  }

  /** Its worker comes and goes: that is not the command's doing. */
  @Test
  void whatOneWorkerLostBeforeItStartedCountsOnceTowardsTheLimit() {
    Map<Integer, AttemptRecord> lost = new TreeMap<>();
    for (int i = 1; i <= 9; i++) {
      lost.put(i, unstarted("a"));
    }
    fix.loaded().worker("b", 1);
    fix.task(1, spec(), new TaskChildren(false, lost, null, Map.of()));
    fix.expect(assign(1, "b", 10));
  }

  /** A command may end its worker before that can say that it runs. */
  @Test
  void whatManyWorkersLostBeforeItStartedOrOneVeryOftenIsNotPassedOn() {
    Map<Integer, AttemptRecord> byMany = new TreeMap<>();
    Map<Integer, AttemptRecord> byOne = new TreeMap<>();
    for (int i = 1; i <= 10; i++) {
      byOne.put(i, unstarted("a"));
    }
    for (int i = 1; i <= 5; i++) {
      byMany.put(i, unstarted("w" + i));
    }
    fix.loaded().worker("b", 1);
    for (Map<Integer, AttemptRecord> lost : List.of(byMany, byOne)) {
      fix.task(lost.size(), spec(), new TaskChildren(false, lost, null, Map.of()));
      MasterDecision.WriteResult end = fix.take(MasterDecision.WriteResult.class);
      assertThat(end.result().outcome()).isEqualTo(Outcome.LOST);
      assertThat(end.last()).isTrue();
    }
  }

  /** Of up to a thousand retries each may leave its outputs behind, for as long as it goes on. */
  @Test
  void theOldestAttemptsOfATaskThatIsTriedVeryOftenAreShortenedOnce() {
    Map<Integer, AttemptRecord> failed = new TreeMap<>();
    for (int i = 1; i <= 7; i++) {
      failed.put(
          i, new AttemptRecord(Outcome.EXITED, true, "a", SchedulerFixture.START, 900, 100_000));
    }
    TaskSpec task = spec().toBuilder().retries(9).retryDelaySeconds(300).build();
    fix.loaded().task(1, task, 100, new TaskChildren(false, failed, null, Map.of()));
    fix.expect(
        new MasterDecision.ShortenAttempt(id(1), 1), new MasterDecision.ShortenAttempt(id(1), 2));
    fix.task(1, task, 100, new TaskChildren(false, failed, null, Map.of())).expectNothing();
  }

  private static AttemptRecord unstarted(String worker) {
    return new AttemptRecord(Outcome.LOST, false, worker, SchedulerFixture.START, 900, 0);
  }

  @Test
  void aLostAttemptSaysWhetherItHadStarted() {
    fix.loaded().worker("a", 2);
    for (int i = 1; i <= 2; i++) {
      fix.task(i, spec()).expectCarried(assign(i, "a", 1));
    }
    Assignment started = Assignment.ofAttempt(1).started(1, SchedulerFixture.START, 7);
    fix.assigned("a", 1, 200, started).assigned("a", 2, 201, Assignment.ofAttempt(1));
    fix.see(new MasterEvent.WorkerGone("a")).pass(15_000);
    assertThat(fix.take(MasterDecision.DeclareLost.class).tasks())
        .extracting(lost -> lost.result().startedAt())
        .containsExactly(SchedulerFixture.START, null);
  }

  @Test
  void aWorkerThatComesAndGoesIsGivenWhatNoOtherHasRoomForUntilItHasStayed() {
    fix.loaded().worker("a", 9).worker("b", 1);
    fix.see(new MasterEvent.WorkerGone("a")).worker("a", 9);
    fix.task(1, spec()).task(2, spec()).expect(assign(1, "b", 1), assign(2, "a", 1));
    fix.see(new MasterEvent.Carried(assign(1, "b", 1)));
    fix.see(new MasterEvent.Carried(assign(2, "a", 1)));
    fix.see(new MasterEvent.StatusAppeared(id(1))).gone("b", 1);
    fix.pass(Scheduler.STEADY_MILLIS).task(3, spec()).expect(assign(3, "a", 1));
  }

  /** A person uses a number again that has a record. */
  @Test
  void anAssignmentOfAnAttemptThatIsRecordedIsSettledAsTheNext() {
    AttemptRecord failed =
        new AttemptRecord(Outcome.EXITED, true, "b", SchedulerFixture.START, 150, 0);
    fix.loaded().worker("a", 1);
    fix.assigned("a", 1, 200, Assignment.ofAttempt(1));
    fix.task(1, spec(), new TaskChildren(false, Map.of(1, failed), null, Map.of()));
    fix.expectNothing().see(new MasterEvent.WorkerGone("a")).pass(15_000);
    MasterDecision.DeclareLost lost = fix.take(MasterDecision.DeclareLost.class);
    assertThat(lost.tasks().get(0).result().attempt()).isEqualTo(2);
    fix.see(new MasterEvent.Carried(lost)).pass(60_000).expectNothing();
  }

  @Test
  void anAssignmentOfAnAttemptThatWasRecordedBeforeItIsALostAttemptWhenItVanishes() {
    AttemptRecord failed =
        new AttemptRecord(Outcome.EXITED, true, "b", SchedulerFixture.START, 150, 0);
    fix.loaded().worker("a", 1);
    fix.assigned("a", 1, 200, Assignment.ofAttempt(1));
    fix.task(1, spec(), new TaskChildren(false, Map.of(1, failed), null, Map.of()));
    fix.gone("a", 1);
    MasterDecision.WriteResult lost = fix.take(MasterDecision.WriteResult.class);
    assertThat(lost.result().attempt()).isEqualTo(2);
    assertThat(lost.result().outcome()).isEqualTo(Outcome.LOST);
  }

  private static AttemptRecord lost() {
    return new AttemptRecord(Outcome.LOST, true, null, SchedulerFixture.START, 900, 0);
  }

  @ParameterizedTest
  @EnumSource(
      value = OnLost.class,
      names = {"RERUN", "FAIL"})
  void aHeldTaskIsReleasedAsAPersonDecides(OnLost as) {
    fix.see(new MasterEvent.IncarnationSeen("a", 4, Incarnation.BY_HAND));
    fix.assigned("a", 1, 200, Assignment.ofAttempt(1).withHeld(true)).task(1, spec());
    fix.loaded().pass(60_000).expectNothing();
    fix.released(1, 1, as, 1_000);
    MasterDecision.WriteResult end = fix.take(MasterDecision.WriteResult.class);
    assertThat(end.last()).isEqualTo(as == OnLost.FAIL);
    assertThat(end.holder()).isEqualTo(new MasterDecision.Holder("a", 7));
  }

  @Test
  void aHeldTaskTakesNoSlot() {
    fix.loaded().worker("a", 1).task(1, spec()).expectCarried(assign(1, "a", 1));
    fix.assigned("a", 1, Assignment.ofAttempt(1).withHeld(true));
    fix.task(2, spec()).expect(assign(2, "a", 1));
  }

  @Test
  void aTasksSpecAndItsAttemptsCountAmongTheBytesThatAreKept() {
    AttemptRecord failed =
        new AttemptRecord(Outcome.EXITED, true, null, SchedulerFixture.START, 900, 300_000);
    TaskChildren ended = new TaskChildren(true, Map.of(1, failed, 2, failed), null, Map.of());
    fix.loaded();
    for (int i = 1; i <= 2; i++) {
      fix.see(
          new MasterEvent.TaskSeen(id(i), i, SchedulerFixture.START, spec(), null, ended, 100_000));
      fix.see(
          new MasterEvent.StatusRead(id(i), 500 + i, SchedulerFixture.START.plusMillis(i), 1_000));
    }
    fix.pass(Duration.ofMinutes(11).toMillis()).expect(purge(1, 1));
  }

  @Test
  void finishedTasksBeyondTheBoundArePurgedOldestFirstButNeverYoungOnes() {
    fix.loaded();
    for (int i = 1; i <= 5; i++) {
      fix.task(i, spec(), new TaskChildren(true, Map.of(), null, Map.of()));
      fix.see(
          new MasterEvent.StatusRead(id(i), 500 + i, SchedulerFixture.START.plusMillis(i), 100));
    }
    fix.pass(Duration.ofMinutes(9).toMillis()).expectNothing();
    fix.pass(Duration.ofMinutes(2).toMillis());
    fix.expect(purge(1, 100), purge(2, 101));
  }

  /** A master keeps a million ended tasks in mind, each of whose commands may be large. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void ofAnEndedTaskNoCommandIsKept(boolean endedBefore) {
    TaskSpec large = TaskSpec.of(Command.shell("true #" + "x".repeat(1_000)));
    WeakReference<TaskSpec> kept = new WeakReference<>(large);
    fix.loaded().task(1, large, new TaskChildren(endedBefore, Map.of(), null, Map.of()));
    large = null;
    assertThat(fix.queued()).isEqualTo(endedBefore ? 0 : 1);

    fix.see(new MasterEvent.StatusAppeared(id(1)));

    await("its command is collected")
        .until(
            () -> {
              System.gc();
              return kept.get() == null;
            });
    fix.pass(1_000).expectNothing();
  }
}
