package io.zkrun.worker;

import io.zkrun.core.Result;
import io.zkrun.core.TaskId;
import io.zkrun.core.TaskView;
import io.zkrun.core.WorkerEvent;
import io.zkrun.znode.Answer;
import io.zkrun.znode.AssignmentNode;
import io.zkrun.znode.Failure;
import io.zkrun.znode.Loop;
import io.zkrun.znode.Node;
import io.zkrun.znode.ResultNode;
import io.zkrun.znode.TaskNode;
import io.zkrun.znode.Tree;
import io.zkrun.znode.ZnodePath;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import java.util.function.Consumer;

/**
 * Reads assignments, and their tasks where they are new, a bounded number at once. What it finds
 * becomes events. A read that fails is no answer: it is asked again, unless {@link #cancel} comes.
 */
final class AssignmentReader {
  private static final int AT_ONCE = 200;
  private static final long AGAIN_MILLIS = 1_000;

  private final String worker;
  private final Loop loop;
  private final BiPredicate<TaskId, Long> known;
  private final Consumer<WorkerEvent> events;
  private final BiConsumer<String, Answer.Failed<?>> refused;

  private final Set<TaskId> reading = new HashSet<>();
  private final Set<TaskId> changedMeanwhile = new HashSet<>();

  /** Those of {@link #reading} that were deleted since their reading began. */
  private final Set<TaskId> voided = new HashSet<>();

  private final Deque<TaskId> waiting = new ArrayDeque<>();
  private final Set<TaskId> round = new LinkedHashSet<>();
  private boolean inRound;
  private long generation;

  /**
   * @param refused hears the path of a read that failed, and why; it is asked again
   * @param known whether this assignment, by czxid, needs no look at its task
   */
  AssignmentReader(
      String worker,
      Loop loop,
      BiPredicate<TaskId, Long> known,
      Consumer<WorkerEvent> events,
      BiConsumer<String, Answer.Failed<?>> refused) {
    this.worker = worker;
    this.loop = loop;
    this.known = known;
    this.events = events;
    this.refused = refused;
  }

  /** Forgets what it was about to read. */
  void cancel() {
    generation++;
    reading.clear();
    changedMeanwhile.clear();
    voided.clear();
    waiting.clear();
    round.clear();
    inRound = false;
  }

  /** Reads all of {@code tasks}; {@link WorkerEvent.Reconciled} comes after the last. */
  void readAll(Tree tree, List<TaskId> tasks) {
    inRound = true;
    round.addAll(tasks);
    tasks.forEach(task -> read(tree, task));
    endRound();
  }

  /** Reads one, once more if it is being read. */
  void read(Tree tree, TaskId task) {
    if (reading.contains(task)) {
      changedMeanwhile.add(task);
    } else if (reading.size() >= AT_ONCE) {
      waiting.add(task);
    } else {
      reading.add(task);
      new Reading(tree, task).begin();
    }
  }

  /** It was deleted: what is being read of it may be older than that, and is read again. */
  void deleted(TaskId task) {
    if (reading.contains(task)) {
      changedMeanwhile.add(task);
      voided.add(task);
    }
  }

  private void done(Tree tree, TaskId task) {
    reading.remove(task);
    if (changedMeanwhile.remove(task)) {
      read(tree, task);
      return;
    }
    round.remove(task);
    while (!waiting.isEmpty() && reading.size() < AT_ONCE) {
      read(tree, waiting.remove());
    }
    endRound();
  }

  private void endRound() {
    if (inRound && round.isEmpty()) {
      inRound = false;
      events.accept(new WorkerEvent.Reconciled());
    }
  }

  /** One assignment on its way. */
  private final class Reading {
    private final Tree tree;
    private final TaskId task;
    private final long begun = generation;

    Reading(Tree tree, TaskId task) {
      this.tree = tree;
      this.task = task;
    }

    void begin() {
      tree.get(
          AssignmentNode.path(worker, task),
          answer -> {
            if (isMissing(answer)) {
              end(new WorkerEvent.AssignmentGone(task));
            } else {
              value(AssignmentNode.path(worker, task), answer, this::assignment);
            }
          });
    }

