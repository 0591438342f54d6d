package io.zkrun.core;

import static io.zkrun.core.SchedulerFixture.id;
import static io.zkrun.core.SchedulerFixture.spec;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A person's decision holds for what was held when it was made. */
class ReleaseTest {
  private static final TaskSpec HOLD = spec().toBuilder().onLost(OnLost.HOLD).build();
  private static final Assignment FIRST = Assignment.ofAttempt(1);
  private static final Assignment HELD = FIRST.withHeld(true);
  private static final Assignment TAKEN_UP =
      FIRST.started(1, SchedulerFixture.START, 7).withHeld(false);

  private final SchedulerFixture fix = new SchedulerFixture();

  /** Task 1 is held at the lost worker a since this transaction. */
  private void heldSince(long zxid) {
    fix.see(new MasterEvent.IncarnationSeen("a", 4, new Incarnation(13, "spool")));
    fix.task(1, HOLD).assigned("a", 1, 200, zxid, HELD);
  }

  private void expectReleased() {
    MasterDecision.WriteResult end = fix.take(MasterDecision.WriteResult.class);
    assertThat(end.holder()).isEqualTo(new MasterDecision.Holder("a", 7));
    assertThat(end.result().attempt()).isEqualTo(1);
  }

  @Test
  void oneThatWasDecidedWhileItWasHeldBeforeIsVoidThoughNoMasterLedThen() {
    heldSince(300);
    fix.released(1, 1, OnLost.RERUN, 250).loaded().pass(60_000).expectNothing();
    fix.released(1, 1, OnLost.RERUN, 350);
    expectReleased();
  }

  @Test
  void oneThatWasDecidedWhileNoMasterLedCountsWhereTheWorkerHasNotBeenBackSince() {
    heldSince(300);
    fix.released(1, 1, OnLost.RERUN, 350).loaded();
    expectReleased();
  }

  @Test
  void oneThatComesWhenTheWorkerIsBackDoesNotCountWhenItIsLostAgain() {
    heldSince(300);
    fix.loaded().worker("a", 1).assigned("a", 1, 200, 360, TAKEN_UP);
    fix.released(1, 1, OnLost.RERUN, 350).expectNothing();
    fix.see(new MasterEvent.WorkerGone("a")).pass(15_000);
    MasterDecision.DeclareLost lost = fix.take(MasterDecision.DeclareLost.class);
    assertThat(lost.tasks().get(0).fate()).isEqualTo(MasterDecision.Fate.HOLD);
    fix.see(new MasterEvent.Carried(lost)).expectNothing();
    fix.assigned("a", 1, 200, 400, HELD).pass(60_000).expectNothing();
    fix.released(1, 1, OnLost.FAIL, 450);
    expectReleased();
  }

  @Test
  void itCountsThoughTheHeldAssignmentWasChangedAfterwards() {
    heldSince(300);
    fix.loaded().see(new MasterEvent.CancelSeen(id(1), "stop"));
    MasterDecision ask = new MasterDecision.AskCancel("a", id(1), "stop");
    fix.expect(ask).assigned("a", 1, 200, 400, HELD.withCancel("stop"));
    fix.see(new MasterEvent.Carried(ask)).released(1, 1, OnLost.FAIL, 350);
    expectReleased();
  }
}
