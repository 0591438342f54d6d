package io.zkrun.master;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.core.Bytes;
import io.zkrun.znode.Answer;
import io.zkrun.znode.Children;
import io.zkrun.znode.ForwardingTree;
import io.zkrun.znode.MasterNode;
import io.zkrun.znode.Node;
import io.zkrun.znode.StandbyNode;
import io.zkrun.znode.Tree;
import io.zkrun.znode.Write;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a master that stands by asks of the real tree. */
class GlanceTest extends MasterWorld {
  private final List<String> read = new ArrayList<>();
  private final Set<String> watched = new HashSet<>();
  private int outstanding;
  private int outstandingMax;

  /** Notes what is read besides {@code /master}, which is read for other ends. */
  private Tree noting(Tree tree) {
    return new ForwardingTree(tree) {
      @Override
      public void get(String path, Consumer<Answer<Node>> then) {
        super.get(path, path.equals(MasterNode.PATH) ? then : noted(path, then));
      }

      @Override
      public void children(String path, Consumer<Answer<Children>> then) {
        super.children(path, noted(path, then));
      }

      @Override
      public void watch(String path, boolean recursive, Consumer<Answer<Void>> then) {
        watched.add(path);
        super.watch(path, recursive, then);
      }
    };
  }

  private <T> Consumer<Answer<T>> noted(String path, Consumer<Answer<T>> then) {
    read.add(path);
    outstandingMax = Math.max(outstandingMax, ++outstanding);
    return answer -> {
      outstanding--;
      then.accept(answer);
    };
  }

  @BeforeEach
  void leader() {
    first.start();
    second.wrap = this::noting;
  }

  /** What a master shows of itself, whether it glances or not. */
  private static boolean isItsSign(Write write) {
    return write instanceof Write.Create
        && (write.path().equals(StandbyNode.ROOT)
            || write.path().startsWith(StandbyNode.ROOT + "/second-"));
  }

  private void tasks(int count) {
    List<Write> writes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String spec = "{\"cmd\":\"true\"}";
      writes.add(
          new Write.Create("/tasks/task-", Bytes.utf8(spec), Write.Mode.PERSISTENT_SEQUENTIAL));
    }
    write(writes.toArray(Write[]::new));
    time.advance(1_000);
  }

  @Test
  void theRealTasksAreReadAndNothingIsWrittenOrWatched() {
    tasks(20);
    create("/tasks/" + TASK + "/cancel", "");
    create("/tasks/-odd name", "x");
    commits.clear();
    second.start();
    time.advance(1_000);
    assertThat(read).contains("/tasks/" + TASK, "/tasks/" + TASK + "/status");
    assertThat(read).contains("/tasks/task-0000000019", "/workers", "/assign");
    assertThat(outstandingMax).isEqualTo(Glance.IN_FLIGHT);
    assertThat(commits).flatMap(writes -> writes).allMatch(GlanceTest::isItsSign);
    assertThat(watched).containsExactly(MasterNode.PATH);
    assertThat(second.heard).containsExactly("standby");
  }

  @Test
  void ofVeryManyOnlyAPartIsRead() {
    tasks(Glance.ZNODES_MAX + 500);
    second.start();
    time.advance(60_000);
    assertThat(read).hasSize(Glance.ZNODES_MAX);
    assertThat(outstanding).isZero();
  }

  @Test
  void whatItMayNotReadIsAskedForOnce() {
    tasks(2);
    server.refuseReads("/tasks/task-0000000001"::equals);
    second.start();
    time.advance(60_000);
    assertThat(read).contains("/tasks/task-0000000001", "/workers");
    assertThat(read.stream().filter("/tasks/task-0000000001"::equals)).hasSize(1);
  }

  @Test
  void aTakeoverInTheMidstOfItIsAsAnyOther() {
    worker("vm1", 9);
    tasks(500);
    second.start();
    assertThat(time.runUntil(() -> read.size() > 50)).isTrue();
    first.master.stop(() -> {});
    time.advance(1_000);
    assertThat(second.heard).containsExactly("standby", "leading 2");
    assertThat(server.peekChildren("/assign/vm1")).hasSize(9);
  }
}
