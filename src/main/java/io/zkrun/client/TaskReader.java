package io.zkrun.client;

import io.zkrun.client.ClientException.Problem;
import io.zkrun.client.ClusterView.Assigned;
import io.zkrun.core.Outcome;
import io.zkrun.core.Result;
import io.zkrun.core.SpecProblem;
import io.zkrun.core.TaskId;
import io.zkrun.core.TaskSpec;
import io.zkrun.core.Waiting;
import io.zkrun.znode.Children;
import io.zkrun.znode.Node;
import io.zkrun.znode.RequestNode;
import io.zkrun.znode.ResultNode;
import io.zkrun.znode.TaskNode;
import io.zkrun.znode.ZnodePath;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Reads tasks, and tells from what stands there where each of them is. */
final class TaskReader {
  private final Session session;
  private final Gate gate;

  TaskReader(Session session, Gate gate) {
    this.session = session;
    this.gate = gate;
  }

  static ClientException unknown(TaskId id) {
    return new ClientException(
        Problem.UNKNOWN_TASK,
        "no task " + id + " is known; it was never submitted, or was purged after it ended");
  }

  /** What stands in ZooKeeper of one task. */
  record Found(
      TaskId id,
      Node task,
      List<Result> attempts,
      Optional<String> cancel,
      Optional<Result> result) {

    boolean hasEnded() {
      return result.isPresent();
    }
  }

  /** Nothing where there is no such task. */
  CompletableFuture<Optional<Found>> find(TaskId id) {
    return session
        .get(TaskNode.path(id))
        .thenApply(read -> read.filter(TaskReader::isTask))
        .thenCompose(
            task ->
                task.isEmpty()
                    ? CompletableFuture.completedFuture(Optional.empty())
                    : session
                        .children(TaskNode.path(id))
                        .thenCompose(children -> found(id, task.get(), children)));
  }

  /** An ephemeral below {@code /tasks} is somebody else's. */
  private static boolean isTask(Node node) {
    return node.stat().ephemeralOwner() == 0;
  }

  private CompletableFuture<Optional<Found>> found(
      TaskId id, Node task, Optional<Children> children) {
    return children.isEmpty()
        ? CompletableFuture.completedFuture(Optional.empty())
        : below(id, task, children.get().names()).thenApply(Optional::of);
  }

  CompletableFuture<Found> findKnown(TaskId id) {
    return find(id).thenApply(found -> found.orElseThrow(() -> unknown(id)));
  }

  private CompletableFuture<Found> below(TaskId id, Node task, List<String> names) {
    List<ZnodePath> children =
        names.stream().flatMap(name -> ZnodePath.childOf(id, name).stream()).toList();
    CompletableFuture<Optional<Node>> status =
        readIf(children.contains(new ZnodePath.Status(id)), ResultNode.statusPath(id));
    CompletableFuture<Optional<Node>> cancel =
        readIf(children.contains(new ZnodePath.Cancel(id)), RequestNode.cancelPath(id));
    List<CompletableFuture<Optional<Node>>> attempts =
        children.stream()
            .filter(ZnodePath.Attempt.class::isInstance)
            .map(ZnodePath.Attempt.class::cast)
            .sorted(Comparator.comparingInt(ZnodePath.Attempt::attempt))
            .map(each -> session.get(ResultNode.attemptPath(id, each.attempt())))
            .toList();
    return CompletableFuture.allOf(status, cancel)
        .thenCompose(both -> Futures.all(attempts))
        .thenApply(
            read ->
                new Found(
                    id,
                    task,
                    read.stream()
                        .flatMap(Optional::stream)
                        .map(node -> ResultNode.decode(node.data()))
                        .toList(),
                    cancel.join().map(node -> RequestNode.decodeReason(node.data())),
                    status.join().map(node -> ResultNode.decode(node.data()))));
  }

  private CompletableFuture<Optional<Node>> readIf(boolean exists, String path) {
    return exists ? session.get(path) : CompletableFuture.completedFuture(Optional.empty());
  }

  /** The views in the order of {@code ids}; fails where one is not known. */
  CompletableFuture<List<TaskView>> views(List<TaskId> ids) {
    return gate.all(ids, this::findKnown)
        .thenCompose(
            found ->
                found.stream().allMatch(Found::hasEnded)
                    ? CompletableFuture.completedFuture(views(found, ClusterView.NOBODY))
                    : viewsOfUnended(found));
  }

  /** Assignments first, tasks afterwards: one that ended meanwhile is not taken for pending. */
  private CompletableFuture<List<TaskView>> viewsOfUnended(List<Found> found) {
    return new ClusterReader(session, gate)
        .read()
        .thenCompose(
            cluster ->
                gate.all(
                        found,
                        each ->
                            each.hasEnded()
                                ? CompletableFuture.completedFuture(each)
                                : findKnown(each.id()))
                    .thenApply(again -> views(again, cluster)));
  }

