package io.zkrun.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.core.Assignment;
import io.zkrun.core.Bytes;
import io.zkrun.core.ClusterId;
import io.zkrun.core.NotReady;
import io.zkrun.core.Outcome;
import io.zkrun.core.Result;
import io.zkrun.core.RunEnd;
import io.zkrun.core.RunKey;
import io.zkrun.core.StopMode;
import io.zkrun.core.TaskId;
import io.zkrun.znode.Answer;
import io.zkrun.znode.AssignmentNode;
import io.zkrun.znode.ForwardingTree;
import io.zkrun.znode.MemoryTree.Fate;
import io.zkrun.znode.Node;
import io.zkrun.znode.Tree;
import io.zkrun.znode.WorkerNode;
import io.zkrun.znode.Write;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A worker's life with its assignments. */
class WorkerTest {
  private static final NotReady FULL = new NotReady(NotReady.SPOOL_FULL, "the disk is full");

  @Test
  void runsWhatIsAssignedAndWritesItsResult() {
    WorkerWorld world = WorkerWorld.started();
    world.assign("a", "echo hello");
    assertThat(world.runs.history).containsExactly("start a#1");
    world.runs.exit("a", 3);
    world.time.settle();
    assertThat(world.status("a").exitCode()).isEqualTo(3);
    assertThat(world.status("a").state()).isEqualTo(Result.State.FAILED);
    assertThat(world.status("a").worker()).isEqualTo("w");
    assertThat(world.exists("/assign/w/a")).isFalse();
    assertThat(world.runs.entries).isEmpty();
  }

  @Test
  void saysThatItRunsWhatTakesLonger() {
    WorkerWorld world = WorkerWorld.started();
    world.assign("a", "sleep 9");
    world.time.advance(49);
    assertThat(world.assignment("a").running()).isFalse();
    world.time.advance(2);
    assertThat(world.assignment("a").running()).isTrue();
    assertThat(world.assignment("a").pid()).isEqualTo(4711);
  }

  @Test
  void runsNoMoreThanItsSlotsInTheOrderOfAssignment() {
    WorkerWorld world = WorkerWorld.started();
    for (String task : new String[] {"c", "b", "a"}) {
      world.assign(task, "true");
    }
    assertThat(world.runs.history).containsExactly("start c#1", "start b#1");
    world.runs.exit("b", 0);
    world.time.settle();
    assertThat(world.runs.history).endsWith("start a#1");
  }

  @Test
  void runsAllThatOneTransactionAssigned() {
    WorkerWorld world = WorkerWorld.started();
    world.write(
        new Write.Create("/tasks/a", Bytes.utf8("x"), Write.Mode.PERSISTENT),
        new Write.Create("/tasks/b", Bytes.utf8("y"), Write.Mode.PERSISTENT));
    world.write(
        new Write.Create("/assign/w/a", Bytes.EMPTY, Write.Mode.PERSISTENT),
        new Write.Create("/assign/w/b", Bytes.EMPTY, Write.Mode.PERSISTENT));
    assertThat(world.runs.alive()).containsExactly("a", "b");
    world.runs.exit("a", 0);
    world.runs.exit("b", 0);
    world.time.settle();
    assertThat(world.exists("/tasks/a/status")).isTrue();
    assertThat(world.exists("/tasks/b/status")).isTrue();
  }

  @Test
  void aFailureWithRetriesIsAnAttempt() {
    WorkerWorld world = WorkerWorld.started();
    world.assign("a", "{\"cmd\":\"false\",\"retries\":1}");
    world.runs.exit("a", 1);
    world.time.settle();
    assertThat(world.exists("/tasks/a/attempt-1")).isTrue();
    assertThat(world.exists("/tasks/a/status")).isFalse();
    world.assign("a", Assignment.ofAttempt(0));
    assertThat(world.runs.history).endsWith("start a#2");
    world.runs.exit("a", 1);
    world.time.settle();
    assertThat(world.status("a").attempt()).isEqualTo(2);
  }

  @Test
  void aBadSpecIsRejectedWithTheMistake() {
    WorkerWorld world = WorkerWorld.started();
    world.assign("a", "{\"cmd\":");
    assertThat(world.status("a").outcome()).isEqualTo(Outcome.REJECTED);
    assertThat(world.exists("/assign/w/a")).isFalse();
    assertThat(world.runs.history).isEmpty();
  }

