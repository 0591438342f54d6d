package io.zkrun.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zkrun.core.Assignment;
import io.zkrun.core.Bytes;
import io.zkrun.core.Command;
import io.zkrun.core.MasterInfo;
import io.zkrun.core.OnLost;
import io.zkrun.core.Outcome;
import io.zkrun.core.Result;
import io.zkrun.core.TaskId;
import io.zkrun.core.TaskSpec;
import io.zkrun.core.Waiting;
import io.zkrun.znode.AssignmentNode;
import io.zkrun.znode.Loop;
import io.zkrun.znode.MasterNode;
import io.zkrun.znode.MemoryServer;
import io.zkrun.znode.MemoryTree;
import io.zkrun.znode.MemoryTree.Fate;
import io.zkrun.znode.RequestNode;
import io.zkrun.znode.ResultNode;
import io.zkrun.znode.StandbyNode;
import io.zkrun.znode.TaskNode;
import io.zkrun.znode.VirtualTime;
import io.zkrun.znode.Write;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ClientTest {
  private static final TaskSpec SPEC = TaskSpec.of(Command.shell("echo hello"));
  private static final int POINTS_OF_LOSS = 30;

  private VirtualTime time = new VirtualTime(1);
  private MemoryServer server = new MemoryServer(time);
  private @Nullable MemoryTree tree;
  private int nonce;
  private Client client = newClient();

  private Client newClient() {
    Loop loop = time.loop("client");
    return new Client(
        (owner, events) -> tree = server.open(owner, events),
        loop,
        new ClientSettings(10_000, 120_000, "user@vm1"),
        () -> "nonce-" + nonce++);
  }

  private void startAnew(long seed) {
    time = new VirtualTime(seed);
    server = new MemoryServer(time);
    client = newClient();
    connect();
  }

  private void connect() {
    await(client.connect());
  }

  private <T> T await(CompletableFuture<T> future) {
    assertThat(time.runUntil(future::isDone)).isTrue();
    return future.join();
  }

  private void write(Write... writes) {
    MemoryTree own = server.open(time.loop("person"), event -> {});
    time.settle();
    own.multi(List.of(writes), answer -> assertThat(answer.failure()).isNull());
    time.settle();
  }

  private static Write create(String path, Bytes data) {
    return new Write.Create(path, data, Write.Mode.PERSISTENT);
  }

  private void loseAfter(int steps, Fate fate) {
    for (int i = 0; i < steps; i++) {
      time.step();
    }
    MemoryTree lost = tree;
    if (lost != null) {
      lost.disconnect(fate);
      time.settle();
      lost.reconnect();
    }
  }

  /** A task that a worker vm1 has, as it says there. */
  private TaskId assigned(Assignment data) {
    connect();
    TaskId id = await(client.submit(SPEC));
    write(
        create("/assign", Bytes.EMPTY),
        create("/assign/vm1", Bytes.EMPTY),
        create(AssignmentNode.path("vm1", id), AssignmentNode.encode(data)));
    return id;
  }

  @Test
  void whatWaitsAtItsWorkerSaysSo() {
    TaskId id = assigned(Assignment.ofAttempt(1).withGiveBack());
    assertThat(await(client.status(List.of(id))).get(0).waiting())
        .isEqualTo(new Waiting.AtWorker("vm1", true));
  }

  /** As where a person's second assignment was lost just after the failure. */
  @Test
  void theDelayOfARetryIsToldThoughAnAttemptIsRecordedAsLostAfterTheFailure() {
    connect();
    TaskSpec retrying = SPEC.toBuilder().retries(3).retryDelaySeconds(100).build();
    TaskId id = await(client.submit(retrying));
    Instant now = time.loop("clock").now();
    Result failed = Result.withoutRun(Outcome.SPAWN_FAILED, "no such program", 1, now, now);
    Result lost = Result.withoutRun(Outcome.LOST, "its worker was lost", 2, now, now);
    write(
        create(ResultNode.attemptPath(id, 1), ResultNode.encode(failed)),
        create(ResultNode.attemptPath(id, 2), ResultNode.encode(lost)),
        create("/master", MasterNode.encode(new MasterInfo("vm1", 1, "1"))));
    assertThat(await(client.status(List.of(id))).get(0).waiting())
        .isInstanceOfSatisfying(
            Waiting.RetryDelay.class, delay -> assertThat(delay.attempt()).isEqualTo(1));
  }

  /** Its worker was back in between: what was decided then is not what is decided now. */
  @Test
  void aReleaseOfAnEarlierHoldIsWrittenOverAndOneOfThisHoldIsNot() {
    TaskId id = assigned(Assignment.ofAttempt(1));
    String path = RequestNode.releasePath(id, 1);
    write(create(path, RequestNode.encodeRelease(OnLost.RERUN)));
    Assignment held = Assignment.ofAttempt(1).withHeld(true);
    write(new Write.SetData(AssignmentNode.path("vm1", id), AssignmentNode.encode(held), 0));
    assertThat(await(client.release(id, OnLost.FAIL))).isTrue();
    assertThat(RequestNode.decodeRelease(server.peek(path).data())).isEqualTo(OnLost.FAIL);
    assertThatThrownBy(() -> await(client.release(id, OnLost.RERUN)))
        .hasMessageContaining("was released before");
    assertThat(RequestNode.decodeRelease(server.peek(path).data())).isEqualTo(OnLost.FAIL);
  }

  /**
   * Its master acts at once, so that nothing is held any more where the first sending came through.
   */
  @ParameterizedTest
  @EnumSource(Fate.class)
  void aReleaseIsToldTrulyWhereverTheConnectionIsLost(Fate fate) {
    for (int point = 0; point < POINTS_OF_LOSS; point++) {
      startAnew(point);
      TaskId id = assigned(Assignment.ofAttempt(1).withHeld(true));
      String path = RequestNode.releasePath(id, 1);
      CompletableFuture<Boolean> released = client.release(id, OnLost.RERUN);
      for (int i = 0; i < point; i++) {
        time.step();
      }
      MemoryTree lost = java.util.Objects.requireNonNull(tree);
      lost.disconnect(fate);
      time.settle();
      if (server.peek(path) != null) {
        write(new Write.Delete(AssignmentNode.path("vm1", id), Write.ANY_VERSION));
      }
      lost.reconnect();
      assertThat(await(released)).as("point %s", point).isTrue();
      assertThat(server.peek(path)).isNotNull();
    }
  }

  @Test
  void theMastersAreTheOneThatLeadsAndThoseThatStandBy() {
    connect();
    assertThat(await(client.masters())).isEmpty();
    MasterInfo standby = new MasterInfo("vm2", 8, "1");
    MasterInfo leader = new MasterInfo("vm1", 7, "1");
    write(create("/masters", Bytes.EMPTY));
    write(
        new Write.Create(
            StandbyNode.path(standby, 8), MasterNode.encode(standby), Write.Mode.EPHEMERAL));
    write(
        new Write.Create(
            StandbyNode.path(leader, 7), MasterNode.encode(leader), Write.Mode.EPHEMERAL),
        new Write.Create(MasterNode.PATH, MasterNode.encode(leader), Write.Mode.EPHEMERAL),
        new Write.SetData(MasterNode.PATH, MasterNode.encode(leader), 0));
    assertThat(await(client.masters()))
        .extracting(master -> master.info().host() + " " + master.state())
        .containsExactly("vm1 LEADS", "vm2 STANDS_BY");
  }

  @Test
  void aBatchKeepsTheOrderOfItsCalls() {
    connect();
    List<CompletableFuture<TaskId>> all = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      all.add(client.submit(TaskSpec.of(Command.shell("echo " + i))));
    }
    List<TaskId> ids = all.stream().map(this::await).toList();
    assertThat(ids).isSorted().doesNotHaveDuplicates().hasSize(1_000);
    assertThat(server.peekChildren(TaskNode.ROOT)).hasSize(1_000);
  }

  @ParameterizedTest
  @EnumSource(Fate.class)
  void anUnnamedTaskIsSubmittedOnceWhereverTheConnectionIsLost(Fate fate) {
    for (int point = 0; point < POINTS_OF_LOSS; point++) {
      startAnew(point);
      List<CompletableFuture<TaskId>> all = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        all.add(client.submit(SPEC));
      }
      loseAfter(point, fate);
      List<String> ids = all.stream().map(this::await).map(TaskId::value).toList();
      assertThat(server.peekChildren(TaskNode.ROOT)).as("point %s", point).isEqualTo(ids);
    }
  }

  @ParameterizedTest
  @EnumSource(Fate.class)
  void aNamedTaskIsSubmittedOnceWhereverTheConnectionIsLost(Fate fate) {
    for (int point = 0; point < POINTS_OF_LOSS; point++) {
      startAnew(point);
      CompletableFuture<Submission> submitted = client.submit("nightly", SPEC);
      loseAfter(point, fate);
      assertThat(await(submitted)).isEqualTo(Submission.made(new TaskId("nightly")));
      assertThat(server.peekChildren(TaskNode.ROOT)).containsExactly("nightly");
    }
  }

  @Test
  void withoutAConnectionAfterSendingItSaysThatItDoesNotKnow() {
    connect();
    await(client.submit(SPEC));
    CompletableFuture<TaskId> submitted = client.submit(SPEC);
    time.step();
    MemoryTree lost = tree;
    assertThat(lost).isNotNull();
    lost.disconnect(Fate.DONE);
    assertThat(time.runUntil(submitted::isDone)).isTrue();
    assertThat(submitted)
        .failsWithin(java.time.Duration.ZERO)
        .withThrowableThat()
        .withMessageContaining("not known whether the task was submitted");
    assertThat(time.millis()).isLessThan(300_000);
  }

  @Test
  void theSameNameWithAnotherSpecIsRefused() {
    connect();
    await(client.submit("nightly", SPEC));
    assertThat(await(client.submit("nightly", SPEC)).alreadyThere()).isTrue();
    CompletableFuture<Submission> other =
        client.submit("nightly", TaskSpec.of(Command.shell("echo other")));
    assertThat(time.runUntil(other::isDone)).isTrue();
    assertThat(other)
        .failsWithin(java.time.Duration.ZERO)
        .withThrowableThat()
        .withMessageContaining("exists with another spec");
  }

  @Test
  void aNumberThatIsTakenIsSteppedOver() {
    write(create(TaskNode.ROOT, Bytes.EMPTY));
    write(create(TaskNode.ROOT + "/task-0000000001", Bytes.utf8("by hand")));
    write(create(TaskNode.ROOT + "/task-0000000002", Bytes.utf8("by hand")));
    write(create(TaskNode.ROOT + "/task-0000000003", Bytes.utf8("by hand")));
    connect();
    assertThat(await(client.submit(SPEC))).isEqualTo(new TaskId("task-0000000004"));
  }

  @Test
  void aResultArrivesThroughALostSession() {
    connect();
    TaskId id = await(client.submit(SPEC));
    CompletableFuture<Result> awaited = client.await(id);
    time.settle();
    assertThat(awaited).isNotDone();
    MemoryTree first = tree;
    assertThat(first).isNotNull();
    server.expire(first);
    write(create(ResultNode.statusPath(id), Bytes.utf8("done")));
    assertThat(await(awaited).state()).isEqualTo(Result.State.DONE);
  }

  @Test
  void aTaskThatIsDeletedWhileItIsAwaitedIsAnError() {
    connect();
    TaskId id = await(client.submit(SPEC));
    CompletableFuture<Result> awaited = client.await(id);
    time.settle();
    write(new Write.Delete(TaskNode.path(id), Write.ANY_VERSION));
    assertThat(time.runUntil(awaited::isDone)).isTrue();
    assertThat(awaited)
        .failsWithin(java.time.Duration.ZERO)
        .withThrowableThat()
        .withMessageContaining("was deleted or purged");
  }

  @Test
  void aListShowsTheNewestAndWhyTheyWait() {
    connect();
    for (int i = 0; i < 5; i++) {
      await(client.submit(SPEC));
    }
    TaskList list = await(client.list(ListFilter.everything(2)));
    assertThat(list.more()).isTrue();
    assertThat(list.tasks())
        .extracting(task -> task.id().value(), TaskView::state)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("task-0000000003", TaskState.PENDING),
            org.assertj.core.groups.Tuple.tuple("task-0000000004", TaskState.PENDING));
    assertThat(list.tasks().get(0).waiting()).isNotNull();
    assertThat(await(client.unended(Set.of(TaskState.RUNNING)))).isEmpty();
  }

  @Test
  void whatHasEndedIsNotCancelled() {
    connect();
    TaskId id = await(client.submit(SPEC));
    write(create(ResultNode.statusPath(id), Bytes.utf8("done")));
    assertThat(await(client.cancel(id, "too late")).cancelled()).isFalse();
    assertThat(server.peekChildren(TaskNode.path(id))).containsExactly("status");
  }

  /** As a request that is too large does: whatever holds it cuts the connection. */
  @Test
  void aPoisonousTaskIsFoundByHalvingAndRefusedAlone() {
    connect();
    MemoryTree own = tree;
    assertThat(own).isNotNull();
    own.interference().poisonData("poison");
    Client.Sequence sequence = client.sequence();
    List<CompletableFuture<TaskId>> all = new ArrayList<>();
    for (String line : List.of("true", "a", "b", "poison", "c")) {
      all.add(sequence.submit(TaskSpec.of(Command.shell(line))));
    }
    time.runUntil(
        () -> {
          own.reconnect();
          return all.get(4).isDone();
        });
    assertThat(all.subList(0, 3)).allMatch(done -> !done.isCompletedExceptionally());
    assertThat(server.peekChildren(TaskNode.ROOT)).hasSize(3);
    assertThat(all.get(3))
        .failsWithin(java.time.Duration.ZERO)
        .withThrowableThat()
        .withMessageContaining("ZooKeeper cut the connection 3 times")
        .withMessageContaining("nothing was submitted");
    assertThat(all.get(4).handle((id, error) -> Client.wasNotTried(error)).join()).isTrue();
    CompletableFuture<TaskId> later = sequence.submit(SPEC);
    time.settle();
    assertThat(later).isCompletedExceptionally();
  }
}