  private List<TaskView> views(List<Found> found, ClusterView cluster) {
    Instant now = session.loop().now();
    return found.stream().map(each -> view(each, cluster, now)).toList();
  }

  static TaskView view(Found found, ClusterView cluster, Instant now) {
    TaskNode.Decoded decoded = TaskNode.decode(found.task().data());
    TaskSpec spec = decoded instanceof TaskNode.Spec good ? good.spec() : null;
    SpecProblem problem = decoded instanceof TaskNode.Rejected bad ? bad.problem() : null;
    Result result = found.result().orElse(null);
    Assigned assigned = result == null ? cluster.assigned().get(found.id()) : null;
    TaskState state = state(found, assigned);
    return new TaskView(
        found.id(),
        state,
        attempt(found, assigned),
        Instant.ofEpochMilli(found.task().stat().ctime()),
        startedAt(found, assigned),
        spec,
        problem,
        worker(found, assigned),
        result == null ? cancelReason(found, assigned) : null,
        assigned == null
            ? spec == null ? null : waiting(state, found, spec, cluster, now)
            : atWorker(state, assigned),
        found.attempts(),
        result);
  }

  private static @Nullable Waiting atWorker(TaskState state, Assigned assigned) {
    return state == TaskState.ASSIGNED
        ? new Waiting.AtWorker(assigned.worker(), assigned.assignment().giveBack())
        : null;
  }

  private static TaskState state(Found found, @Nullable Assigned assigned) {
    if (found.result().isPresent()) {
      return TaskState.of(found.result().get());
    }
    if (cancelReason(found, assigned) != null) {
      return TaskState.CANCELLING;
    }
    if (assigned == null) {
      return found.attempts().isEmpty() ? TaskState.PENDING : TaskState.RETRYING;
    }
    if (assigned.assignment().held()) {
      return TaskState.HELD;
    }
    return assigned.assignment().running() ? TaskState.RUNNING : TaskState.ASSIGNED;
  }

  private static @Nullable String cancelReason(Found found, @Nullable Assigned assigned) {
    if (found.cancel().isPresent()) {
      return found.cancel().get();
    }
    return assigned == null ? null : assigned.assignment().cancel();
  }

  private static int attempt(Found found, @Nullable Assigned assigned) {
    int next = lastAttempt(found) + 1;
    if (found.result().isPresent()) {
      int last = found.result().get().attempt();
      return last > 0 ? last : Math.max(1, next - 1);
    }
    return assigned != null && assigned.assignment().attempt() > 0
        ? assigned.assignment().attempt()
        : next;
  }

  private static int lastAttempt(Found found) {
    return found.attempts().stream().mapToInt(Result::attempt).max().orElse(0);
  }

  private static @Nullable Instant startedAt(Found found, @Nullable Assigned assigned) {
    if (found.result().isPresent()) {
      return found.result().get().startedAt();
    }
    return assigned == null ? null : assigned.assignment().startedAt();
  }

  private static @Nullable String worker(Found found, @Nullable Assigned assigned) {
    if (assigned != null) {
      return assigned.worker();
    }
    Result last =
        found.result().orElseGet(() -> found.attempts().isEmpty() ? null : last(found.attempts()));
    return last == null ? null : last.worker();
  }

  private static Result last(List<Result> attempts) {
    return attempts.get(attempts.size() - 1);
  }

  private static @Nullable Waiting waiting(
      TaskState state, Found found, TaskSpec spec, ClusterView cluster, Instant now) {
    return switch (state) {
      case PENDING, RETRYING -> waiting(found, spec, cluster, now);
      case CANCELLING -> onlyOfMasters(cluster.explain(Map.of()));
      default -> null;
    };
  }

  /** What is to be cancelled needs no worker, but a master that writes down its end. */
  private static @Nullable Waiting onlyOfMasters(Waiting why) {
    return why instanceof Waiting.NoMaster || why instanceof Waiting.MasterByHand ? why : null;
  }

  private static Waiting waiting(Found found, TaskSpec spec, ClusterView cluster, Instant now) {
    List<Result> failed = new ArrayList<>(found.attempts());
    failed.removeIf(
        attempt -> attempt.outcome() == Outcome.LOST || attempt.outcome() == Outcome.RETURNED);
    if (!failed.isEmpty()) {
      Instant finishedAt = last(failed).finishedAt();
      double delay = spec.retryDelaySeconds(failed.size());
      double since =
          finishedAt == null ? delay : Duration.between(finishedAt, now).toMillis() / 1000.0;
      if (since < delay && cluster.master().isPresent()) {
        return new Waiting.RetryDelay(
            last(failed).attempt(), Math.max(0, Math.min(delay, delay - since)));
      }
    }
    return cluster.explain(spec.requires());
  }
}
