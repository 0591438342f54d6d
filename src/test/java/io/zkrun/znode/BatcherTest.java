package io.zkrun.znode;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.core.Bytes;
import io.zkrun.znode.Batcher.Group;
import io.zkrun.znode.MemoryTree.Fate;
import io.zkrun.znode.VirtualTime.VirtualLoop;
import io.zkrun.znode.Write.Check;
import io.zkrun.znode.Write.Create;
import io.zkrun.znode.Write.Mode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatcherTest {
  private final VirtualTime time = new VirtualTime(7);
  private final MemoryServer server = new MemoryServer(time);
  private final VirtualLoop loop = time.loop("owner");
  private final MemoryTree tree = server.open(loop, event -> {});
  private final List<Integer> commits = new ArrayList<>();
  private final Map<String, Answer<List<Written>>> answers = new LinkedHashMap<>();
  private int fenced;
  private final Batcher batcher =
      new Batcher(
          tree,
          loop,
          () -> List.of(new Check("/right", 0)),
          () -> fenced++,
          Batcher.Limits.DEFAULT);

  @BeforeEach
  void begin() {
    time.settle();
    tree.multi(List.of(create("/right", 0), create("/t", 0)), answer -> {});
    time.settle();
    server.onCommit(writes -> commits.add(writes.size()));
  }

  private static Create create(String path, int bytes) {
    return new Create(path, Bytes.of(new byte[bytes]), Mode.PERSISTENT);
  }

  private void submit(String name, Write... writes) {
    batcher.submit(new Group(name, List.of(writes), answer -> answers.put(name, answer)));
  }

  private void submit(String name) {
    submit(name, create("/t/" + name, 10));
  }

  private Failure failure(String name) {
    return answers.get(name).failure();
  }

  @Test
  void idleSendsAtOnceAndBusyCollects() {
    submit("a");
    submit("b");
    submit("c");
    time.settle();
    assertThat(commits).containsExactly(2, 3);
    assertThat(answers.keySet()).containsExactly("a", "b", "c");
    assertThat(answers.get("c")).isEqualTo(new Answer.Ok<>(List.of(new Written("/t/c", 0))));
    assertThat(batcher.isIdle()).isTrue();
  }

  @Test
  void boundsABatchByCountAndByBytes() {
    submit("first");
    for (int i = 0; i < 450; i++) {
      submit("n" + i);
    }
    for (int i = 0; i < 3; i++) {
      submit("big" + i, create("/t/big" + i, 300_000));
    }
    time.settle();
    assertThat(commits).containsExactly(2, 201, 201, 52, 2, 2);
    assertThat(answers.keySet()).hasSize(454).startsWith("first", "n0", "n1").endsWith("big2");
  }

  @Test
  void oneBadMemberAmongTwoHundredFailsAlone() {
    submit("first");
    for (int i = 0; i < 200; i++) {
      if (i == 77) {
        submit("bad", create("/t/none/x", 0));
      } else {
        submit("n" + i);
      }
    }
    time.settle();
    assertThat(failure("bad")).isEqualTo(Failure.NO_NODE);
    assertThat(((Answer.Failed<?>) answers.get("bad")).member()).isZero();
    assertThat(answers.values().stream().filter(Answer.Ok.class::isInstance)).hasSize(200);
    assertThat(commits).containsExactly(2, 200);
  }

  @Test
  void failedMemberIsCountedWithinItsGroup() {
    submit("first");
    submit("a", create("/t/a1", 0), create("/t/a2", 0));
    submit("b", create("/t/b1", 0), create("/t/none/b2", 0));
    time.settle();
    assertThat(((Answer.Failed<?>) answers.get("b")).member()).isOne();
    assertThat(answers.get("a").failure()).isNull();
    assertThat(server.peek("/t/b1")).isNull();
  }

  @Test
  void goodGroupsGetThroughAmongManyBadOnes() {
    submit("first");
    for (int i = 0; i < 100; i++) {
      submit("n" + i, create(i % 3 == 0 ? "/t/none/x" : "/t/n" + i, 0));
    }
    time.settle();
    assertThat(answers).hasSize(101);
    for (int i = 0; i < 100; i++) {
      assertThat(failure("n" + i)).isEqualTo(i % 3 == 0 ? Failure.NO_NODE : null);
    }
  }

  @Test
  void nothingIsSentOnceTheRightToWriteIsLost() {
    submit("a");
    submit("b");
    submit("c");
    tree.multi(List.of(new Write.Delete("/right", 0)), answer -> {});
    time.settle();
    assertThat(failure("a")).isNull();
    assertThat(failure("b")).isEqualTo(Failure.FENCED);
    assertThat(failure("c")).isEqualTo(Failure.FENCED);
    submit("d");
    time.settle();
    assertThat(failure("d")).isEqualTo(Failure.FENCED);
    assertThat(fenced).isOne();
    tree.multi(List.of(create("/right", 0)), answer -> {});
    batcher.reset();
    submit("e");
    time.settle();
    assertThat(failure("e")).isNull();
  }

  @Test
  void waitsAfterALostConnectionUntilResumed() {
    submit("a");
    submit("b");
    tree.disconnect(Fate.DONE);
    time.settle();
    assertThat(failure("a")).isEqualTo(Failure.CONNECTION_LOSS);
    assertThat(answers).doesNotContainKey("b");
    assertThat(server.peek("/t/a")).isNotNull();
    tree.reconnect();
    time.settle();
    assertThat(answers).doesNotContainKey("b");
    batcher.resume();
    time.settle();
    assertThat(failure("b")).isNull();
  }

  @Test
  void lossBeforeTheCommitLeavesNothing() {
    submit("a");
    tree.disconnect(Fate.DROPPED);
    time.settle();
    assertThat(failure("a")).isEqualTo(Failure.CONNECTION_LOSS);
    assertThat(server.peek("/t/a")).isNull();
  }

  /** As a master does, which decides anew after each reconnect. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void poisonIsFoundByHalvingAndRefusedAlone(boolean startsAnew) {
    // As a request that is too large does: whatever holds it cuts the connection.
    tree.interference().poison("/t/poison");
    List<String> open = new ArrayList<>(List.of("p1", "p2", "poison", "p3"));
    submit("first");
    open.forEach(this::submit);
    int rounds = 0;
    while (!open.isEmpty() && rounds++ < 30) {
      time.settle();
      open.removeIf(name -> answers.containsKey(name) && failure(name) != Failure.CONNECTION_LOSS);
      tree.reconnect();
      time.settle();
      if (startsAnew) {
        batcher.reset();
        open.forEach(answers::remove);
        open.forEach(this::submit);
      } else {
        open.stream().filter(name -> answers.remove(name) != null).toList().forEach(this::submit);
        batcher.resume();
      }
    }
    assertThat(failure("poison")).isEqualTo(Failure.TOO_LARGE);
    assertThat(answers.values().stream().filter(Answer.Ok.class::isInstance)).hasSize(4);
    assertThat(rounds).isLessThan(15);
  }

  @Test
  void groupAboveTheBoundIsRefusedUnsent() {
    submit("huge", create("/t/huge", 1_000_001));
    time.settle();
    assertThat(failure("huge")).isEqualTo(Failure.TOO_LARGE);
    assertThat(commits).isEmpty();
  }

  @Test
  void emptyGroupCommitsTheHeaderAlone() {
    submit("renewal", new Write[0]);
    time.settle();
    assertThat(answers.get("renewal")).isEqualTo(new Answer.Ok<>(List.of()));
    assertThat(commits).containsExactly(1);
  }

  @Test
  void everythingEndsWithTheSession() {
    submit("a");
    submit("b");
    server.expire(tree);
    time.settle();
    batcher.resume();
    time.settle();
    assertThat(failure("b")).isEqualTo(Failure.SESSION_EXPIRED);
  }
}