  @Test
  void neverRunsWhatHasAStatusOrNoTask() {
    WorkerWorld world = WorkerWorld.started();
    world.make("/tasks/a", "true");
    world.make("/tasks/a/status", "done");
    world.assign("a", Assignment.ofAttempt(0));
    world.assign("ghost", Assignment.ofAttempt(0));
    assertThat(world.exists("/assign/w/a")).isFalse();
    assertThat(world.exists("/assign/w/ghost")).isFalse();
    assertThat(world.runs.history).isEmpty();
  }

  @Test
  void endsWhatIsCancelled() {
    WorkerWorld world = WorkerWorld.started();
    world.assign("a", "sleep 9");
    world.reassign("a", each -> each.withCancel("enough"));
    assertThat(world.runs.history).endsWith("end a CANCELLED");
    assertThat(world.status("a").state()).isEqualTo(Result.State.CANCELLED);
    assertThat(world.status("a").reason()).isEqualTo("enough");
  }

  @Test
  void whatIsCancelledBeforeItsStartNeverRuns() {
    WorkerWorld world = WorkerWorld.started();
    world.make("/tasks/a", "true");
    world.assign("a", Assignment.ofAttempt(1).withCancel("no"));
    assertThat(world.status("a").outcome()).isEqualTo(Outcome.CANCELLED);
    assertThat(world.runs.history).isEmpty();
  }

  @Test
  void givesBackOnlyWhatHasNotStarted() {
    WorkerWorld world = WorkerWorld.started();
    for (String task : new String[] {"a", "b", "c"}) {
      world.assign(task, "true");
    }
    world.reassign("a", Assignment::withGiveBack);
    world.reassign("c", Assignment::withGiveBack);
    assertThat(world.exists("/assign/w/a")).isTrue();
    assertThat(world.exists("/assign/w/c")).isFalse();
    assertThat(world.exists("/tasks/c/status")).isFalse();
  }

  @Test
  void endsWithoutAResultWhatSomebodyTook() {
    WorkerWorld world = WorkerWorld.started();
    world.assign("a", "sleep 9");
    world.delete("/assign/w/a");
    assertThat(world.runs.history).endsWith("end a DROPPED");
    assertThat(world.exists("/tasks/a/status")).isFalse();
    assertThat(world.runs.entries).isEmpty();
  }

  @Test
  void aTaskAssignedAgainWaitsForItsOldTree() {
    WorkerWorld world = WorkerWorld.started();
    world.assign("a", "sleep 9");
    world.runs.obeys = false;
    world.delete("/assign/w/a");
    world.assign("a", Assignment.ofAttempt(2));
    assertThat(world.runs.history).containsExactly("start a#1", "end a DROPPED");
    world.runs.finish(world.runs.key("a"), RunEnd.without(Outcome.LOST, "", Instant.EPOCH));
    world.time.settle();
    assertThat(world.runs.history).endsWith("start a#2");
  }

  @Test
  void aResultThatIsThereAlreadyStands() {
    WorkerWorld world = WorkerWorld.started();
    world.assign("a", "sleep 9");
    world.make("/tasks/a/status", "by hand");
    world.runs.exit("a", 0);
    world.time.settle();
    assertThat(world.status("a").outcome()).isEqualTo(Outcome.UNKNOWN);
    assertThat(world.exists("/assign/w/a")).isFalse();
    assertThat(world.runs.entries).isEmpty();
  }

  @Test
  void aResultLostBeforeItsCommitIsSentAgain() {
    for (Fate fate : Fate.values()) {
      WorkerWorld world = WorkerWorld.started();
      world.assign("a", "true");
      world.runs.exit("a", 0);
      world.time.runUntil(() -> world.runs.entries.get(world.runs.key("a")).told);
      world.session().disconnect(fate);
      world.time.settle();
      world.session().reconnect();
      world.time.settle();
      assertThat(world.status("a").exitCode()).as("%s", fate).isEqualTo(0);
      assertThat(world.exists("/assign/w/a")).isFalse();
      assertThat(world.runs.entries).as("%s", fate).isEmpty();
    }
  }

