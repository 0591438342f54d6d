package io.zkrun.master;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.core.Assignment;
import io.zkrun.core.Bytes;
import io.zkrun.core.OnLost;
import io.zkrun.core.Outcome;
import io.zkrun.core.Output;
import io.zkrun.core.Result;
import io.zkrun.core.SchedulerOptions;
import io.zkrun.core.TaskId;
import io.zkrun.znode.Answer;
import io.zkrun.znode.AssignmentNode;
import io.zkrun.znode.FailingReads;
import io.zkrun.znode.Failure;
import io.zkrun.znode.ForwardingTree;
import io.zkrun.znode.MemoryTree;
import io.zkrun.znode.RequestNode;
import io.zkrun.znode.ResultNode;
import io.zkrun.znode.Tree;
import io.zkrun.znode.Write;
import io.zkrun.znode.Written;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a master does about tasks, workers and assignments. */
class MasterTest extends MasterWorld {
  @Test
  void aTaskThatAPersonSubmittedIsAssignedAndItsAssignmentGoesWithTheHandMadeStatus() {
    first.start();
    write(new Write.Create("/workers/niubike3", Bytes.utf8("niubike3:2888"), Write.Mode.EPHEMERAL));
    create("/assign/niubike3", "");
    submit("echo hello");
    assertThat(AssignmentNode.decode(data("/assign/niubike3/" + TASK)))
        .isEqualTo(Assignment.ofAttempt(1));
    create("/tasks/" + TASK + "/status", "done");
    time.advance(2_000);
    assertThat(exists("/assign/niubike3/" + TASK)).isFalse();
    assertThat(data("/tasks/" + TASK + "/status")).isEqualTo(Bytes.utf8("done"));
  }

  @Test
  void brokenSpecsAreRejectedAndTheQueueGoesOn() {
    first.start();
    worker("vm1", 9);
    submit("{\"cmd\":");
    submit("{\"cmd\":\"true\",\"retires\":3}");
    submit("{\"cmd\":\"true\",\"retries\":-1}");
    submit("true");
    for (int i = 0; i < 3; i++) {
      Result result = ResultNode.decode(data("/tasks/task-000000000" + i + "/status"));
      assertThat(result.outcome()).isEqualTo(Outcome.REJECTED);
    }
    assertThat(ResultNode.decode(data("/tasks/task-0000000001/status")).reason())
        .contains("retires");
    assertThat(exists("/assign/vm1/task-0000000003")).isTrue();
  }

  @Test
  void foreignNodesAreLeftAlone() {
    first.start();
    worker("vm1", 9);
    create("/tasks/-odd name", "x");
    create("/workers/a b", "x");
    create("/assign/vm1/-not-a-task", "x");
    create("/tasks/nightly", "true");
    assertThat(exists("/assign/vm1/nightly")).isTrue();
    assertThat(exists("/tasks/-odd name/status")).isFalse();
  }

  @Test
  void theTaskOfALostWorkerGoesToAnotherAndTheLostOneCanWriteNoMore() {
    first.start();
    worker("vm1", 1);
    submit("true");
    int incarnation = server.peek("/assign/vm1").stat().version();
    worker("vm2", 1);
    delete("/workers/vm1");
    time.advance(14_000);
    assertThat(exists("/assign/vm1/" + TASK)).isTrue();
    time.advance(2_000);
    assertThat(exists("/assign/vm1/" + TASK)).isFalse();
    assertThat(exists("/assign/vm2/" + TASK)).isTrue();
    assertThat(server.peek("/assign/vm1").stat().version()).isEqualTo(incarnation + 1);
    assertThat(ResultNode.decode(data(ResultNode.attemptPath(TASK, 1))).outcome())
        .isEqualTo(Outcome.LOST);
  }

  @ParameterizedTest
  @EnumSource(MemoryTree.Fate.class)
  void anAssignmentWhoseAnswerWasLostIsNeitherForgottenNorMadeTwice(MemoryTree.Fate fate) {
    first.start();
    worker("vm1", 1);
    worker("vm2", 1);
    List<Object> sent = new ArrayList<>();
    person.multi(
        List.of(
            new Write.Create("/tasks/task-", Bytes.utf8("true"), Write.Mode.PERSISTENT_SEQUENTIAL)),
        sent::add);
    assertThat(time.runUntil(() -> !sent.isEmpty())).isTrue();
    for (int steps = 0; steps < 6; steps++) {
      time.step();
    }
    first.tree.disconnect(fate);
    time.advance(1_000);
    first.tree.arriveLate();
    first.tree.reconnect();
    time.advance(1_000);
    assertThat(exists("/assign/vm1/" + TASK) ^ exists("/assign/vm2/" + TASK)).isTrue();
  }

