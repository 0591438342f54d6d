package io.zkrun.master;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.core.Assignment;
import io.zkrun.core.Bytes;
import io.zkrun.core.MasterInfo;
import io.zkrun.core.OnLost;
import io.zkrun.core.Outcome;
import io.zkrun.core.Result;
import io.zkrun.core.SchedulerOptions;
import io.zkrun.core.TaskId;
import io.zkrun.core.WorkerInfo;
import io.zkrun.metrics.MasterMetrics;
import io.zkrun.znode.Answer;
import io.zkrun.znode.AssignmentNode;
import io.zkrun.znode.ClusterNode;
import io.zkrun.znode.MasterNode;
import io.zkrun.znode.MemoryServer;
import io.zkrun.znode.MemoryTree;
import io.zkrun.znode.Node;
import io.zkrun.znode.ResultNode;
import io.zkrun.znode.Tree;
import io.zkrun.znode.TreeEvent;
import io.zkrun.znode.VirtualTime;
import io.zkrun.znode.WorkerNode;
import io.zkrun.znode.Write;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Masters on the in-memory tree; a person plays workers and clients. */
class MasterTest {
  private static final TaskId TASK = new TaskId("task-0000000000");

  private final VirtualTime time = new VirtualTime(1);
  private final MemoryServer server = new MemoryServer(time);
  private final List<List<Write>> commits = new ArrayList<>();
  private final Candidate first = new Candidate("first");
  private final Candidate second = new Candidate("second");
  private MemoryTree person = open();
  private int uuids;

  @BeforeEach
  void listen() {
    server.onCommit(commits::add);
  }

  private MemoryTree open() {
    MemoryTree tree = server.open(time.loop("person"), event -> {});
    time.advance(10);
    return tree;
  }

  /** A master whose sessions the test can reach. */
  private final class Candidate implements Master.Listener, Tree.Opener {
    final List<String> heard = new ArrayList<>();
    final VirtualTime.VirtualLoop loop;
    SchedulerOptions.Retention retention =
        new SchedulerOptions.Retention(600_000, 86_400_000, 10_000, 1 << 28);
    MemoryTree tree;
    Consumer<MemoryTree> onOpen = tree -> {};

    private final String name;
    private Master master;

    Candidate(String name) {
      this.name = name;
      loop = time.loop(name);
    }

    private Master master() {
      MasterOptions options =
          new MasterOptions(
              new MasterInfo(name, 7, "test"),
              () -> "uuid-" + ++uuids + "-of-" + name,
              new SchedulerOptions(15_000, 5, OnLost.RERUN, retention),
              3_600_000,
              MasterOptions.RESIGN_MILLIS);
      return new Master(options, this, loop, History.NONE, MasterMetrics.NONE, this);
    }

    @Override
    public Tree open(io.zkrun.znode.Loop owner, Consumer<TreeEvent> events) {
      tree = server.open(owner, events);
      onOpen.accept(tree);
      return tree;
    }

    Candidate start() {
      master = master();
      master.start();
      time.advance(100);
      return this;
    }

    @Override
    public void standby(MasterInfo leader) {
      heard.add("standby");
    }

    @Override
    public void leading(int epoch) {
      heard.add("leading " + epoch);
    }

    @Override
    public void resigned(String reason) {
      heard.add("resigned");
    }
  }

  private Answer<?> write(Write... writes) {
    List<Answer<?>> answers = new ArrayList<>();
    person.multi(List.of(writes), answers::add);
    assertThat(time.runUntil(() -> !answers.isEmpty())).isTrue();
    return answers.get(0);
  }

  private void create(String path, String data) {
    Answer<?> answer = write(new Write.Create(path, Bytes.utf8(data), Write.Mode.PERSISTENT));
    assertThat(answer).isInstanceOf(Answer.Ok.class);
    time.advance(50);
  }

  private void worker(String name, int slots) {
    WorkerInfo info = new WorkerInfo(name, 1, slots, Map.of(), "spool", "boot", "test");
    write(
        new Write.Create("/assign/" + name, Bytes.EMPTY, Write.Mode.PERSISTENT),
        new Write.Create(WorkerNode.path(name), WorkerNode.encode(info), Write.Mode.EPHEMERAL));
    time.advance(50);
  }

  private void submit(String command) {
    write(new Write.Create("/tasks/task-", Bytes.utf8(command), Write.Mode.PERSISTENT_SEQUENTIAL));
    time.advance(50);
  }

  private void delete(String... paths) {
    for (String path : paths) {
      assertThat(write(new Write.Delete(path, -1))).isInstanceOf(Answer.Ok.class);
    }
    time.advance(50);
  }

  private boolean exists(String path) {
    return server.peek(path) != null;
  }

  private Bytes data(String path) {
    Node node = server.peek(path);
    assertThat(node).as(path).isNotNull();
    return node.data();
  }

  @Test
  void itIsElectedWithAVersionThatNoHandMadeMasterHasAndRaisesTheEpoch() {
    first.start();
    assertThat(first.heard).containsExactly("leading 1");
    assertThat(server.peek(MasterNode.PATH).stat().version()).isEqualTo(1);
    assertThat(ClusterNode.decode(data(ClusterNode.PATH)).orElseThrow().uuid())
        .isEqualTo("uuid-1-of-first");
  }

  @Test
  void aStandbyTakesOverWithinASecondWhenSomebodyDeletesTheMaster() {
    first.start();
    second.start();
    assertThat(second.heard).containsExactly("standby");
    delete(MasterNode.PATH);
    time.advance(900);
    assertThat(second.heard).containsExactly("standby", "leading 2");
    time.advance(5_000);
    assertThat(first.heard).containsExactly("leading 1", "resigned", "standby");
  }

  @Test
  void theClusterKeepsItsIdentityAcrossMasters() {
    first.start();
    first.master.stop(() -> {});
    time.advance(100);
    second.start();
    assertThat(ClusterNode.decode(data(ClusterNode.PATH)).orElseThrow().uuid())
        .isEqualTo("uuid-1-of-first");
  }

  /** Its runs must not be taken for those of the old tree, whose numbers come again. */
  @Test
  void aWipedTreeIsAnotherClusterAlsoToTheMasterThatLedTheOld() {
    first.start();
    delete(ClusterNode.PATH);
    delete(MasterNode.PATH);
    time.advance(5_000);
    assertThat(ClusterNode.decode(data(ClusterNode.PATH)).orElseThrow().uuid())
        .isEqualTo("uuid-2-of-first");
  }

  @Test
  void nobodyWritesWhileAHandMadeMasterStands() {
    first.start();
    second.start();
    worker("vm1", 1);
    write(
        new Write.Delete(MasterNode.PATH, -1),
        new Write.Create(MasterNode.PATH, Bytes.utf8("niubike3:2888"), Write.Mode.EPHEMERAL));
    time.advance(5_000);
    commits.clear();
    submit("true");
    time.advance(120_000);
    assertThat(commits).hasSize(1);
    delete(MasterNode.PATH);
    time.advance(2_000);
    assertThat(exists("/assign/vm1/" + TASK)).isTrue();
  }

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
  void baseNodesDeletedByHandAreMadeAgain() {
    first.start();
    delete("/tasks", "/workers");
    assertThat(exists("/tasks")).isTrue();
    worker("vm1", 1);
    submit("true");
    assertThat(exists("/assign/vm1/" + TASK)).isTrue();
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
  void aMasterWhoseSessionExpiredStandsAgain() {
    first.start();
    server.expire(first.tree);
    time.advance(3_000);
    assertThat(first.heard).containsExactly("leading 1", "resigned", "leading 2");
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
