package io.zkrun.client;

import io.zkrun.core.Bytes;
import io.zkrun.znode.Failure;
import io.zkrun.znode.TaskNode;
import io.zkrun.znode.Write;
import java.util.concurrent.CompletableFuture;

/** The base znodes, which whoever comes first makes. */
final class BaseNodes {
  private BaseNodes() {}

  static CompletableFuture<Boolean> makeTasks(Session session) {
    return session
        .writeAgain(new Write.Create(TaskNode.ROOT, Bytes.EMPTY, Write.Mode.PERSISTENT))
        .thenApply(
            answer -> {
              if (answer.failure() != null && answer.failure() != Failure.NODE_EXISTS) {
                throw Session.refused("cannot make " + TaskNode.ROOT, answer);
              }
              return true;
            });
  }
}
