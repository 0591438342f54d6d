package io.zkrun.client;

import io.zkrun.core.TaskId;
import io.zkrun.core.TaskSpec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Submits unnamed tasks in the order in which they come, so that the order of ids is theirs: what
 * gathers while one batch is in flight is the next. Lives on the loop.
 */
final class Submitter {
  static final int MAX_MEMBERS = 200;

  private final Session session;
  private final long resolveMillis;
  private final boolean endsAtFailure;
  private final Deque<Waiting> queue = new ArrayDeque<>();
  private @Nullable Throwable failure;
  private boolean busy;
  private int memberLimit = MAX_MEMBERS;
  private long counter = Batch.UNKNOWN_COUNTER;

  /**
   * @param endsAtFailure whether nothing is tried any more once something has failed
   */
  Submitter(Session session, long resolveMillis, boolean endsAtFailure) {
    this.session = session;
    this.resolveMillis = resolveMillis;
    this.endsAtFailure = endsAtFailure;
  }

  private record Waiting(Draft draft, CompletableFuture<TaskId> done) {}

  CompletableFuture<TaskId> submit(Draft draft) {
    if (failure != null) {
      return CompletableFuture.failedFuture(new NotTried(failure));
    }
    CompletableFuture<TaskId> done = new CompletableFuture<>();
    queue.add(new Waiting(draft, done));
    sendNext();
    return done;
  }

  private void sendNext() {
    if (busy || queue.isEmpty()) {
      return;
    }
    busy = true;
    List<Waiting> members = takeBatch();
    List<Draft> drafts = members.stream().map(Waiting::draft).toList();
    var unused =
        new Batch(session, drafts, counter, resolveMillis)
            .submit()
            .whenComplete(
                (ids, error) -> {
                  busy = false;
                  settle(members, ids, error);
                  sendNext();
                });
  }

  private List<Waiting> takeBatch() {
    List<Waiting> batch = new ArrayList<>();
    int bytes = 0;
    for (Waiting next = queue.peek(); next != null; next = queue.peek()) {
      bytes += next.draft().data().length();
      if (!batch.isEmpty() && (batch.size() == memberLimit || bytes > TaskSpec.MAX_BYTES)) {
        break;
      }
      batch.add(queue.remove());
    }
    return batch;
  }

  private void settle(
      List<Waiting> members, @Nullable List<TaskId> ids, @Nullable Throwable error) {
    if (ids != null) {
      memberLimit = MAX_MEMBERS;
      counter = Batch.numberOf(ids.get(ids.size() - 1)) + 1;
      for (int i = 0; i < ids.size(); i++) {
        members.get(i).done().complete(ids.get(i));
      }
    } else if (error != null && Futures.cause(error) instanceof Batch.TooMany tooMany) {
      memberLimit = tooMany.fitting();
      for (int i = members.size() - 1; i >= 0; i--) {
        queue.addFirst(members.get(i));
      }
    } else if (error != null) {
      fail(members, Futures.cause(error));
    }
  }

  /** What waits behind a failed batch fails too: it would be submitted out of order. */
  private void fail(List<Waiting> members, Throwable error) {
    counter = Batch.UNKNOWN_COUNTER;
    failure = endsAtFailure ? error : null;
    List<Waiting> behind = List.copyOf(queue);
    queue.clear();
    members.forEach(each -> each.done().completeExceptionally(error));
    behind.forEach(each -> each.done().completeExceptionally(new NotTried(error)));
  }

  /** Was not sent, because what stands before it failed. */
  static final class NotTried extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotTried(Throwable first) {
      super("not submitted, because a task before it was not", first);
    }
  }
}