  @Test
  void whatChangedWhileDisconnectedIsSeenAfterwards() {
    first.start();
    worker("vm1", 5);
    first.tree.disconnect(MemoryTree.Fate.DROPPED);
    submit("true");
    create("/tasks/named", "true");
    time.advance(1_000);
    assertThat(exists("/assign/vm1/" + TASK)).isFalse();
    first.tree.reconnect();
    time.advance(1_000);
    assertThat(exists("/assign/vm1/" + TASK)).isTrue();
    assertThat(exists("/assign/vm1/named")).isTrue();
  }

  @Test
  void aTaskExpiresInTimeThoughTheConnectionWasLostForLongJustAfterTheElection() {
    create("/tasks", "");
    submit("{\"cmd\":\"true\",\"startWithinSeconds\":30}");
    first.wrap = tree -> new CutOnceElected(tree);
    first.start();
    time.advance(60_000);
    first.tree.reconnect();
    time.advance(1_000);
    assertThat(ResultNode.decode(data(ResultNode.statusPath(TASK))).outcome())
        .isEqualTo(Outcome.EXPIRED);
  }

  /** Loses the connection with what is asked for first by the master that it has elected. */
  private final class CutOnceElected extends ForwardingTree {
    CutOnceElected(Tree tree) {
      super(tree);
    }

    @Override
    public void multi(List<Write> writes, Consumer<Answer<List<Written>>> then) {
      boolean election = writes.get(0).path().equals("/master");
      super.multi(
          writes,
          answer -> {
            then.accept(answer);
            if (election) {
              first.tree.disconnect(MemoryTree.Fate.DROPPED);
            }
          });
    }
  }

  @Test
  void assignmentsThatItMayNotReadHaveNotVanished() {
    first.start();
    worker("vm1", 2);
    submit("{\"cmd\":\"true\",\"onLost\":\"fail\"}");
    first.tree.disconnect(MemoryTree.Fate.DROPPED);
    server.refuseReads(path -> path.startsWith("/assign/vm1"));
    submit("true");
    first.tree.reconnect();
    time.advance(5_000);
    assertThat(exists("/tasks/" + TASK + "/status")).isFalse();
    assertThat(exists("/assign/vm1/task-0000000001")).isFalse();
    server.refuseReads(path -> false);
    time.advance(2_000);
    assertThat(exists("/tasks/" + TASK + "/status")).isFalse();
    assertThat(exists("/assign/vm1/" + TASK)).isTrue();
    assertThat(exists("/assign/vm1/task-0000000001")).isTrue();
  }

