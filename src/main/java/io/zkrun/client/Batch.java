package io.zkrun.client;

import io.zkrun.client.ClientException.Problem;
import io.zkrun.core.Bytes;
import io.zkrun.core.TaskId;
import io.zkrun.znode.Answer;
import io.zkrun.znode.Failure;
import io.zkrun.znode.Node;
import io.zkrun.znode.TaskNode;
import io.zkrun.znode.Write;
import io.zkrun.znode.Written;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;

/**
 * Unnamed tasks that are created together or not at all.
 *
 * <p>Where the connection is lost after sending, nobody knows whether they were. Then: connect
 * again, in the same session while it lives, {@code sync}, so that what was sent is decided, and
 * look for the nonces among the tasks that were numbered between the counter before and after. Only
 * where they are not there is the batch sent again.
 */
final class Batch {
  static final long UNKNOWN_COUNTER = -1;

  private static final int MAX_LOSSES = 3;
  private static final int MAX_STEPS = 10_000;
  private static final int READS_IN_FLIGHT = 256;

  private final Session session;
  private final List<Draft> drafts;
  private final long resolveMillis;
  private long counter;
  private long deadlineMillis;
  private int losses;
  private int steps;

  /**
   * @param counter no task of this batch can get a lower number; or {@link #UNKNOWN_COUNTER}
   */
  Batch(Session session, List<Draft> drafts, long counter, long resolveMillis) {
    this.session = session;
    this.drafts = drafts;
    this.counter = counter;
    this.resolveMillis = resolveMillis;
    this.deadlineMillis = session.loop().millis() + resolveMillis;
  }

  /** The ids in order; fails with {@link TooMany} where fewer members would go through. */
  CompletableFuture<List<TaskId>> submit() {
    if (counter == UNKNOWN_COUNTER) {
      return session.get(TaskNode.ROOT).thenCompose(this::startFrom);
    }
    return send();
  }

  private CompletableFuture<List<TaskId>> startFrom(Optional<Node> root) {
    if (root.isEmpty()) {
      return BaseNodes.makeTasks(session).thenCompose(made -> submit());
    }
    counter = root.get().stat().created();
    return send();
  }

  private CompletableFuture<List<TaskId>> send() {
    if (session.loop().millis() > deadlineMillis) {
      throw new ClientException(
          Problem.UNREACHABLE,
          "ZooKeeper lost the connection again and again for " + resolveMillis / 1000 + " s",
          "nothing was submitted; try again");
    }
    List<Write> writes = new ArrayList<>(drafts.size());
    for (Draft draft : drafts) {
      writes.add(
          new Write.Create(TaskNode.SEQUENTIAL, draft.data(), Write.Mode.PERSISTENT_SEQUENTIAL));
    }
    return session.write(writes).thenCompose(this::onAnswer);
  }

  private CompletableFuture<List<TaskId>> onAnswer(Answer<List<Written>> answer) {
    if (answer instanceof Answer.Ok<List<Written>> ok) {
      return CompletableFuture.completedFuture(
          ok.value().stream().map(written -> idOf(written.path())).toList());
    }
    Answer.Failed<List<Written>> failed = (Answer.Failed<List<Written>>) answer;
    return switch (failed.failure()) {
      case CONNECTION_LOSS, SESSION_EXPIRED -> resolve();
      case NO_NODE -> {
        counter = UNKNOWN_COUNTER;
        yield submit();
      }
      case NODE_EXISTS -> stepOver(Math.max(0, failed.member()));
      case TOO_LARGE -> tooLarge(failed);
      case BAD_VERSION, NOT_EMPTY, NO_CHILDREN_FOR_EPHEMERALS, FENCED, OTHER ->
          throw refused(failed);
    };
  }

  private CompletableFuture<List<TaskId>> tooLarge(Answer.Failed<List<Written>> failed) {
    if (drafts.size() > 1) {
      throw new TooMany(drafts.size() / 2);
    }
    throw refused(failed);
  }

  private static ClientException refused(Answer<?> answer) {
    return Session.refused("cannot submit", answer, "nothing was submitted");
  }

  private CompletableFuture<List<TaskId>> resolve() {
    losses++;
    return session
        .sync(leftMillis())
        .thenCompose(synced -> session.get(TaskNode.ROOT, leftMillis()))
        .thenCompose(root -> search(root.map(node -> node.stat().created()).orElse(counter)))
        .exceptionally(
            error -> {
              throw unknown(Futures.cause(error));
            })
        .thenCompose(found -> found.isEmpty() ? sendAgain() : done(found));
  }

