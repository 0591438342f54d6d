package io.zkrun.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.core.Registration.Alive;
import io.zkrun.core.Registration.Holder;
import io.zkrun.core.Registration.Memory;
import io.zkrun.core.Registration.Seen;
import io.zkrun.core.Registration.Step;
import io.zkrun.core.Registration.Version;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** When a worker may register, from what it has read and what it knows. */
class RegistrationTest {
  private static final long SESSION = 77;
  private static final long OTHER_SESSION = 78;
  private static final Version AT_5 = new Version(100, 5);
  private static final Version AT_6 = new Version(100, 6);
  private static final ClusterId CLUSTER = new ClusterId("c1", 4, 1_700_000_000_000L);

  private final Registration registration = new Registration("spool", "boot", SESSION, 20_000);

  private static Holder holder(String spoolId, String bootId, long owner, boolean registered) {
    WorkerInfo info = new WorkerInfo("host9", 4711, 2, Map.of(), spoolId, bootId, "1");
    return new Holder(info, owner, registered);
  }

  private static Seen free(Version incarnation) {
    return new Seen(null, incarnation, "spool", false, CLUSTER);
  }

  private static Seen heldBy(Holder holder) {
    return new Seen(holder, AT_5, "spool", false, CLUSTER);
  }

  private Step next(Memory memory, Seen seen, Alive alive) {
    return registration.next(memory, seen, alive, 0);
  }

  @Test
  void theFirstTimeItClaims() {
    assertThat(next(Memory.NONE, free(AT_5), Alive.NOTHING)).isEqualTo(new Step.Claim(false, AT_5));
  }

  @Test
  void anUndeclaredLossLeavesRunsAlone() {
    Memory memory = new Memory(AT_5, null, CLUSTER);
    assertThat(next(memory, free(AT_5), Alive.FENCED)).isEqualTo(new Step.Claim(false, AT_5));
  }

  @Test
  void aDeclaredLossEndsFencedRunsFirst() {
    Memory memory = new Memory(AT_5, null, CLUSTER);
    assertThat(next(memory, free(AT_6), Alive.FENCED)).isEqualTo(new Step.EndFenced());
    Memory voided = new Memory(null, null, CLUSTER);
    assertThat(next(voided, free(AT_6), Alive.FENCED)).isInstanceOf(Step.Wait.class);
    assertThat(next(voided, free(AT_6), Alive.HOLD_ONLY)).isEqualTo(new Step.Claim(false, AT_6));
    assertThat(next(voided, free(AT_6), Alive.NOTHING)).isEqualTo(new Step.Claim(false, AT_6));
  }

  @Test
  void aNodeMadeAnewIsADeclaredLossToo() {
    Memory memory = new Memory(AT_5, null, CLUSTER);
    assertThat(next(memory, free(new Version(101, 5)), Alive.NOTHING))
        .isEqualTo(new Step.EndFenced());
  }

  @Test
  void anotherTreeEndsEverything() {
    Memory memory = new Memory(AT_5, AT_5, new ClusterId("c0", 4, 1_600_000_000_000L));
    Seen confirmed =
        new Seen(holder("spool", "boot", SESSION, true), AT_6, "spool", false, CLUSTER);
    assertThat(next(memory, confirmed, Alive.HOLD_ONLY)).isEqualTo(new Step.EndAll());
  }

  @Test
  void anotherTreeThatNoMasterHadNamedYetEndsEverythingToo() {
    Memory memory = new Memory(AT_5, null, new ClusterId("", 4, 1_600_000_000_000L));
    assertThat(next(memory, free(AT_5), Alive.HOLD_ONLY)).isEqualTo(new Step.EndAll());
  }

  @Test
  void theSameTreeUnderAnotherNameOrNoneEndsNothing() {
    Memory memory = new Memory(AT_5, null, CLUSTER);
    for (String uuid : new String[] {"", "c2"}) {
      Seen seen = new Seen(null, AT_5, "spool", false, CLUSTER.withUuid(uuid));
      assertThat(next(memory, seen, Alive.FENCED)).isEqualTo(new Step.Claim(false, AT_5));
    }
  }