  /** By a server that refuses, or by a connection whose loss nobody was told of. */
  @ParameterizedTest
  @CsvSource({
    "/assign, OTHER",
    "/assign, CONNECTION_LOSS",
    "/assign/vm1, OTHER",
    "/assign/vm1, CONNECTION_LOSS",
    "/assign/vm1/task-0000000000, OTHER",
    "/assign/vm1/task-0000000000, CONNECTION_LOSS",
    "/tasks, OTHER",
    "/tasks/task-0000000000, CONNECTION_LOSS",
  })
  void aReadThatFailsAFewTimesIsNoAnswer(String path, Failure failure) {
    AtomicInteger left = new AtomicInteger();
    first.wrap = tree -> FailingReads.of(tree, path, left, failure);
    first.start();
    worker("vm1", 2);
    submit("{\"cmd\":\"true\",\"onLost\":\"fail\"}");
    first.tree.disconnect(MemoryTree.Fate.DROPPED);
    left.set(3);
    first.tree.reconnect();
    time.advance(100);
    submit("true");
    assertThat(exists("/assign/vm1/task-0000000001")).isFalse();
    time.advance(5_000);
    assertThat(left.get()).isNotPositive();
    assertThat(exists("/assign/vm1/task-0000000001")).isTrue();
    assertThat(exists("/assign/vm1/" + TASK)).isTrue();
    assertThat(exists("/tasks/" + TASK + "/status")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/release-9"})
  void theAssignmentOfATaskThatItMayNotReadStaysUntilItMay(String unreadable) {
    first.start();
    worker("vm1", 1);
    submit("{\"cmd\":\"true\",\"onLost\":\"fail\"}");
    create("/tasks/" + TASK + "/release-9", "{\"as\":\"fail\"}");
    first.tree.disconnect(MemoryTree.Fate.DROPPED);
    server.refuseReads(("/tasks/" + TASK + unreadable)::equals);
    first.tree.reconnect();
    time.advance(5_000);
    assertThat(exists("/assign/vm1/" + TASK)).isTrue();
    delete("/workers/vm1");
    time.advance(60_000);
    assertThat(exists("/assign/vm1/" + TASK)).isTrue();
    server.refuseReads(path -> false);
    time.advance(30_000);
    assertThat(exists("/assign/vm1/" + TASK)).isFalse();
    assertThat(ResultNode.decode(data("/tasks/" + TASK + "/status")).outcome())
        .isEqualTo(Outcome.LOST);
  }

  @Test
  void theAssignmentOfATaskThatItCouldNotReadGoesSoonAfterTheTask() {
    first.start();
    worker("vm1", 1);
    submit("true");
    String release = "/tasks/" + TASK + "/release-9";
    create(release, "{\"as\":\"fail\"}");
    first.tree.disconnect(MemoryTree.Fate.DROPPED);
    server.refuseReads(path -> path.equals(release) && exists(path));
    first.tree.reconnect();
    time.advance(5_000);
    assertThat(exists("/assign/vm1/" + TASK)).isTrue();
    delete(release, "/tasks/" + TASK);
    time.advance(10_000);
    assertThat(exists("/assign/vm1/" + TASK)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anAssignmentThatGoesWhileItsTaskMayNotBeReadIsALostAttempt(boolean seenByTheReading) {
    first.start();
    worker("vm1", 1);
    submit("{\"cmd\":\"true\",\"onLost\":\"fail\"}");
    first.tree.disconnect(MemoryTree.Fate.DROPPED);
    server.refuseReads(("/tasks/" + TASK)::equals);
    if (seenByTheReading) {
      first.tree.reconnect();
      time.advance(1_000);
    }
    delete("/assign/vm1/" + TASK);
    first.tree.reconnect();
    time.advance(10_000);
    server.refuseReads(path -> false);
    time.advance(5_000);
    assertThat(exists("/assign/vm1/" + TASK)).isFalse();
    assertThat(ResultNode.decode(data("/tasks/" + TASK + "/status")).outcome())
        .isEqualTo(Outcome.LOST);
  }

  @Test
  void aTaskThatItMayReadAtLastIsAssigned() {
    server.refuseReads("/tasks/theirs"::equals);
    create("/tasks", "");
    create("/tasks/theirs", "true");
    first.start();
    worker("vm1", 2);
    time.advance(1_800_000);
    server.refuseReads(path -> false);
    time.advance(6_000);
    assertThat(exists("/assign/vm1/theirs")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/tasks/theirs", "/tasks/theirs/cancel"})
  void aTaskThatItMayNotReadIsLeftAloneAndTheQueueGoesOn(String unreadable) {
    server.refuseReads(unreadable::equals);
    create("/tasks", "");
    create("/tasks/theirs", "true");
    create("/tasks/theirs/cancel", "");
    first.start();
    worker("vm1", 2);
    create("/tasks/ours", "true");
    assertThat(exists("/assign/vm1/ours")).isTrue();
    assertThat(exists("/assign/vm1/theirs")).isFalse();
    assertThat(exists("/tasks/theirs/status")).isFalse();
  }

  @Test
  void aCancelOfAPendingTaskEndsItAndOfARunningOneReachesItsWorker() {
    first.start();
    worker("vm1", 1);
    submit("true");
    submit("true");
    create("/tasks/" + TASK + "/cancel", "{\"reason\":\"enough\"}");
    create("/tasks/task-0000000001/cancel", "");
    assertThat(AssignmentNode.decode(data("/assign/vm1/" + TASK)).cancel()).isEqualTo("enough");
    assertThat(ResultNode.decode(data("/tasks/task-0000000001/status")).state())
        .isEqualTo(Result.State.CANCELLED);
  }

  @Test
  void anAssignmentThatAPersonDeletesWhileTheMasterIsCutOffIsALostAttempt() {
    first.start();
    worker("vm1", 1);
    submit("{\"cmd\":\"true\",\"onLost\":\"fail\"}");
    assertThat(exists("/assign/vm1/" + TASK)).isTrue();
    first.tree.disconnect(MemoryTree.Fate.DROPPED);
    delete("/assign/vm1/" + TASK);
    first.tree.reconnect();
    time.advance(1_000);
    assertThat(ResultNode.decode(data("/tasks/" + TASK + "/status")).outcome())
        .isEqualTo(Outcome.LOST);
    assertThat(exists("/assign/vm1/" + TASK)).isFalse();
  }

  @Test
  void anAttemptThatEndsWhileItsTaskIsReadAgainIsNoLostOne() {
    first.start();
    worker("vm1", 1);
    submit("{\"cmd\":\"true\",\"onLost\":\"fail\",\"retries\":1}");
    String attempt = ResultNode.attemptPath(TASK, 1);
    Result failed = Result.withoutRun(Outcome.SPAWN_FAILED, "no", 1, null, time.loop("x").now());
    Bytes spec = data("/tasks/" + TASK);
    person.multi(List.of(new Write.SetData("/tasks/" + TASK, spec, -1)), answer -> {});
    person.multi(
        List.of(
            new Write.Create(attempt, ResultNode.encode(failed), Write.Mode.PERSISTENT),
            new Write.Delete("/assign/vm1/" + TASK, -1)),
        answer -> {});
    time.advance(10_000);
    assertThat(exists("/tasks/" + TASK + "/status")).isFalse();
    assertThat(AssignmentNode.decode(data("/assign/vm1/" + TASK)).attempt()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theBytesOfATaskAreThoseOfItsSpecItsAttemptsAndItsStatus(boolean readAtATakeover) {
    second.retention = new SchedulerOptions.Retention(600_000, 86_400_000, 10_000, 1_000);
    if (readAtATakeover) {
      create("/tasks", "");
    } else {
      second.start();
    }
    for (String task : List.of("old", "young")) {
      create("/tasks/" + task, "x".repeat(200));
      create("/tasks/" + task + "/attempt-1", "x".repeat(300));
      create("/tasks/" + task + "/status", "done");
      time.advance(1_000);
    }
    if (readAtATakeover) {
      second.start();
    }
    time.advance(700_000);
    assertThat(exists("/tasks/old")).isFalse();
    assertThat(exists("/tasks/young")).isTrue();
  }

  @Test
  void theAttemptsOfATaskThatIsTriedVeryOftenDoNotFillTheTree() {
    first.start();
    create("/tasks/often", "{\"cmd\":\"false\",\"retries\":1000}");
    long bytes = 0;
    for (int i = 1; i <= 40; i++) {
      Result failed =
          Result.withoutRun(Outcome.SPAWN_FAILED, "no", i, null, time.loop("x").now())
              .withOutputs(
                  Output.whole(Bytes.utf8("x".repeat(60_000))),
                  Output.whole(Bytes.utf8("y".repeat(60_000))));
      write(
          new Write.Create(
              ResultNode.attemptPath(new TaskId("often"), i),
              ResultNode.encode(failed),
              Write.Mode.PERSISTENT));
      time.advance(100);
    }
    time.advance(1_000);
    for (int i = 1; i <= 40; i++) {
      Bytes data = data(ResultNode.attemptPath(new TaskId("often"), i));
      bytes += data.length();
      assertThat(ResultNode.decode(data).stdout().bytes()).isEqualTo(60_000);
      assertThat(ResultNode.decode(data).outcome()).isEqualTo(Outcome.SPAWN_FAILED);
    }
    assertThat(bytes).isLessThan(800_000);
  }

  /** A disk that hangs or is full holds up nothing but the purge. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aFinishedTaskStandsUntilItIsKeptInTheHistory(boolean refusedFirst) {
    Deque<Consumer<Boolean>> asked = new ArrayDeque<>();
    first.history = (task, spec, status, then) -> asked.add(then);
    first.start();
    worker("vm1", 1);
    create("/tasks/old", "true");
    create("/tasks/old/status", "done");
    time.advance(87_000_000);
    assertThat(exists("/tasks/old")).isTrue();
    assertThat(asked).hasSize(1);
    create("/tasks/new", "true");
    assertThat(exists("/assign/vm1/new")).isTrue();
    if (refusedFirst) {
      asked.remove().accept(false);
      time.advance(60_000);
      assertThat(exists("/tasks/old")).isTrue();
    }
    asked.remove().accept(true);
    time.advance(1_000);
    assertThat(exists("/tasks/old")).isFalse();
  }

  @Test
  void aTaskWhoseNameIsUsedAgainIsNotPurgedInPlaceOfTheFormer() {
    Deque<Consumer<Boolean>> asked = new ArrayDeque<>();
    first.history = (task, spec, status, then) -> asked.add(then);
    first.start();
    create("/tasks/old", "true");
    create("/tasks/old/status", "done");
    time.advance(87_000_000);
    delete("/tasks/old/status", "/tasks/old");
    create("/tasks/old", "true");
    asked.remove().accept(true);
    time.advance(10_000);
    assertThat(exists("/tasks/old")).isTrue();
  }

  /**
   * They have the same czxid; of the one that cannot be deleted it is remembered that it is kept.
   */
  @Test
  void ofTwoTasksThatWereSubmittedTogetherEachIsKeptInTheHistory() {
    List<String> asked = new ArrayList<>();
    AtomicBoolean full = new AtomicBoolean(true);
    first.history =
        (task, spec, status, then) -> {
          asked.add(task.value());
          then.accept(task.value().equals("a") || !full.get());
        };
    first.start();
    write(
        new Write.Create("/tasks/a", Bytes.utf8("true"), Write.Mode.PERSISTENT),
        new Write.Create("/tasks/b", Bytes.utf8("true"), Write.Mode.PERSISTENT));
    create("/tasks/a/odd", "");
    create("/tasks/a/odd/child", "");
    create("/tasks/a/status", "done");
    create("/tasks/b/status", "done");
    time.advance(87_000_000);
    assertThat(asked).contains("a", "b");
    assertThat(exists("/tasks/b")).isTrue();
    asked.clear();
    full.set(false);
    time.advance(600_000);
    assertThat(asked).containsExactly("b");
    assertThat(exists("/tasks/b")).isFalse();
  }

  /** A reason goes from znode to znode, into logs and onto screens. */
  @Test
  void aCancelThatIsNoTextAndFarTooLongReachesTheWorkerAsALine() {
    first.start();
    worker("vm1", 1);
    submit("true");
    submit("true");
    byte[] noText = new byte[400_000];
    Arrays.fill(noText, (byte) 0xe9);
    for (String task : List.of(TASK.value(), "task-0000000001")) {
      String path = "/tasks/" + task + "/cancel";
      write(new Write.Create(path, Bytes.of(noText), Write.Mode.PERSISTENT));
    }
    time.advance(1_000);
    String reason = AssignmentNode.decode(data("/assign/vm1/" + TASK)).cancel();
    assertThat(reason).startsWith("\\xe9").hasSizeLessThan(1_100);
    assertThat(ResultNode.decode(data("/tasks/task-0000000001/status")).reason()).isEqualTo(reason);
  }

  @Test
  void anEphemeralPlaceForAssignmentsIsGivenNoneAndIsNotTriedAgainAndAgain() {
    AtomicInteger sent = new AtomicInteger();
    first.wrap =
        tree ->
            new ForwardingTree(tree) {
              @Override
              public void multi(List<Write> writes, Consumer<Answer<List<Written>>> then) {
                sent.incrementAndGet();
                super.multi(writes, then);
              }
            };
    first.start();
    write(
        new Write.Create("/assign/x", Bytes.EMPTY, Write.Mode.EPHEMERAL),
        new Write.Create("/workers/x", Bytes.EMPTY, Write.Mode.EPHEMERAL));
    submit("true");
    int before = sent.get();
    time.advance(60_000);
    assertThat(sent.get() - before).isLessThanOrEqualTo(1);
    worker("vm1", 1);
    assertThat(exists("/assign/vm1/" + TASK)).isTrue();
  }

  @Test
  void anAssignmentThatItsWorkerHasTakenUpAgainIsNotReleased() {
    first.start();
    worker("vm1", 1);
    submit("{\"cmd\":\"true\",\"onLost\":\"hold\"}");
    delete("/workers/vm1");
    time.advance(20_000);
    String path = "/assign/vm1/" + TASK;
    Assignment held = AssignmentNode.decode(data(path));
    assertThat(held.held()).isTrue();
    Assignment running = held.started(1, time.loop("x").now(), 7);
    person.multi(
        List.of(
            new Write.Create(
                "/tasks/" + TASK + "/release-1",
                RequestNode.encodeRelease(OnLost.RERUN),
                Write.Mode.PERSISTENT)),
        answer -> {});
    for (int steps = 0; steps < 4; steps++) {
      time.step();
    }
    person.multi(
        List.of(new Write.SetData(path, AssignmentNode.encode(running), -1)), answer -> {});
    time.advance(60_000);
    assertThat(exists(path) || exists("/tasks/" + TASK + "/attempt-1")).isTrue();
    assertThat(exists(path) && exists("/tasks/" + TASK + "/attempt-1")).isFalse();
  }

  @Test
  void oldFinishedTasksArePurged() {
    first.start();
    create("/tasks/old", "true");
    create("/tasks/old/status", "done");
    time.advance(86_000_000);
    assertThat(exists("/tasks/old")).isTrue();
    time.advance(1_000_000);
    assertThat(exists("/tasks/old")).isFalse();
  }
}
