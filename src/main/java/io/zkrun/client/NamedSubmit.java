package io.zkrun.client;

import io.zkrun.client.ClientException.Problem;
import io.zkrun.core.TaskId;
import io.zkrun.znode.Answer;
import io.zkrun.znode.Node;
import io.zkrun.znode.ResultNode;
import io.zkrun.znode.TaskNode;
import io.zkrun.znode.Write;
import io.zkrun.znode.Written;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A task with a name exists once, so that its submission can be repeated without harm. */
final class NamedSubmit {
  private final Session session;
  private final TaskId id;
  private final Draft draft;
  private final long resolveMillis;
  private final long deadlineMillis;

  NamedSubmit(Session session, TaskId id, Draft draft, long resolveMillis) {
    this.session = session;
    this.id = id;
    this.draft = draft;
    this.resolveMillis = resolveMillis;
    this.deadlineMillis = session.loop().millis() + resolveMillis;
  }

  CompletableFuture<Submission> submit() {
    Write create = new Write.Create(TaskNode.path(id), draft.data(), Write.Mode.PERSISTENT);
    return session.write(List.of(create)).thenCompose(this::onAnswer);
  }

  private CompletableFuture<Submission> onAnswer(Answer<List<Written>> answer) {
    if (!(answer instanceof Answer.Failed<List<Written>> failed)) {
      return CompletableFuture.completedFuture(Submission.made(id));
    }
    return switch (failed.failure()) {
      case NODE_EXISTS -> session.get(TaskNode.path(id)).thenCompose(this::compare);
      case NO_NODE -> BaseNodes.makeTasks(session).thenCompose(made -> submit());
      case CONNECTION_LOSS, SESSION_EXPIRED -> resolve();
      case TOO_LARGE, BAD_VERSION, NOT_EMPTY, NO_CHILDREN_FOR_EPHEMERALS, FENCED, OTHER ->
          throw Session.refused("cannot submit " + id, failed, "nothing was submitted");
    };
  }

  private CompletableFuture<Submission> resolve() {
    return session
        .sync(leftMillis())
        .thenCompose(synced -> session.get(TaskNode.path(id), leftMillis()))
        .exceptionally(
            error -> {
              throw unknown(Futures.cause(error));
            })
        .thenCompose(this::compare);
  }

  private long leftMillis() {
    return Math.max(0, deadlineMillis - session.loop().millis());
  }

  private ClientException unknown(Throwable error) {
    return new ClientException(
        Problem.SUBMISSION_UNKNOWN,
        error.getMessage() + " after sending",
        "it is not known whether "
            + id
            + " was submitted; submit it again: the same --name cannot run twice");
  }

  private CompletableFuture<Submission> compare(Optional<Node> node) {
    if (node.isEmpty()) {
      if (session.loop().millis() > deadlineMillis) {
        throw new ClientException(
            Problem.UNREACHABLE,
            "ZooKeeper lost the connection again and again for " + resolveMillis / 1000 + " s",
            id + " was not submitted; try again");
      }
      return submit();
    }
    if (draft.wrote(node.get().data())) {
      return CompletableFuture.completedFuture(Submission.made(id));
    }
    if (TaskNode.decode(node.get().data()) instanceof TaskNode.Spec stored
        && stored.spec().sameWork(draft.spec())) {
      return session
          .get(ResultNode.statusPath(id))
          .thenApply(
              status ->
                  new Submission(
                      id,
                      true,
                      status
                          .map(found -> Instant.ofEpochMilli(found.stat().ctime()))
                          .orElse(null)));
    }
    throw new ClientException(
        Problem.NAME_TAKEN,
        "a task named " + id + " exists with another spec",
        "it stands as it was; see it with 'zkrun status " + id + "', or submit under another name");
  }
}
