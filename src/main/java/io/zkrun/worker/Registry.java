package io.zkrun.worker;

import io.zkrun.core.Bytes;
import io.zkrun.core.ClusterId;
import io.zkrun.core.Incarnation;
import io.zkrun.core.Registration;
import io.zkrun.core.TaskId;
import io.zkrun.core.WorkerInfo;
import io.zkrun.znode.Answer;
import io.zkrun.znode.AssignmentNode;
import io.zkrun.znode.Children;
import io.zkrun.znode.ClusterNode;
import io.zkrun.znode.Failure;
import io.zkrun.znode.IncarnationNode;
import io.zkrun.znode.Node;
import io.zkrun.znode.Tree;
import io.zkrun.znode.WorkerNode;
import io.zkrun.znode.Write;
import io.zkrun.znode.Written;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads and writes the znodes that a registration concerns, through one session. */
final class Registry {
  /**
   * What stands in the tree; null for what does not.
   *
   * @param assignments names below {@code incarnation}
   */
  record Look(
      boolean workersRoot,
      @Nullable Node cluster,
      @Nullable Node incarnation,
      List<String> assignments,
      @Nullable Node worker) {

    ClusterId clusterId() {
      return cluster == null ? ClusterId.NONE : ClusterNode.id(cluster);
    }

    List<TaskId> tasks() {
      return assignments.stream().flatMap(name -> TaskId.parse(name).stream()).toList();
    }

    static Registration.Version version(Node incarnation) {
      return new Registration.Version(incarnation.stat().czxid(), incarnation.stat().version());
    }

    Registration.@Nullable Holder holder() {
      return worker == null
          ? null
          : new Registration.Holder(
              WorkerNode.decode(worker.data()),
              worker.stat().ephemeralOwner(),
              worker.stat().version() == WorkerNode.REGISTERED_VERSION);
    }
  }

  private final Tree tree;
  private final String name;
  private final Bytes incarnation;

  Registry(Tree tree, String name, Incarnation incarnation) {
    this.tree = tree;
    this.name = name;
    this.incarnation = IncarnationNode.encode(incarnation);
  }

  Tree tree() {
    return tree;
  }

  /** Adds the watches; they last as long as the session. */
  void watch(Consumer<Answer<Void>> then) {
    tree.watch(ClusterNode.PATH, false, then);
    tree.watch(WorkerNode.path(name), false, then);
    tree.watch(IncarnationNode.path(name), true, then);
  }

  /** Reads all of it, as it stands after everything that was committed before. */
  void look(Consumer<Answer<Look>> then) {
    tree.sync(answer -> proceed(answer, then, ignored -> new Looking(then).begin()));
  }

  private static <T extends @Nullable Object, R> void proceed(
      Answer<T> answer, Consumer<Answer<R>> failed, Consumer<T> then) {
    if (answer instanceof Answer.Ok<T> ok) {
      then.accept(ok.value());
    } else if (answer instanceof Answer.Failed<T> failure) {
      failed.accept(new Answer.Failed<>(failure.failure(), failure.member(), failure.message()));
    }
  }

  private final class Looking {
    private final Consumer<Answer<Look>> then;
    private boolean workersRoot;
    private @Nullable Node cluster;
    private @Nullable Node mine;
    private List<String> assignments = List.of();
    private Answer.@Nullable Failed<?> failed;

    Looking(Consumer<Answer<Look>> then) {
      this.then = then;
    }

    /** All at once: one session answers in order, and the last answer ends it. */
    void begin() {
      tree.get(WorkerNode.ROOT, answer -> workersRoot = orNull(answer) != null);
      tree.get(ClusterNode.PATH, answer -> cluster = orNull(answer));
      tree.get(IncarnationNode.path(name), answer -> mine = orNull(answer));
      tree.children(
          IncarnationNode.path(name),
          answer -> {
            Children found = orNull(answer);
            assignments = found == null ? List.of() : found.names();
          });
      tree.get(WorkerNode.path(name), answer -> end(orNull(answer)));
    }

    private void end(@Nullable Node worker) {
      then.accept(
          failed == null
              ? new Answer.Ok<>(new Look(workersRoot, cluster, mine, assignments, worker))
              : new Answer.Failed<>(failed.failure(), -1, failed.message()));
    }

    /** What could not be read is not taken for what is not there. */
    private <T> @Nullable T orNull(Answer<T> answer) {
      if (answer instanceof Answer.Failed<T> failure && failure.failure() != Failure.NO_NODE) {
        failed = failure;
      }
      return answer instanceof Answer.Ok<T> ok ? ok.value() : null;
    }
  }

  /** Which tree this is. */
  void cluster(Consumer<Answer<ClusterId>> then) {
    tree.get(
        ClusterNode.PATH,
        answer ->
            proceed(answer, then, found -> then.accept(new Answer.Ok<>(ClusterNode.id(found)))));
  }

  /** Makes what is missing. */
  void make(Look look, Consumer<Answer<List<Written>>> then) {
    List<Write> writes = new ArrayList<>();
    if (!look.workersRoot()) {
      writes.add(new Write.Create(WorkerNode.ROOT, Bytes.EMPTY, Write.Mode.PERSISTENT));
    }
    if (look.cluster() == null) {
      writes.add(new Write.Create(ClusterNode.PATH, Bytes.EMPTY, Write.Mode.PERSISTENT));
    }
    if (look.incarnation() == null) {
      writes.add(new Write.Create(IncarnationNode.path(name), incarnation, Write.Mode.PERSISTENT));
    }
    tree.multi(writes, then);
  }

  /** Whether any of {@code tasks} is not held; a task that goes meanwhile is none. */
  void anyUnheld(List<TaskId> tasks, Consumer<Answer<Boolean>> then) {
    if (tasks.isEmpty()) {
      then.accept(new Answer.Ok<>(false));
      return;
    }
    tree.get(
        AssignmentNode.path(name, tasks.get(0)),
        answer -> {
          if (answer instanceof Answer.Ok<Node> ok
              && !AssignmentNode.decode(ok.value().data()).held()) {
            then.accept(new Answer.Ok<>(true));
          } else if (answer instanceof Answer.Ok || answer.failure() == Failure.NO_NODE) {
            anyUnheld(tasks.subList(1, tasks.size()), then);
          } else {
            proceed(answer, then, ignored -> {});
          }
        });
  }

  /** Registers; the last of the answer is the new incarnation. */
  void claim(Registration.Step.Claim claim, WorkerInfo as, Consumer<Answer<List<Written>>> then) {
    Bytes info = WorkerNode.encode(as);
    String path = WorkerNode.path(name);
    List<Write> writes = new ArrayList<>();
    if (claim.replace()) {
      writes.add(new Write.Delete(path, Write.ANY_VERSION));
    }
    writes.add(new Write.Create(path, info, Write.Mode.EPHEMERAL));
    writes.add(new Write.SetData(path, info, 0));
    writes.add(
        new Write.SetData(IncarnationNode.path(name), incarnation, claim.expected().version()));
    tree.multi(writes, then);
  }
}
