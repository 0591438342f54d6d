package io.zkrun.master;

import io.zkrun.core.Assignment;
import io.zkrun.core.Bytes;
import io.zkrun.core.MasterDecision;
import io.zkrun.core.MasterDecision.LostTask;
import io.zkrun.core.MasterEvent;
import io.zkrun.core.Result;
import io.zkrun.core.TaskId;
import io.zkrun.znode.Answer;
import io.zkrun.znode.AssignmentNode;
import io.zkrun.znode.Batcher;
import io.zkrun.znode.Failure;
import io.zkrun.znode.IncarnationNode;
import io.zkrun.znode.Node;
import io.zkrun.znode.ResultNode;
import io.zkrun.znode.TaskNode;
import io.zkrun.znode.Tree;
import io.zkrun.znode.WorkerNode;
import io.zkrun.znode.Write;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries the scheduler's decisions out, each as one group of writes under the master's fence, and
 * tells the scheduler what became of them. What was lost with the connection is not told: then the
 * tree is read anew.
 */
final class DecisionWriter {
  private static final Logger LOG = LoggerFactory.getLogger(DecisionWriter.class);

  private final Tree tree;
  private final Batcher batcher;
  private final TreeReader reader;
  private final Purge purge;
  private final Consumer<MasterEvent> events;
  private final Predicate<String> isNew;
  private boolean closed;

  /**
   * @param isNew whether what is odd at a path is still to be logged
   */
  DecisionWriter(
      Tree tree,
      Batcher batcher,
      TreeReader reader,
      Purge purge,
      Consumer<MasterEvent> events,
      Predicate<String> isNew) {
    this.tree = tree;
    this.batcher = batcher;
    this.reader = reader;
    this.events = events;
    this.purge = purge;
    this.isNew = isNew;
  }

  /** Ignores every answer from now on. */
  void close() {
    closed = true;
  }

  void carryOut(MasterDecision decision) {
    if (decision instanceof MasterDecision.Assign assign) {
      submit(decision, assign(assign));
    } else if (decision instanceof MasterDecision.WriteResult record) {
      submit(decision, record(record));
    } else if (decision instanceof MasterDecision.DeclareLost lost) {
      LOG.warn("worker {} is lost, with {} tasks", lost.worker(), lost.tasks().size());
      submit(decision, declareLost(lost));
    } else if (decision instanceof MasterDecision.AskCancel ask) {
      merge(decision, ask.worker(), ask.task(), data -> data.withCancel(ask.reason()));
    } else if (decision instanceof MasterDecision.AskBack ask) {
      merge(decision, ask.worker(), ask.task(), Assignment::withGiveBack);
    } else if (decision instanceof MasterDecision.Clear clear) {
      String path = AssignmentNode.path(clear.worker(), clear.task());
      submit(decision, List.of(new Write.Delete(path, Write.ANY_VERSION)));
    } else if (decision instanceof MasterDecision.Purge each) {
      purge(each);
    } else if (decision instanceof MasterDecision.Reread reread) {
      reader.readTask(reread.task());
    } else if (decision instanceof MasterDecision.ShortenAttempt shorten) {
      shorten(shorten);
    } else if (decision instanceof MasterDecision.Warn warning) {
      LOG.warn("{}", warning.text());
    } else if (decision instanceof MasterDecision.RereadAssignment reread) {
      reader.changedPath(AssignmentNode.path(reread.worker(), reread.task()));
    } else if (decision instanceof MasterDecision.RereadWorker reread) {
      reader.changedPath(WorkerNode.path(reread.worker()));
      reader.readAssignmentsOf(reread.worker());
    }
  }

  private void shorten(MasterDecision.ShortenAttempt decision) {
    String path = ResultNode.attemptPath(decision.task(), decision.attempt());
    tree.get(
        path,
        answer -> {
          if (!closed && answer instanceof Answer.Ok<Node> found) {
            Bytes data = ResultNode.shortened(found.value().data());
            int version = found.value().stat().version();
            submit(decision, List.of(new Write.SetData(path, data, version)));
          }
        });
  }

  private void purge(MasterDecision.Purge decision) {
    purge.prepare(
        decision,
        writes -> {
          if (closed) {
            return;
          }
          if (writes == null) {
            refuse(decision);
          } else {
            submit(decision, writes);
          }
        });
  }

  private static List<Write> assign(MasterDecision.Assign assign) {
    Bytes data = AssignmentNode.encode(Assignment.ofAttempt(assign.attempt()));
    return List.of(
        new Write.Check(TaskNode.path(assign.task()), Write.ANY_VERSION),
        new Write.Check(WorkerNode.path(assign.worker()), Write.ANY_VERSION),
        create(AssignmentNode.path(assign.worker(), assign.task()), data));
  }

  private static List<Write> record(MasterDecision.WriteResult record) {
    List<Write> writes = new ArrayList<>();
    writes.add(create(resultPath(record.task(), record.result(), record.last()), record.result()));
    MasterDecision.Holder holder = record.holder();
    if (holder != null) {
      // By version: its worker may have come back and taken it up again.
      String path = AssignmentNode.path(holder.worker(), record.task());
      writes.add(new Write.Delete(path, holder.version()));
    }
    return writes;
  }

