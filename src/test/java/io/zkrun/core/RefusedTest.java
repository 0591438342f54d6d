package io.zkrun.core;

import static io.zkrun.core.SchedulerFixture.assign;
import static io.zkrun.core.SchedulerFixture.id;
import static io.zkrun.core.SchedulerFixture.spec;
import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.core.MasterEvent.AttemptRecord;
import io.zkrun.core.MasterEvent.TaskChildren;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What ZooKeeper refuses for good is tried less and less often, and stands in nobody's way. */
class RefusedTest {
  private static final int MANY = 100;
  private static final Assignment FIRST = Assignment.ofAttempt(1);
  private static final long HOUR = 3_600_000;

  private final SchedulerFixture fix = new SchedulerFixture();

  /** Refuses everything of a kind for an hour, as a tree that never changes does. */
  private int refuse(Class<? extends MasterDecision> kind) {
    int refused = 0;
    for (long passed = 0; passed < HOUR; passed += 100) {
      fix.pass(100);
      for (List<MasterDecision> all = fix.takeAll(); !all.isEmpty(); all = fix.takeAll()) {
        for (MasterDecision each : all) {
          if (kind.isInstance(each)) {
            refused++;
            fix.see(new MasterEvent.Refused(each));
          } else if (each instanceof MasterDecision.Reread) {
            fix.task(1, spec(), 100, children);
          } else if (each instanceof MasterDecision.RereadAssignment
              || each instanceof MasterDecision.RereadWorker) {
            fix.assigned("a", 1, 200, FIRST);
          }
        }
      }
    }
    return refused;
  }

  private TaskChildren children = TaskChildren.NONE;

  @Test
  void anAssignmentThatCannotBeMadeIsTriedAboutOnceAMinute() {
    fix.loaded().worker("a", 1).task(1, spec());
    assertThat(refuse(MasterDecision.Assign.class)).isBetween(50, 75);
  }

  @Test
  void aResultThatCannotBeWrittenIsTriedAboutOnceAMinute() {
    children = new TaskChildren(false, Map.of(), "stop", Map.of());
    fix.loaded().task(1, spec(), 100, children);
    assertThat(refuse(MasterDecision.WriteResult.class)).isBetween(50, 75);
  }

  @Test
  void anAssignmentThatCannotBeChangedIsTriedAboutOnceAMinute() {
    fix.loaded().worker("a", 1).task(1, spec(), 100, TaskChildren.NONE);
    fix.expectCarried(assign(1, "a", 1)).assigned("a", 1, 200, FIRST);
    fix.see(new MasterEvent.CancelSeen(id(1), "stop"));
    assertThat(refuse(MasterDecision.AskCancel.class)).isBetween(50, 75);
  }

  @Test
  void anAssignmentThatCannotBeClearedIsTriedAboutOnceAMinute() {
    fix.loaded().worker("a", 1).assigned("a", 1, 200, FIRST);
    assertThat(refuse(MasterDecision.Clear.class)).isBetween(50, 75);
  }

  @Test
  void aLossThatCannotBeDeclaredIsTriedAboutOnceAMinute() {
    fix.loaded().worker("a", 1).task(1, spec(), 100, TaskChildren.NONE);
    fix.expectCarried(assign(1, "a", 1)).assigned("a", 1, 200, FIRST);
    fix.see(new MasterEvent.WorkerGone("a"));
    assertThat(refuse(MasterDecision.DeclareLost.class)).isBetween(50, 80);
  }

  @Test
  void aWorkerThatCanBeGivenNothingDoesNotKeepATaskFromTheOthers() {
    fix.loaded().worker("a", 5).worker("b", 1).task(1, spec(), 100, TaskChildren.NONE);
    for (int i = 0; i < 2; i++) {
      fix.expect(assign(1, "a", 1)).see(new MasterEvent.Refused(assign(1, "a", 1)));
      fix.expect(new MasterDecision.Reread(id(1))).task(1, spec(), 100, TaskChildren.NONE);
    }
    fix.pass(1_000).expect(assign(1, "b", 1));
  }

  @Test
  void oneTaskThatCannotBeSettledKeepsNoOtherOfALostWorkerFromIt() {
    assertThat(settledWithin(16_000)).isEqualTo(MANY - 1);
  }

  /** Of a lost worker's tasks one cannot be settled: how many of the others are by then. */
  private int settledWithin(long millis) {
    fix.loaded().worker("a", MANY);
    for (int i = 1; i <= MANY; i++) {
      fix.task(i, spec()).expectCarried(assign(i, "a", 1)).assigned("a", i, 1_000 + i, FIRST);
    }
    fix.see(new MasterEvent.WorkerGone("a"));
    TaskId poison = id(3);
    int settled = 0;
    for (long passed = 0; passed < millis; passed += 100) {
      fix.pass(100);
      for (List<MasterDecision> all = fix.takeAll(); !all.isEmpty(); all = fix.takeAll()) {
        for (MasterDecision each : all) {
          if (each instanceof MasterDecision.DeclareLost lost) {
            boolean refused = lost.tasks().stream().anyMatch(task -> task.task().equals(poison));
            settled += refused ? 0 : lost.tasks().size();
            fix.see(refused ? new MasterEvent.Refused(lost) : new MasterEvent.Carried(lost));
          } else if (each instanceof MasterDecision.Reread reread) {
            int number = Integer.parseInt(reread.task().value().substring(5));
            fix.task(number, spec(), 98 + 2 * number, TaskChildren.NONE);
          } else if (each instanceof MasterDecision.RereadWorker) {
            fix.see(new MasterEvent.IncarnationSeen("a", 1, new Incarnation(13, "spool")));
          }
        }
      }
    }
    return settled;
  }

  /** That is no fault of the worker, which is not left alone for it. */
  @Test
  void tasksThatWereDeletedWhileTheyWereGivenOutKeepTheirWorkerFromNothing() {
    fix.loaded().worker("a", 4);
    for (int i = 1; i <= 4; i++) {
      fix.task(i, spec()).expect(assign(i, "a", 1));
    }
    for (int i = 1; i <= 4; i++) {
      fix.see(new MasterEvent.TaskGone(id(i))).see(new MasterEvent.Refused(assign(i, "a", 1)));
    }
    fix.expectNothing().task(5, spec()).expect(assign(5, "a", 1));
  }

  /** Somebody has made a record that leaves no number. */
  @Test
  void aTaskThatHasNoNumberLeftForAnAttemptEnds() {
    AttemptRecord last =
        new AttemptRecord(Outcome.EXITED, true, "a", SchedulerFixture.START, 900, 0);
    fix.loaded().worker("a", 1);
    fix.task(
        1, spec(), new TaskChildren(false, Map.of(Assignment.MAX_ATTEMPT, last), null, Map.of()));
    MasterDecision.WriteResult end = fix.take(MasterDecision.WriteResult.class);
    assertThat(end.last()).isTrue();
    assertThat(end.result().outcome()).isEqualTo(Outcome.LOST);
    assertThat(end.result().reason()).contains("1000000");
  }
}
