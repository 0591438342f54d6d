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
import java.util.stream.Stream;
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
  private Looking looking;

  Registry(Tree tree, String name, Incarnation incarnation) {
    this.tree = tree;
    this.name = name;
    this.incarnation = IncarnationNode.encode(incarnation);
    this.looking = new Looking();
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
    looking = new Looking();
    lookOn(then);
  }

  /**
   * Reads what the last look was refused. What it was told before may have changed since: whatever
   * is written because of it carries checks.
   */
  void lookOn(Consumer<Answer<Look>> then) {
    looking.ask(then);
  }

  private static <T extends @Nullable Object, R> void proceed(
      Answer<T> answer, Consumer<Answer<R>> failed, Consumer<T> then) {
    if (answer instanceof Answer.Ok<T> ok) {
      then.accept(ok.value());
    } else if (answer instanceof Answer.Failed<T> failure) {
      failed.accept(new Answer.Failed<>(failure.failure(), failure.member(), failure.message()));
    }
  }

  /**
   * A server that is busy refuses now one read, now another: each is asked until it is answered.
   */
  private final class Looking {
    private final Reading<@Nullable Void> sync = new Reading<>(tree::sync);
    private final Reading<Node> workersRoot = get(WorkerNode.ROOT);
    private final Reading<Node> cluster = get(ClusterNode.PATH);
    private final Reading<Node> mine = get(IncarnationNode.path(name));
    private final Reading<Children> assignments =
        new Reading<>(then -> tree.children(IncarnationNode.path(name), then));
    private final Reading<Node> worker = get(WorkerNode.path(name));

    private Reading<Node> get(String path) {
      return new Reading<>(then -> tree.get(path, then));
    }

    void ask(Consumer<Answer<Look>> then) {
      sync.ask(() -> askAll(then));
    }

    /** All at once: one session answers in order, and the last answer ends it. */
    private void askAll(Consumer<Answer<Look>> then) {
      if (sync.refusal != null) {
        end(then);
        return;
      }
      List<Reading<?>> open =
          Stream.<Reading<?>>of(workersRoot, cluster, mine, assignments, worker)
              .filter(each -> !each.answered)
              .toList();
      Reading<?> last = open.get(open.size() - 1);
      open.forEach(each -> each.ask(each == last ? () -> end(then) : () -> {}));
    }

    private void end(Consumer<Answer<Look>> then) {
      Answer.Failed<?> refusal =
          Stream.<Reading<?>>of(sync, workersRoot, cluster, mine, assignments, worker)
              .flatMap(each -> Stream.ofNullable(each.refusal))
              .findFirst()
              .orElse(null);
      Children found = assignments.value;
      then.accept(
          refusal == null
              ? new Answer.Ok<>(
                  new Look(
                      workersRoot.value != null,
                      cluster.value,
                      mine.value,
                      found == null ? List.of() : found.names(),
                      worker.value))
              : new Answer.Failed<>(refusal.failure(), -1, refusal.message()));
    }
  }

  /** One read; what could not be read is not taken for what is not there. */
  private static final class Reading<T extends @Nullable Object> {
    private final Consumer<Consumer<Answer<T>>> read;
    private boolean answered;
    private @Nullable T value;
    private Answer.@Nullable Failed<?> refusal;

    Reading(Consumer<Consumer<Answer<T>>> read) {
      this.read = read;
    }

    void ask(Runnable then) {
      if (answered) {
        then.run();
        return;
      }
      read.accept(
          answer -> {
            value = answer instanceof Answer.Ok<T> ok ? ok.value() : null;
            refusal =
                answer instanceof Answer.Failed<T> failed && failed.failure() != Failure.NO_NODE
                    ? failed
                    : null;
            answered = refusal == null;
            then.run();
          });
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