  @Test
  void anUnreportedCancelAndAssignmentAreSeenAfterAReconnect() {
    WorkerWorld world = WorkerWorld.started();
    world.assign("a", "sleep 9");
    world.session().disconnect(Fate.DROPPED);
    world.reassign("a", each -> each.withCancel("enough"));
    world.assign("b", "true");
    assertThat(world.runs.history).containsExactly("start a#1");
    world.session().reconnect();
    world.time.settle();
    assertThat(world.status("a").outcome()).isEqualTo(Outcome.CANCELLED);
    assertThat(world.runs.history).endsWith("start b#1");
  }

  @Test
  void outputsThatNoRequestCanHoldAreLeftOut() {
    WorkerWorld world = WorkerWorld.started();
    world.assign("a", "true");
    world.session().interference().poison("/tasks/a/status");
    world.runs.exit("a", 0);
    for (int i = 0; i < 4; i++) {
      world.time.settle();
      world.session().reconnect();
    }
    world.session().interference().poison("");
    world.time.advance(10_000);
    assertThat(world.status("a").reason()).contains("too large");
  }

  @Test
  void stopLeavesEverythingToTheNextDaemon() {
    WorkerWorld world = WorkerWorld.started();
    for (String task : new String[] {"a", "b", "c"}) {
      world.assign(task, "sleep 9");
    }
    world.worker().stop(StopMode.KEEP_COMMANDS);
    world.time.settle();
    assertThat(world.told).containsExactly("ready", "stopped");
    assertThat(world.exists("/assign/w/a")).isTrue();
    assertThat(world.exists("/assign/w/c")).isTrue();
    assertThat(world.exists("/workers/w")).isFalse();
    assertThat(world.runs.alive()).containsExactly("a", "b");
  }

  @Test
  void stopWithItsCommandsReportsThemAsLost() {
    WorkerWorld world = WorkerWorld.started();
    world.assign("a", "sleep 9");
    world.assign("b", "{\"cmd\":\"sleep 9\",\"onLost\":\"hold\"}");
    world.worker().stop(StopMode.END_COMMANDS);
    world.time.settle();
    assertThat(world.result("a", "attempt-1").reason()).isEqualTo("the worker was stopped");
    assertThat(world.assignment("b").held()).isTrue();
    assertThat(world.runs.alive()).isEmpty();
    assertThat(world.told).containsExactly("ready", "stopped");
  }

  @Test
  void leavesForeignNamesAlone() {
    WorkerWorld world = WorkerWorld.started();
    world.make("/assign/w/task-12", "what");
    world.make("/assign/w/task-12/below", "ever");
    world.assign("a", "true");
    assertThat(world.runs.history).containsExactly("start a#1");
    assertThat(world.exists("/assign/w/task-12/below")).isTrue();
  }

  /** Deletes an assignment once its task has been asked for, before that is answered. */
  private static Tree deletedWhileItIsRead(WorkerWorld world, Tree tree, AtomicBoolean done) {
    return new ForwardingTree(tree) {
      @Override
      public void get(String path, Consumer<Answer<Node>> then) {
        if (path.equals("/tasks/a") && !done.getAndSet(true)) {
          world.person.multi(
              List.of(new Write.Delete("/assign/w/a", Write.ANY_VERSION)), answer -> {});
          world.loop.after(20, () -> super.get(path, then));
        } else {
          super.get(path, then);
        }
      }
    };
  }

  @Test
  void anAssignmentThatIsDeletedWhileItsTaskIsReadIsNotRun() {
    AtomicBoolean done = new AtomicBoolean();
    WorkerWorld world = new WorkerWorld();
    world.wrap = tree -> deletedWhileItIsRead(world, tree, done);
    world.start();
    world.assign("a", "true");
    world.time.advance(1_000);
    assertThat(done).isTrue();
    assertThat(world.exists("/assign/w/a")).isFalse();
    assertThat(world.runs.history).isEmpty();
    world.assign("a", Assignment.ofAttempt(2));
    assertThat(world.runs.history).containsExactly("start a#2");
  }

