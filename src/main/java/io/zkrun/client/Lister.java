package io.zkrun.client;

import io.zkrun.core.Output;
import io.zkrun.core.Result;
import io.zkrun.core.TaskId;
import io.zkrun.znode.Children;
import io.zkrun.znode.TaskNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Lists tasks, the newest first to be read, so that a short list of a long queue costs little.
 * Numbered tasks are in the order of their numbers; tasks with names, which tell no order, are all
 * read.
 */
final class Lister {
  private static final int CHUNK = 500;
  private static final Comparator<TaskView> OLDEST_FIRST =
      Comparator.comparing(TaskView::submittedAt).thenComparing(TaskView::id);

  private final Session session;
  private final Gate gate;
  private final TaskReader reader;
  private final ListFilter filter;
  private final ClusterView cluster;
  private final List<TaskView> matches = new ArrayList<>();

  private Lister(Session session, Gate gate, ListFilter filter, ClusterView cluster) {
    this.session = session;
    this.gate = gate;
    this.reader = new TaskReader(session, gate);
    this.filter = filter;
    this.cluster = cluster;
  }

  static CompletableFuture<TaskList> list(Session session, Gate gate, ListFilter filter) {
    return new ClusterReader(session, gate)
        .read()
        .thenCompose(cluster -> new Lister(session, gate, filter, cluster).read());
  }

  private CompletableFuture<TaskList> read() {
    return session
        .children(TaskNode.ROOT)
        .thenApply(children -> ids(children.map(Children::names).orElse(List.of())))
        .thenCompose(
            ids -> {
              List<TaskId> named = ids.stream().filter(id -> !id.isSequential()).toList();
              List<TaskId> numbered =
                  ids.stream()
                      .filter(TaskId::isSequential)
                      .sorted(Comparator.reverseOrder())
                      .toList();
              return chunks(named, 0, false, 0)
                  .thenCompose(done -> chunks(numbered, 0, true, matches.size()));
            })
        .thenApply(done -> cut());
  }

  static List<TaskId> ids(List<String> names) {
    return names.stream().map(TaskId::parse).flatMap(Optional::stream).toList();
  }

  /** Reads on until enough match, where the order allows to stop. */
  private CompletableFuture<Boolean> chunks(
      List<TaskId> ids, int from, boolean newestFirst, int before) {
    boolean enough = newestFirst && matches.size() - before > filter.limit();
    if (from >= ids.size() || enough) {
      return CompletableFuture.completedFuture(true);
    }
    int size = newestFirst ? Math.min(CHUNK, filter.limit() + 1) : CHUNK;
    List<TaskId> chunk = ids.subList(from, Math.min(ids.size(), from + size));
    return gate.all(chunk, reader::find)
        .thenCompose(
            found -> {
              found.stream().flatMap(Optional::stream).forEach(this::add);
              return chunks(ids, from + chunk.size(), newestFirst, before);
            });
  }

  private void add(TaskReader.Found found) {
    TaskView view = TaskReader.view(found, cluster, session.loop().now());
    if (filter.matches(view)) {
      matches.add(withoutOutput(view));
    }
  }

  private TaskList cut() {
    matches.sort(OLDEST_FIRST);
    int surplus = Math.max(0, matches.size() - filter.limit());
    return new TaskList(List.copyOf(matches.subList(surplus, matches.size())), surplus > 0);
  }

  private static TaskView withoutOutput(TaskView task) {
    return new TaskView(
        task.id(),
        task.state(),
        task.attempt(),
        task.submittedAt(),
        task.startedAt(),
        task.spec(),
        task.problem(),
        task.worker(),
        task.cancelReason(),
        task.waiting(),
        task.attempts().stream().map(Lister::trimmed).toList(),
        task.result() == null ? null : trimmed(task.result()));
  }

  private static Result trimmed(Result result) {
    return new Result(
        result.state(),
        result.outcome(),
        result.exitCode(),
        result.signal(),
        result.reason(),
        result.worker(),
        result.attempt(),
        result.submittedAt(),
        result.startedAt(),
        result.finishedAt(),
        result.durationSeconds(),
        result.treeEmptyAt(),
        result.trackedBy(),
        Output.EMPTY,
        Output.EMPTY);
  }
}
