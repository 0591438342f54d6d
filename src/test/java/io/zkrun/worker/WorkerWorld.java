package io.zkrun.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.core.Assignment;
import io.zkrun.core.Bytes;
import io.zkrun.core.Cluster;
import io.zkrun.core.OnLost;
import io.zkrun.core.Result;
import io.zkrun.core.RunKey;
import io.zkrun.core.TaskId;
import io.zkrun.metrics.WorkerMetrics;
import io.zkrun.znode.Answer;
import io.zkrun.znode.AssignmentNode;
import io.zkrun.znode.ClusterNode;
import io.zkrun.znode.Loop;
import io.zkrun.znode.MemoryServer;
import io.zkrun.znode.MemoryTree;
import io.zkrun.znode.Node;
import io.zkrun.znode.ResultNode;
import io.zkrun.znode.Tree;
import io.zkrun.znode.TreeEvent;
import io.zkrun.znode.VirtualTime;
import io.zkrun.znode.Write;
import io.zkrun.znode.Written;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A worker named w with two slots over a tree in memory; the test plays master and people. */
final class WorkerWorld implements Listener {
  static final String UUID = "11111111-2222-3333-4444-555555555555";
  static final long SESSION_MILLIS = 15_000;

  final VirtualTime time = new VirtualTime(1);
  final MemoryServer server = new MemoryServer(time);
  final List<String> told = new ArrayList<>();
  VirtualTime.VirtualLoop loop = time.loop("worker");
  FakeRuns runs = new FakeRuns("spool", loop);
  @Nullable MemoryTree session;

  /** What happens once, after the next look at the tree and before the registration. */
  Write @Nullable [] beforeClaim;

  UnaryOperator<Tree> wrap = tree -> tree;
  @Nullable Worker worker;
  private String health = "";
  final MemoryTree person = server.open(time.loop("person"), event -> {});

  WorkerWorld() {
    time.settle();
    make("/tasks", "");
    make("/workers", "");
    write(
        new Write.Create(
            "/assign", ClusterNode.encode(new Cluster(UUID, "m")), Write.Mode.PERSISTENT));
  }

  /** With the worker registered and ready. */
  static WorkerWorld started() {
    WorkerWorld world = new WorkerWorld();
    world.start();
    assertThat(world.told).containsExactly("ready");
    return world;
  }

  void start() {
    Worker started =
        new Worker(
            new WorkerOptions(
                "w",
                2,
                Map.of(),
                "host",
                1,
                "0",
                SESSION_MILLIS,
                13_000,
                10_000,
                1_000,
                OnLost.RERUN),
            this::open,
            loop,
            runs,
            WorkerMetrics.NONE,
            this);
    worker = started;
    started.start();
    time.settle();
  }

  private Tree open(Loop owner, Consumer<TreeEvent> events) {
    MemoryTree opened = server.open(owner, events);
    Write[] writes = beforeClaim;
    if (writes != null) {
      beforeClaim = null;
      opened.interference().beforeNextMulti(() -> person.multi(List.of(writes), answer -> {}));
    }
    session = opened;
    return wrap.apply(opened);
  }

  Worker worker() {
    return java.util.Objects.requireNonNull(worker);
  }

  MemoryTree session() {
    return java.util.Objects.requireNonNull(session);
  }

  /** The daemon is killed, and its session with it; the spool stays. */
  void kill() {
    loop.kill();
    loop.pause();
    server.expire(session());
    loop = time.loop("worker again");
    runs.restart(loop);
  }

  Answer<List<Written>> write(Write... writes) {
    List<Answer<List<Written>>> answers = new ArrayList<>();
    person.multi(List.of(writes), answers::add);
    time.settle();
    return answers.get(0);
  }

  void make(String path, String data) {
    assertThat(write(new Write.Create(path, Bytes.utf8(data), Write.Mode.PERSISTENT)))
        .isInstanceOf(Answer.Ok.class);
  }

  void set(String path, Bytes data) {
    assertThat(write(new Write.SetData(path, data, -1))).isInstanceOf(Answer.Ok.class);
  }

  void delete(String path) {
    assertThat(write(new Write.Delete(path, -1))).isInstanceOf(Answer.Ok.class);
  }

  /** A master assigns a new task. */
  void assign(String task, String spec) {
    make("/tasks/" + task, spec);
    assign(task, Assignment.ofAttempt(1));
  }

  void assign(String task, Assignment assignment) {
    assertThat(
            write(
                new Write.Create(
                    path(task), AssignmentNode.encode(assignment), Write.Mode.PERSISTENT)))
        .isInstanceOf(Answer.Ok.class);
  }

  /** A master changes an assignment. */
  void reassign(String task, java.util.function.UnaryOperator<Assignment> change) {
    set(path(task), AssignmentNode.encode(change.apply(assignment(task))));
  }

  Assignment assignment(String task) {
    return AssignmentNode.decode(node(path(task)).data());
  }

  static String path(String task) {
    return "/assign/w/" + task;
  }

  /** What {@link #declareLost} counts as lost. */
  void declareLost(String... deleted) {
    List<Write> writes = new ArrayList<>();
    writes.add(
        new Write.SetData(
            "/assign/w", node("/assign/w").data(), node("/assign/w").stat().version()));
    for (String task : deleted) {
      writes.add(new Write.Delete(path(task), -1));
    }
    assertThat(write(writes.toArray(Write[]::new))).isInstanceOf(Answer.Ok.class);
  }

  Node node(String path) {
    Node node = server.peek(path);
    assertThat(node).as(path).isNotNull();
    return java.util.Objects.requireNonNull(node);
  }

  boolean exists(String path) {
    return server.peek(path) != null;
  }

  Result status(String task) {
    return result(task, "status");
  }

  Result result(String task, String name) {
    return ResultNode.decode(node("/tasks/" + task + "/" + name).data());
  }

  RunKey key(String task) {
    return new RunKey(
        new TaskId(task), node("/tasks/" + task).stat().czxid(), node(path(task)).stat().czxid());
  }

  /** What it would say of its health. */
  String health() {
    return health;
  }

  @Override
  public void ready() {
    health = "ready";
    told.add("ready");
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
  public void stopped() {
    told.add("stopped");
  }

  @Override
  public void impossible(IllegalStateException what) {
    told.add("impossible: " + what.getMessage());
  }

  @Override
  public void fatal(String message) {
    told.add("fatal: " + message);
  }
}