    private void assignment(Node node) {
      if (known.test(task, node.stat().czxid())) {
        end(
            new WorkerEvent.AssignmentRead(
                task,
                node.stat().czxid(),
                node.stat().version(),
                AssignmentNode.decode(node.data())));
        return;
      }
      tree.get(
          TaskNode.path(task),
          answer -> {
            if (isMissing(answer)) {
              found(node, new TaskView.Gone());
            } else {
              value(TaskNode.path(task), answer, taskNode -> task(node, taskNode));
            }
          });
    }

    private void task(Node assignment, Node node) {
      if (node.stat().children() == 0) {
        found(assignment, view(node, 1, 0, 0));
        return;
      }
      tree.children(
          TaskNode.path(task),
          answer -> {
            if (isMissing(answer)) {
              found(assignment, new TaskView.Gone());
            } else {
              value(
                  TaskNode.path(task),
                  answer,
                  children -> children(assignment, node, children.names()));
            }
          });
    }

    private void children(Node assignment, Node node, List<String> names) {
      if (names.contains(ResultNode.STATUS)) {
        found(assignment, new TaskView.Finished());
        return;
      }
      TreeSet<Integer> attempts = new TreeSet<>();
      for (String name : names) {
        if (ZnodePath.childOf(task, name).orElse(null) instanceof ZnodePath.Attempt attempt) {
          attempts.add(attempt.attempt());
        }
      }
      attempts(
          assignment,
          node,
          attempts,
          new Tally(0, 0),
          attempts.isEmpty() ? 1 : attempts.last() + 1);
    }

    private void attempts(
        Node assignment, Node node, NavigableSet<Integer> left, Tally tally, int nextAttempt) {
      Integer attempt = left.pollFirst();
      if (attempt == null) {
        found(assignment, view(node, nextAttempt, tally.failures, tally.returned));
        return;
      }
      tree.get(
          ResultNode.attemptPath(task, attempt),
          answer -> {
            if (isMissing(answer)) {
              attempts(assignment, node, left, tally, nextAttempt);
            } else {
              value(
                  ResultNode.attemptPath(task, attempt),
                  answer,
                  result ->
                      attempts(
                          assignment,
                          node,
                          left,
                          tally.with(ResultNode.decode(result.data())),
                          nextAttempt));
            }
          });
    }

    private void found(Node assignment, TaskView view) {
      end(
          new WorkerEvent.AssignmentFound(
              task,
              assignment.stat().czxid(),
              assignment.stat().version(),
              AssignmentNode.decode(assignment.data()),
              view));
    }

    private void end(WorkerEvent event) {
      if (begun == generation && !voided.remove(task)) {
        events.accept(event);
      }
      if (begun == generation) {
        done(tree, task);
      }
    }

    private <T> void value(String path, Answer<T> answer, Consumer<T> then) {
      if (begun != generation) {
        return;
      }
      if (answer instanceof Answer.Ok<T> ok) {
        then.accept(ok.value());
      } else if (answer instanceof Answer.Failed<T> failed
          && failed.failure() != Failure.SESSION_EXPIRED) {
        refused.accept(path, failed);
        loop.after(AGAIN_MILLIS, this::again);
      }
    }

    private void again() {
      if (begun == generation) {
        begin();
      }
    }
  }

  private static TaskView view(Node task, int nextAttempt, int failures, int returned) {
    long czxid = task.stat().czxid();
    Instant submittedAt = Instant.ofEpochMilli(task.stat().ctime());
    TaskNode.Decoded decoded = TaskNode.decode(task.data());
    if (decoded instanceof TaskNode.Rejected rejected) {
      return new TaskView.Bad(czxid, submittedAt, nextAttempt, rejected.problem());
    }
    return new TaskView.Ready(
        czxid, submittedAt, nextAttempt, failures, returned, ((TaskNode.Spec) decoded).spec());
  }

  /**
   * How earlier attempts ended.
   *
   * @param failures lost and returned ones not counted
   * @param returned the last ones, in a row
   */
  private record Tally(int failures, int returned) {
    Tally with(Result attempt) {
      return switch (attempt.outcome()) {
        case LOST -> new Tally(failures, 0);
        case RETURNED -> new Tally(failures, returned + 1);
        default -> new Tally(failures + (attempt.state() == Result.State.FAILED ? 1 : 0), 0);
      };
    }
  }

  private static boolean isMissing(Answer<?> answer) {
    return answer.failure() == Failure.NO_NODE;
  }
}