  private static List<Write> declareLost(MasterDecision.DeclareLost lost) {
    List<Write> writes = new ArrayList<>();
    Bytes incarnation = IncarnationNode.encode(lost.incarnation());
    writes.add(new Write.SetData(IncarnationNode.path(lost.worker()), incarnation, lost.version()));
    for (LostTask each : lost.tasks()) {
      String assignment = AssignmentNode.path(lost.worker(), each.task());
      Result result = each.result();
      if (result != null) {
        boolean last = each.fate() == MasterDecision.Fate.END;
        writes.add(create(resultPath(each.task(), result, last), result));
      }
      writes.add(
          each.held() == null
              ? new Write.Delete(assignment, Write.ANY_VERSION)
              : new Write.SetData(
                  assignment, AssignmentNode.encode(each.held()), Write.ANY_VERSION));
    }
    return writes;
  }

  private static String resultPath(TaskId task, Result result, boolean last) {
    return last ? ResultNode.statusPath(task) : ResultNode.attemptPath(task, result.attempt());
  }

  private static Write create(String path, Result result) {
    return create(path, ResultNode.encode(result));
  }

  private static Write create(String path, Bytes data) {
    return new Write.Create(path, data, Write.Mode.PERSISTENT);
  }

  /** Read, merge, write by version; again when the worker has changed it meanwhile. */
  private void merge(
      MasterDecision decision, String worker, TaskId task, UnaryOperator<Assignment> change) {
    String path = AssignmentNode.path(worker, task);
    tree.get(
        path,
        answer -> {
          if (closed) {
            return;
          }
          if (answer instanceof Answer.Ok<Node> found) {
            Bytes data =
                AssignmentNode.encode(change.apply(AssignmentNode.decode(found.value().data())));
            Write write = new Write.SetData(path, data, found.value().stat().version());
            batcher.submit(
                new Batcher.Group(
                    key(List.of(write)),
                    List.of(write),
                    written -> {
                      if (written.failure() == Failure.BAD_VERSION && !closed) {
                        merge(decision, worker, task, change);
                      } else {
                        settle(decision, written);
                      }
                    }));
          } else {
            settle(decision, answer);
          }
        });
  }

  private void submit(MasterDecision decision, List<Write> writes) {
    batcher.submit(new Batcher.Group(key(writes), writes, answer -> settle(decision, answer)));
  }

  /** The same for the same decision after a reread; its last write alone names it. */
  private static String key(List<Write> writes) {
    Write last = writes.get(writes.size() - 1);
    return last.getClass().getSimpleName() + " " + last.path();
  }

  private void refuse(MasterDecision decision) {
    if (!closed) {
      events.accept(new MasterEvent.Refused(decision));
    }
  }

  private void settle(MasterDecision decision, Answer<?> answer) {
    Failure failure = answer.failure();
    if (closed) {
      return;
    }
    if (failure == null) {
      if (decision instanceof MasterDecision.Purge done) {
        purge.done(done);
      }
      events.accept(new MasterEvent.Carried(decision));
      return;
    }
    switch (failure) {
      case CONNECTION_LOSS, SESSION_EXPIRED, FENCED -> LOG.debug("{}: {}", failure, kind(decision));
      case NO_NODE, NODE_EXISTS, BAD_VERSION, NOT_EMPTY -> refuse(decision);
      case NO_CHILDREN_FOR_EPHEMERALS, TOO_LARGE, OTHER -> {
        logRefused(decision, answer);
        refuse(decision);
      }
    }
  }

  /** Of a decision only what it is and about what: it may hold whatever people have written. */
  private void logRefused(MasterDecision decision, Answer<?> answer) {
    String path = path(decision);
    if (isNew.test(path + " " + kind(decision))) {
      String why = answer instanceof Answer.Failed<?> failed ? failed.message() : "";
      LOG.error(
          "ZooKeeper refuses to {} {} ({}: {}); trying less and less often",
          kind(decision),
          path,
          answer.failure(),
          why);
    }
  }

  private static String kind(MasterDecision decision) {
    return decision.getClass().getSimpleName();
  }

  private static String path(MasterDecision decision) {
    if (decision instanceof MasterDecision.Assign assign) {
      return AssignmentNode.path(assign.worker(), assign.task());
    } else if (decision instanceof MasterDecision.AskCancel ask) {
      return AssignmentNode.path(ask.worker(), ask.task());
    } else if (decision instanceof MasterDecision.AskBack ask) {
      return AssignmentNode.path(ask.worker(), ask.task());
    } else if (decision instanceof MasterDecision.Clear clear) {
      return AssignmentNode.path(clear.worker(), clear.task());
    } else if (decision instanceof MasterDecision.DeclareLost lost) {
      return IncarnationNode.path(lost.worker());
    } else if (decision instanceof MasterDecision.WriteResult write) {
      return resultPath(write.task(), write.result(), write.last());
    } else if (decision instanceof MasterDecision.ShortenAttempt shorten) {
      return ResultNode.attemptPath(shorten.task(), shorten.attempt());
    } else if (decision instanceof MasterDecision.Purge purged) {
      return TaskNode.path(purged.task());
    }
    return "";
  }
}
