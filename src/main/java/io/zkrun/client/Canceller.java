package io.zkrun.client;

import io.zkrun.core.Result;
import io.zkrun.core.TaskId;
import io.zkrun.znode.Failure;
import io.zkrun.znode.RequestNode;
import io.zkrun.znode.ResultNode;
import io.zkrun.znode.Write;
import java.util.concurrent.CompletableFuture;

/** Asks a task to end, and waits until it has. */
final class Canceller {
  private final Session session;
  private final Gate gate;
  private final Awaiting awaiting;

  Canceller(Session session, Gate gate, Awaiting awaiting) {
    this.session = session;
    this.gate = gate;
    this.awaiting = awaiting;
  }

  CompletableFuture<Cancellation> cancel(TaskId id, String reason, Runnable asked) {
    return gate.pass(() -> session.get(ResultNode.statusPath(id)))
        .thenCompose(
            status ->
                status.isPresent()
                    ? CompletableFuture.completedFuture(
                        new Cancellation(id, ResultNode.decode(status.get().data()), false))
                    : ask(id, reason).thenRun(asked).thenCompose(done -> end(id)));
  }

  private CompletableFuture<Boolean> ask(TaskId id, String reason) {
    Write create =
        new Write.Create(
            RequestNode.cancelPath(id), RequestNode.encodeReason(reason), Write.Mode.PERSISTENT);
    return gate.pass(() -> session.writeAgain(create))
        .thenApply(
            answer -> {
              if (answer.failure() == Failure.NO_NODE) {
                throw TaskReader.unknown(id);
              }
              if (answer.failure() != null && answer.failure() != Failure.NODE_EXISTS) {
                throw Session.refused("cannot cancel " + id, answer);
              }
              return true;
            });
  }

  private CompletableFuture<Cancellation> end(TaskId id) {
    return awaiting
        .await(id)
        .thenApply(
            result -> new Cancellation(id, result, result.state() == Result.State.CANCELLED));
  }
}
