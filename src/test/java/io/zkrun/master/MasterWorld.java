package io.zkrun.master;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.core.Bytes;
import io.zkrun.core.MasterInfo;
import io.zkrun.core.OnLost;
import io.zkrun.core.SchedulerOptions;
import io.zkrun.core.TaskId;
import io.zkrun.core.WorkerInfo;
import io.zkrun.metrics.MasterMetrics;
import io.zkrun.znode.Answer;
import io.zkrun.znode.MemoryServer;
import io.zkrun.znode.MemoryTree;
import io.zkrun.znode.Node;
import io.zkrun.znode.Tree;
import io.zkrun.znode.TreeEvent;
import io.zkrun.znode.VirtualTime;
import io.zkrun.znode.WorkerNode;
import io.zkrun.znode.Write;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;

/** Masters on the in-memory tree, and a person who plays workers and clients. */
abstract class MasterWorld {
  static final TaskId TASK = new TaskId("task-0000000000");
  static final long RESYNC_MILLIS = 3_600_000;

  final VirtualTime time = new VirtualTime(1);
  final MemoryServer server = new MemoryServer(time);
  final List<List<Write>> commits = new ArrayList<>();
  final Candidate first = new Candidate("first");
  final Candidate second = new Candidate("second");
  MemoryTree person = open();
  int uuids;

  @BeforeEach
  void listen() {
    server.onCommit(commits::add);
  }

  MemoryTree open() {
    MemoryTree tree = server.open(time.loop("person"), event -> {});
    time.advance(10);
    return tree;
  }

  /** A master whose sessions the test can reach. */
  final class Candidate implements Master.Listener, Tree.Opener {
    final List<String> heard = new ArrayList<>();
    final VirtualTime.VirtualLoop loop;
    String health = "";
    MasterMetrics metrics = MasterMetrics.NONE;
    History history = History.NONE;
    SchedulerOptions.Retention retention =
        new SchedulerOptions.Retention(600_000, 86_400_000, 10_000, 1 << 28);
    MemoryTree tree;
    Consumer<MemoryTree> onOpen = tree -> {};
    UnaryOperator<Tree> wrap = tree -> tree;

    private final String name;
    Master master;

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
              RESYNC_MILLIS,
              MasterOptions.RESIGN_MILLIS,
              50);
      return new Master(options, this, loop, history, metrics, this);
    }

    @Override
    public Tree open(io.zkrun.znode.Loop owner, Consumer<TreeEvent> events) {
      tree = server.open(owner, events);
      onOpen.accept(tree);
      return wrap.apply(tree);
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
      health = "standby";
    }

    @Override
    public void leading(int epoch) {
      heard.add("leading " + epoch);
      health = "leading";
    }

    @Override
    public void disconnected() {
      health = "disconnected";
    }

    @Override
    public void away(String reason) {
      health = reason;
    }

    @Override
    public void resigned(String reason) {
      heard.add("resigned");
      health = "resigned";
    }
  }

  Answer<?> write(Write... writes) {
    List<Answer<?>> answers = new ArrayList<>();
    person.multi(List.of(writes), answers::add);
    assertThat(time.runUntil(() -> !answers.isEmpty())).isTrue();
    return answers.get(0);
  }

  void create(String path, String data) {
    Answer<?> answer = write(new Write.Create(path, Bytes.utf8(data), Write.Mode.PERSISTENT));
    assertThat(answer).isInstanceOf(Answer.Ok.class);
    time.advance(50);
  }

  void worker(String name, int slots) {
    WorkerInfo info = new WorkerInfo(name, 1, slots, Map.of(), "spool", "boot", "test");
    write(
        new Write.Create("/assign/" + name, Bytes.EMPTY, Write.Mode.PERSISTENT),
        new Write.Create(WorkerNode.path(name), WorkerNode.encode(info), Write.Mode.EPHEMERAL));
    time.advance(50);
  }

  void submit(String command) {
    write(new Write.Create("/tasks/task-", Bytes.utf8(command), Write.Mode.PERSISTENT_SEQUENTIAL));
    time.advance(50);
  }

  void delete(String... paths) {
    for (String path : paths) {
      assertThat(write(new Write.Delete(path, -1))).isInstanceOf(Answer.Ok.class);
    }
    time.advance(50);
  }

  boolean exists(String path) {
    return server.peek(path) != null;
  }

  Bytes data(String path) {
    Node node = server.peek(path);
    assertThat(node).as(path).isNotNull();
    return node.data();
  }
}