  private long leftMillis() {
    return Math.max(0, deadlineMillis - session.loop().millis());
  }

  private ClientException unknown(Throwable error) {
    return new ClientException(
        Problem.SUBMISSION_UNKNOWN,
        error.getMessage() + " after sending",
        "it is not known whether "
            + (drafts.size() == 1 ? "the task was" : "these " + drafts.size() + " tasks were")
            + " submitted; look in 'zkrun list' before submitting again; a task with --name can be"
            + " submitted again without running twice");
  }

  /** The ids of this batch where any of it is found: then all of it was created, in a row. */
  private CompletableFuture<List<TaskId>> search(long end) {
    if (end < counter) { // /tasks was deleted and made again: its numbers began anew
      counter = 0;
    }
    List<TaskId> numbers = LongStream.range(counter, end).mapToObj(Batch::idOf).toList();
    return new Gate(READS_IN_FLIGHT)
        .all(numbers, id -> session.get(TaskNode.path(id), leftMillis()).thenApply(this::memberOf))
        .thenApply(
            members -> {
              for (int i = 0; i < members.size(); i++) {
                if (members.get(i) >= 0) {
                  return rowFrom(counter + i - members.get(i));
                }
              }
              return List.of();
            });
  }

  private int memberOf(Optional<Node> node) {
    Bytes data = node.map(Node::data).orElse(Bytes.EMPTY);
    for (int i = 0; !data.isEmpty() && i < drafts.size(); i++) {
      if (drafts.get(i).wrote(data)) {
        return i;
      }
    }
    return -1;
  }

  private List<TaskId> rowFrom(long first) {
    return LongStream.range(first, first + drafts.size()).mapToObj(Batch::idOf).toList();
  }

  private static CompletableFuture<List<TaskId>> done(List<TaskId> ids) {
    return CompletableFuture.completedFuture(ids);
  }

  /** A request that is too large cuts the connection each time: send less of it. */
  private CompletableFuture<List<TaskId>> sendAgain() {
    if (losses < MAX_LOSSES) {
      return send();
    }
    if (drafts.size() > 1) {
      throw new TooMany(drafts.size() / 2);
    }
    throw new ClientException(
        Problem.REFUSED,
        "ZooKeeper cut the connection "
            + losses
            + " times when it was sent this task of "
            + drafts.get(0).data().length()
            + " bytes",
        "nothing was submitted; if the ensemble is well, its jute.maxbuffer is too small for the"
            + " task");
  }

  /** A sequential create fails for ever where a znode of the next number exists: use it up. */
  private CompletableFuture<List<TaskId>> stepOver(int member) {
    if (member > 0) {
      throw new TooMany(member);
    }
    if (++steps > MAX_STEPS) {
      throw new ClientException(
          Problem.REFUSED,
          "cannot submit: the next " + MAX_STEPS + " numbers are all taken",
          "nothing was submitted; submit with --name");
    }
    String scratch = TaskNode.ROOT + "/.step-" + drafts.get(0).nonce() + "-" + steps;
    return session
        .write(
            List.of(
                new Write.Create(scratch, Bytes.EMPTY, Write.Mode.PERSISTENT),
                new Write.Delete(scratch, Write.ANY_VERSION)))
        .thenCompose(
            answer ->
                answer.failure() == null
                        || answer.failure() == Failure.CONNECTION_LOSS
                        || answer.failure() == Failure.SESSION_EXPIRED
                    ? send()
                    : failStep(answer));
  }

  private static CompletableFuture<List<TaskId>> failStep(Answer<List<Written>> answer) {
    throw refused(answer);
  }

  private static TaskId idOf(long number) {
    return new TaskId(TaskId.SEQUENTIAL_PREFIX + String.format(Locale.ROOT, "%010d", number));
  }

  private static TaskId idOf(String path) {
    return new TaskId(path.substring(path.lastIndexOf('/') + 1));
  }

  static long numberOf(TaskId id) {
    return Long.parseLong(id.value().substring(TaskId.SEQUENTIAL_PREFIX.length()));
  }

  /** Nothing was created; the first {@code fitting} members alone may be. */
  static final class TooMany extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int fitting;

    TooMany(int fitting) {
      this.fitting = fitting;
    }

    int fitting() {
      return fitting;
    }
  }
}