  @Test
  void aRegistrationInDoubtIsConfirmedByItsVersionAndSession() {
    Memory memory = new Memory(null, AT_5, CLUSTER);
    Holder ours = holder("spool", "boot", SESSION, true);
    assertThat(next(memory, new Seen(ours, AT_6, "spool", true, CLUSTER), Alive.FENCED))
        .isEqualTo(new Step.Confirm(AT_6));
  }

  @Test
  void aRegistrationInDoubtThatDidNotHappenIsTriedAgain() {
    Memory memory = new Memory(null, AT_5, CLUSTER);
    assertThat(next(memory, free(AT_5), Alive.NOTHING)).isEqualTo(new Step.Claim(false, AT_5));
  }

  @Test
  void anotherVersionSessionOrAHandMadeNodeConfirmsNothing() {
    Memory memory = new Memory(null, AT_5, CLUSTER);
    Version at7 = new Version(100, 7);
    Holder ours = holder("spool", "boot", SESSION, true);
    assertThat(next(memory, new Seen(ours, at7, "spool", false, CLUSTER), Alive.NOTHING))
        .isEqualTo(new Step.Claim(true, at7));
    Holder older = holder("spool", "boot", OTHER_SESSION, true);
    assertThat(next(memory, new Seen(older, AT_6, "spool", false, CLUSTER), Alive.NOTHING))
        .isEqualTo(new Step.Claim(true, AT_6));
    Holder byHand = holder("spool", "boot", SESSION, false);
    assertThat(next(memory, new Seen(byHand, AT_6, "spool", false, CLUSTER), Alive.NOTHING))
        .isEqualTo(new Step.Claim(true, AT_6));
  }

  @Test
  void itsOwnStaleNodeIsReplaced() {
    assertThat(
            next(Memory.NONE, heldBy(holder("spool", "boot", OTHER_SESSION, true)), Alive.NOTHING))
        .isEqualTo(new Step.Claim(true, AT_5));
  }

  @Test
  void itsNameHeldByAnotherSpoolIsWaitedForAndThenRefused() {
    Seen seen = heldBy(holder("elsewhere", "boot", OTHER_SESSION, true));
    assertThat(registration.next(Memory.NONE, seen, Alive.NOTHING, 19_999))
        .isInstanceOfSatisfying(
            Step.Wait.class, wait -> assertThat(wait.why()).contains("'host9'"));
    assertThat(registration.next(Memory.NONE, seen, Alive.NOTHING, 20_000))
        .isInstanceOfSatisfying(
            Step.Refuse.class,
            refuse -> assertThat(refuse.message()).contains("'host9'", "4711", "20 s", "--name"));
  }

  @Test
  void theSameSpoolOnAnotherBootIsNotOurs() {
    Seen seen = heldBy(holder("spool", "earlier", OTHER_SESSION, true));
    assertThat(next(Memory.NONE, seen, Alive.NOTHING)).isInstanceOf(Step.Wait.class);
  }

  @Test
  void assignmentsOfAnotherSpoolWaitForTheMaster() {
    Seen seen = new Seen(null, AT_5, "elsewhere", true, CLUSTER);
    assertThat(next(Memory.NONE, seen, Alive.NOTHING))
        .isInstanceOfSatisfying(
            Step.Wait.class, wait -> assertThat(wait.why()).contains("elsewhere"));
  }

  @Test
  void heldAssignmentsOfAnotherSpoolAndThoseMadeByHandDoNotKeepItOut() {
    assertThat(next(Memory.NONE, new Seen(null, AT_5, "elsewhere", false, CLUSTER), Alive.NOTHING))
        .isEqualTo(new Step.Claim(false, AT_5));
    assertThat(next(Memory.NONE, new Seen(null, AT_5, null, true, CLUSTER), Alive.NOTHING))
        .isEqualTo(new Step.Claim(false, AT_5));
  }
}
