package io.zkrun.client;

import io.zkrun.client.ClientException.Problem;
import io.zkrun.client.ClusterView.Assigned;
import io.zkrun.core.Bytes;
import io.zkrun.core.OnLost;
import io.zkrun.core.TaskId;
import io.zkrun.znode.Answer;
import io.zkrun.znode.AssignmentNode;
import io.zkrun.znode.Failure;
import io.zkrun.znode.Node;
import io.zkrun.znode.RequestNode;
import io.zkrun.znode.Write;
import io.zkrun.znode.Written;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Writes down what a person decided about a task that is held: provided that its assignment is
 * still the one that was seen, since a worker that has come back may run it on.
 */
final class Releaser {
  private static final CompletableFuture<Boolean> DONE = CompletableFuture.completedFuture(true);

  private final Session session;
  private final Gate gate;

  Releaser(Session session, Gate gate) {
    this.session = session;
    this.gate = gate;
  }

  CompletableFuture<Boolean> release(TaskId id, int attempt, OnLost as) {
    String path = RequestNode.releasePath(id, attempt);
    Bytes data = RequestNode.encodeRelease(as);
    return new ClusterReader(session, gate)
        .read()
        .thenCompose(
            cluster -> {
              Assigned held = cluster.assigned().get(id);
              if (held == null || !held.assignment().held()) {
                throw changed(id);
              }
              return session
                  .get(path)
                  .thenCompose(before -> write(held, path, data, before))
                  .thenCompose(
                      answer ->
                          Session.isLost(answer)
                              ? written(held, path, data)
                                  .thenCompose(done -> done ? DONE : release(id, attempt, as))
                              : CompletableFuture.completedFuture(told(id, attempt, answer)));
            });
  }

  private CompletableFuture<Answer<List<Written>>> write(
      Assigned held, String path, Bytes data, Optional<Node> before) {
    Write check =
        new Write.Check(AssignmentNode.path(held.worker(), held.task()), held.stat().version());
    if (before.isEmpty()) {
      return session.write(List.of(check, new Write.Create(path, data, Write.Mode.PERSISTENT)));
    }
    if (isAbout(held, before.get())) {
      return CompletableFuture.completedFuture(
          new Answer.Failed<>(Failure.NODE_EXISTS, 1, "released before"));
    }
    // It was meant for what was held before: its worker has been back since.
    return session.write(
        List.of(check, new Write.SetData(path, data, before.get().stat().version())));
  }

  /** After a lost connection: a master may have acted on it already, so it stands there at most. */
  private CompletableFuture<Boolean> written(Assigned held, String path, Bytes data) {
    return session
        .sync()
        .thenCompose(answer -> session.get(path))
        .thenApply(
            node ->
                node.filter(each -> isAbout(held, each) && each.data().equals(data)).isPresent());
  }

  private static boolean isAbout(Assigned held, Node release) {
    return release.stat().mzxid() > held.stat().mzxid();
  }

  private static boolean told(TaskId id, int attempt, Answer<?> answer) {
    if (answer.failure() != null) {
      throw refused(id, attempt, answer);
    }
    return true;
  }

  private static ClientException refused(TaskId id, int attempt, Answer<?> answer) {
    Failure failure = answer.failure();
    boolean first = answer instanceof Answer.Failed<?> failed && failed.member() == 0;
    if (first && (failure == Failure.NO_NODE || failure == Failure.BAD_VERSION)) {
      return changed(id);
    }
    if (failure == Failure.NO_NODE) {
      return TaskReader.unknown(id);
    }
    if (failure == Failure.NODE_EXISTS || failure == Failure.BAD_VERSION) {
      return new ClientException(
          Problem.NOTHING_TO_DO,
          "attempt " + attempt + " of " + id + " was released before",
          "nothing was changed; see 'zkrun status " + id + "'");
    }
    return Session.refused("cannot release " + id, answer);
  }

  private static ClientException changed(TaskId id) {
    return new ClientException(
        Problem.NOTHING_TO_DO,
        "task " + id + " is no longer held as it was a moment ago: its worker may be back",
        "nothing was changed; see 'zkrun status " + id + "'");
  }
}