  @Test
  void whatCannotBeIsTakenForABugAndEverythingIsReadAgain() {
    WorkerWorld world = WorkerWorld.started();
    world.assign("a", "sleep 9");
    RunKey stranger = new RunKey(new TaskId("b"), 1, 2);
    world.runs.entries.put(stranger, new FakeRuns.Entry(ClusterId.NONE));
    world.runs.finish(stranger, RunEnd.exited(0, Instant.EPOCH, Instant.EPOCH));
    world.time.settle();
    assertThat(world.told).hasSize(2);
    assertThat(world.told.get(1)).startsWith("impossible: no run b@");
    world.time.advance(1_500);
    assertThat(world.told).hasSize(3).endsWith("ready");
    world.runs.exit("a", 0);
    world.time.settle();
    assertThat(world.status("a").exitCode()).isEqualTo(0);
  }

  @Test
  void whatItsHostCannotStartGoesBackAfterItHasSaidSo() {
    WorkerWorld world = WorkerWorld.started();
    List<String> committed = new ArrayList<>();
    world.server.onCommit(
        writes ->
            writes.forEach(each -> committed.add(each.getClass().getSimpleName() + each.path())));
    world.runs.trouble = FULL;
    world.assign("a", "{\"cmd\":\"true\",\"onLost\":\"fail\"}");
    world.time.advance(1_000);
    assertThat(world.result("a", "attempt-1").outcome()).isEqualTo(Outcome.RETURNED);
    assertThat(world.exists("/assign/w/a")).isFalse();
    assertThat(world.exists("/tasks/a/status")).isFalse();
    assertThat(committed.indexOf("SetData/assign/w"))
        .isNotNegative()
        .isLessThan(committed.indexOf("Create/tasks/a/attempt-1"));
    assertThat(WorkerNode.decode(world.node("/workers/w").data()).notReady()).isEqualTo(FULL);
    assertThat(world.node("/workers/w").stat().version()).isEqualTo(1);
    assertThat(world.health()).isEqualTo("takes nothing new: the disk is full");
    assertThat(world.runs.history).containsExactly("refuse a#1");
  }

  @Test
  void itTakesTasksAgainOnceItsHostCanStartThem() {
    WorkerWorld world = WorkerWorld.started();
    world.runs.trouble = FULL;
    world.assign("a", "true");
    world.time.advance(10_000);
    assertThat(world.runs.history).containsExactly("refuse a#1", "probe", "probe", "probe");
    world.runs.trouble = null;
    world.time.advance(3_100);
    assertThat(WorkerNode.decode(world.node("/workers/w").data()).notReady()).isNull();
    assertThat(world.health()).isEqualTo("ready");
    world.assign("b", "true");
    assertThat(world.runs.history).endsWith("start b#1");
  }

  @Test
  void whatRunsGoesOnWhileItsHostCanStartNothingMore() {
    WorkerWorld world = WorkerWorld.started();
    world.assign("a", "sleep 9");
    world.runs.trouble = FULL;
    world.assign("b", "true");
    world.time.advance(60_000);
    assertThat(world.runs.alive()).containsExactly("a");
    world.runs.exit("a", 7);
    world.time.settle();
    assertThat(world.status("a").exitCode()).isEqualTo(7);
  }

  @Test
  void whatWasHandedBackIsNoFailureOfTheTask() {
    WorkerWorld world = WorkerWorld.started();
    world.runs.trouble = FULL;
    world.assign("a", "{\"cmd\":\"true\",\"retries\":1}");
    world.time.advance(1_000);
    world.runs.trouble = null;
    world.time.advance(5_000);
    world.assign("a", Assignment.ofAttempt(2));
    world.runs.exit("a", 3);
    world.time.settle();
    assertThat(world.result("a", "attempt-2").exitCode()).isEqualTo(3);
    assertThat(world.exists("/tasks/a/status")).isFalse();
  }

  @Test
  void aConnectionThatIsLostWhileItSaysThatItTakesNothingChangesNothing() {
    for (Fate fate : Fate.values()) {
      WorkerWorld world = WorkerWorld.started();
      world.runs.trouble = FULL;
      world.make("/tasks/a", "true");
      world.write(
          new Write.Create(
              "/assign/w/a",
              AssignmentNode.encode(Assignment.ofAttempt(1)),
              Write.Mode.PERSISTENT));
      world.session().disconnect(fate);
      world.time.advance(200);
      world.session().reconnect();
      world.time.advance(2_000);
      assertThat(world.result("a", "attempt-1").outcome()).isEqualTo(Outcome.RETURNED);
      assertThat(WorkerNode.decode(world.node("/workers/w").data()).notReady()).isEqualTo(FULL);
    }
  }
}
