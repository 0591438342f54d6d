package io.zkrun.worker;

import io.zkrun.core.Result;
import io.zkrun.core.RunKey;
import io.zkrun.core.WorkerDecision;
import io.zkrun.core.WorkerEvent;
import io.zkrun.core.WriteAnswer;
import io.zkrun.metrics.WorkerMetrics;
import io.zkrun.znode.Answer;
import io.zkrun.znode.AssignmentNode;
import io.zkrun.znode.Batcher;
import io.zkrun.znode.Failure;
import io.zkrun.znode.Loop;
import io.zkrun.znode.ResultNode;
import io.zkrun.znode.Tree;
import io.zkrun.znode.Write;
import io.zkrun.znode.Written;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what the worker has decided, in batches that begin with the proof of its registration, and
 * turns the answers into events. Every write is answered with an event exactly once.
 */
final class Reporter {
  private static final Logger log = LoggerFactory.getLogger(Reporter.class);

  private final WorkerOptions options;
  private final Loop loop;
  private final WorkerMetrics metrics;
  private final Consumer<WorkerEvent> events;
  private final Runnable onFenced;
  private final Runnable onLoss;

  /** What to say about each write that is not answered yet, should it never be. */
  private final Map<Object, WorkerEvent> unanswered = new LinkedHashMap<>();

  private @Nullable Batcher batcher;
  private long sentAt;

  /**
   * @param onFenced hears that a write found the registration gone
   * @param onLoss hears that it is not known whether a write happened
   */
  Reporter(
      WorkerOptions options,
      Loop loop,
      WorkerMetrics metrics,
      Consumer<WorkerEvent> events,
      Runnable onFenced,
      Runnable onLoss) {
    this.options = options;
    this.loop = loop;
    this.metrics = metrics;
    this.events = events;
    this.onFenced = onFenced;
    this.onLoss = onLoss;
  }

  /** From now on writes through this session, each batch beginning with {@code header}. */
  void open(Tree tree, Supplier<List<Write.Check>> header) {
    close();
    batcher =
        new Batcher(
            tree,
            loop,
            () -> {
              sentAt = loop.bootMillis();
              return header.get();
            },
            onFenced,
            Batcher.Limits.DEFAULT);
  }

  /** Forgets all writes; what became of them is not known. */
  void close() {
    if (batcher != null) {
      batcher.reset();
      batcher = null;
    }
    List<WorkerEvent> unknown = new ArrayList<>(unanswered.values());
    unanswered.clear();
    unknown.forEach(events);
  }

  /** The connection is back, and what was lost with it has been found out. */
  void resume() {
    if (batcher != null) {
      batcher.resume();
    }
  }

  void report(WorkerDecision.Report report) {
    RunKey key = report.key();
    Result result = report.result();
    String path =
        report.retry()
            ? ResultNode.attemptPath(key.task(), result.attempt())
            : ResultNode.statusPath(key.task());
    List<Write> writes =
        List.of(
            new Write.Create(path, ResultNode.encode(result), Write.Mode.PERSISTENT), delete(key));
    submit(
        "result of " + key,
        writes,
        closed(key, WriteAnswer.UNKNOWN),
        answer -> {
          WriteAnswer became = resultAnswer(answer);
          if (became == WriteAnswer.DONE) {
            log.info("{} attempt {} {}", key.task(), result.attempt(), result.outcome().json());
            metrics.delivered(result);
          }
          events.accept(closed(key, became));
        });
  }

  void remove(WorkerDecision.Remove remove) {
    submit(
        null,
        List.of(delete(remove.key())),
        closed(remove.key(), WriteAnswer.UNKNOWN),
        answer -> events.accept(closed(remove.key(), assignmentAnswer(answer))));
  }

  void mark(WorkerDecision.Mark mark) {
    submit(
        null,
        List.of(
            new Write.SetData(
                AssignmentNode.path(options.name(), mark.key().task()),
                AssignmentNode.encode(mark.assignment()),
                mark.version())),
        new WorkerEvent.Marked(mark.key(), WriteAnswer.UNKNOWN),
        answer -> events.accept(new WorkerEvent.Marked(mark.key(), assignmentAnswer(answer))));
  }

  /** Commits the header alone. */
  void renew() {
    submit(
        null,
        List.of(),
        new WorkerEvent.Renewed(),
        answer -> events.accept(new WorkerEvent.Renewed()));
  }

  private Write delete(RunKey key) {
    return new Write.Delete(AssignmentNode.path(options.name(), key.task()), Write.ANY_VERSION);
  }

  private static WorkerEvent closed(RunKey key, WriteAnswer answer) {
    return new WorkerEvent.Closed(key, answer);
  }

  private void submit(
      @Nullable String key,
      List<Write> writes,
      WorkerEvent ifUnanswered,
      Consumer<Answer<List<Written>>> then) {
    Object id = new Object();
    unanswered.put(id, ifUnanswered);
    if (batcher == null) {
      loop.execute(() -> giveUp(id));
      return;
    }
    batcher.submit(
        new Batcher.Group(
            key,
            writes,
            answer -> {
              if (unanswered.remove(id) != null) {
                answered(answer, then);
              }
            }));
  }

  private void giveUp(Object id) {
    WorkerEvent event = unanswered.remove(id);
    if (event != null) {
      events.accept(event);
    }
  }

  private void answered(Answer<List<Written>> answer, Consumer<Answer<List<Written>>> then) {
    if (answer instanceof Answer.Ok) {
      events.accept(new WorkerEvent.Acknowledged(sentAt));
    }
    then.accept(answer);
    if (answer.failure() == Failure.CONNECTION_LOSS) {
      onLoss.run();
    }
  }

  /** Of the creation of a result, member 0, and the deletion of its assignment, member 1. */
  private static WriteAnswer resultAnswer(Answer<List<Written>> answer) {
    if (!(answer instanceof Answer.Failed<List<Written>> failed)) {
      return WriteAnswer.DONE;
    }
    return switch (failed.failure()) {
      case NODE_EXISTS -> WriteAnswer.RESULT_EXISTS;
      case NO_CHILDREN_FOR_EPHEMERALS -> WriteAnswer.TASK_GONE;
      case NO_NODE ->
          switch (failed.member()) {
            case 0 -> WriteAnswer.TASK_GONE;
            case 1 -> WriteAnswer.ASSIGNMENT_GONE;
            default -> WriteAnswer.REFUSED;
          };
      case TOO_LARGE -> WriteAnswer.TOO_LARGE;
      default -> otherwise(failed);
    };
  }

  private static WriteAnswer assignmentAnswer(Answer<List<Written>> answer) {
    if (!(answer instanceof Answer.Failed<List<Written>> failed)) {
      return WriteAnswer.DONE;
    }
    return switch (failed.failure()) {
      case NO_NODE -> WriteAnswer.ASSIGNMENT_GONE;
      case BAD_VERSION -> WriteAnswer.STALE;
      default -> otherwise(failed);
    };
  }

  private static WriteAnswer otherwise(Answer.Failed<?> failed) {
    return switch (failed.failure()) {
      case CONNECTION_LOSS, SESSION_EXPIRED, FENCED -> WriteAnswer.UNKNOWN;
      default -> {
        log.warn(
            "ZooKeeper refused a write about an assignment ({}: {}); it is sent again later",
            failed.failure(),
            failed.message());
        yield WriteAnswer.REFUSED;
      }
    };
  }
}
