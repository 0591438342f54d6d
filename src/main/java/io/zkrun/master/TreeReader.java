package io.zkrun.master;

import io.zkrun.core.MasterEvent;
import io.zkrun.core.MasterEvent.AttemptRecord;
import io.zkrun.core.OnLost;
import io.zkrun.core.Result;
import io.zkrun.core.TaskId;
import io.zkrun.znode.Answer;
import io.zkrun.znode.AssignmentNode;
import io.zkrun.znode.Failure;
import io.zkrun.znode.IncarnationNode;
import io.zkrun.znode.Loop;
import io.zkrun.znode.Node;
import io.zkrun.znode.Reads;
import io.zkrun.znode.RequestNode;
import io.zkrun.znode.ResultNode;
import io.zkrun.znode.TaskNode;
import io.zkrun.znode.Tree;
import io.zkrun.znode.WorkerNode;
import io.zkrun.znode.ZnodePath;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns what stands in the tree, and what changes in it, into the scheduler's events. One reader
 * lives as long as its scheduler.
 *
 * <p>The answers of one session come in the order of its requests, and between them the events of
 * what changed: so a single read is never older than an event that was heard before it. Only a task
 * takes several reads; if an event names it meanwhile, it is read again.
 */
final class TreeReader {
  private static final Logger LOG = LoggerFactory.getLogger(TreeReader.class);
  private static final int MAX_FOREIGN_LOGGED = 1_000;
  private static final long AGAIN_MILLIS = 1_000;

  private final Reads reads;
  private final Loop loop;
  private final Consumer<MasterEvent> events;
  private final Set<String> foreign;

  /** Tasks that are being read, and whether something has changed meanwhile. */
  private final Map<TaskId, Boolean> reading = new HashMap<>();

  private int outstanding;
  private @Nullable Runnable whenIdle;
  private boolean closed;

  /**
   * @param foreign the paths of others that were logged already
   */
  TreeReader(Tree tree, Loop loop, Consumer<MasterEvent> events, Set<String> foreign) {
    reads = new Reads(tree, Reads.IN_FLIGHT_DEFAULT);
    this.loop = loop;
    this.events = events;
    this.foreign = foreign;
  }

  /** Ignores every answer from now on. */
  void close() {
    closed = true;
  }

  /** Reads all there is, then runs {@code done}. */
  void readAll(Runnable done) {
    whenIdle = done;
    list(WorkerNode.ROOT, name -> changedPath(WorkerNode.ROOT + "/" + name));
    list("/assign", this::readAssignmentsOf);
    list(RequestNode.DRAIN_ROOT, name -> changedPath(RequestNode.DRAIN_ROOT + "/" + name));
    list(TaskNode.ROOT, name -> changedPath(TaskNode.ROOT + "/" + name));
  }

  void readAssignmentsOf(String worker) {
    String path = IncarnationNode.path(worker);
    changedPath(path);
    list(path, name -> changedPath(path + "/" + name));
  }

  /** Something appeared, or changed its data, at {@code path}. */
  void changedPath(String path) {
    ZnodePath what = ZnodePath.parse(path);
    if (what instanceof ZnodePath.Task task) {
      readTask(task.task());
    } else if (what instanceof ZnodePath.Worker worker) {
      get(path, node -> events.accept(seen(worker.worker(), node)), gone(what));
    } else if (what instanceof ZnodePath.WorkerAssign worker) {
      get(path, node -> events.accept(incarnation(worker.worker(), node)), gone(what));
    } else if (what instanceof ZnodePath.Assignment assignment) {
      get(path, node -> events.accept(assignment(assignment, node)), gone(what));
    } else if (what instanceof ZnodePath.Drain drain) {
      events.accept(new MasterEvent.DrainSeen(drain.worker()));
    } else if (what instanceof ZnodePath.Foreign) {
      logForeign(path);
    } else {
      readTaskChild(what, path);
    }
  }

  /** Whatever stood at {@code path} is gone. */
  void removedPath(String path) {
    ZnodePath what = ZnodePath.parse(path);
    if (what instanceof ZnodePath.Task task && reading.containsKey(task.task())) {
      reading.put(task.task(), true);
    } else {
      gone(what).run();
    }
  }

  private static MasterEvent seen(String worker, Node node) {
    return new MasterEvent.WorkerSeen(worker, WorkerNode.decode(node.data()));
  }

  private static MasterEvent incarnation(String worker, Node node) {
    return new MasterEvent.IncarnationSeen(
        worker, node.stat().version(), IncarnationNode.decode(node.data()));
  }

  private static MasterEvent assignment(ZnodePath.Assignment path, Node node) {
    return new MasterEvent.AssignmentSeen(
        path.worker(), path.task(), node.stat().czxid(), AssignmentNode.decode(node.data()));
  }

  private Runnable gone(ZnodePath what) {
    return () -> {
      if (what instanceof ZnodePath.Task task) {
        events.accept(new MasterEvent.TaskGone(task.task()));
      } else if (what instanceof ZnodePath.Worker worker) {
        events.accept(new MasterEvent.WorkerGone(worker.worker()));
      } else if (what instanceof ZnodePath.WorkerAssign worker) {
        events.accept(new MasterEvent.IncarnationGone(worker.worker()));
      } else if (what instanceof ZnodePath.Assignment gone) {
        events.accept(new MasterEvent.AssignmentGone(gone.worker(), gone.task()));
      } else if (what instanceof ZnodePath.Drain drain) {
        events.accept(new MasterEvent.DrainGone(drain.worker()));
      }
    };
  }

  // ---- a task and what stands below it

  private void readTaskChild(ZnodePath what, String path) {
    TaskId owner = owner(what);
    if (owner == null) {
      return;
    }
    // Known at once, so that the assignment that goes with it is not thought to have vanished.
    if (what instanceof ZnodePath.Status) {
      events.accept(new MasterEvent.StatusAppeared(owner));
    } else if (what instanceof ZnodePath.Attempt attempt) {
      events.accept(new MasterEvent.AttemptAppeared(owner, attempt.attempt()));
    }
    if (reading.containsKey(owner)) {
      reading.put(owner, true);
      return;
    }
    if (what instanceof ZnodePath.Status) {
      readStatus(owner);
    } else if (what instanceof ZnodePath.Attempt attempt) {
      get(
          path,
          node ->
              events.accept(new MasterEvent.AttemptRead(owner, attempt.attempt(), record(node))),
          () -> {});
    } else if (what instanceof ZnodePath.Cancel) {
      get(path, node -> events.accept(new MasterEvent.CancelSeen(owner, reason(node))), () -> {});
    } else if (what instanceof ZnodePath.Release release) {
      get(
          path,
          node -> events.accept(new MasterEvent.ReleaseSeen(owner, release.attempt(), as(node))),
          () -> {});
    }
  }

  private static @Nullable TaskId owner(ZnodePath what) {
    if (what instanceof ZnodePath.Status status) {
      return status.task();
    } else if (what instanceof ZnodePath.Attempt attempt) {
      return attempt.task();
    } else if (what instanceof ZnodePath.Cancel cancel) {
      return cancel.task();
    } else if (what instanceof ZnodePath.Release release) {
      return release.task();
    }
    return null;
  }

  private static AttemptRecord record(Node node) {
    Result result = ResultNode.decode(node.data());
    return new AttemptRecord(
        result.outcome(), Instant.ofEpochMilli(node.stat().ctime()), node.data().length());
  }

  private static String reason(Node node) {
    return RequestNode.decodeReason(node.data());
  }

  private static OnLost as(Node node) {
    return RequestNode.decodeRelease(node.data());
  }

  private void readStatus(TaskId task) {
    get(
        ResultNode.statusPath(task),
        node ->
            events.accept(
                new MasterEvent.StatusRead(
                    task, Instant.ofEpochMilli(node.stat().ctime()), node.data().length())),
        () -> {});
  }

  void readTask(TaskId task) {
    if (reading.containsKey(task)) {
      reading.put(task, true);
      return;
    }
    reading.put(task, false);
    readAgain(task);
  }

  private void readAgain(TaskId task) {
    get(
        TaskNode.path(task),
        node -> {
          if (node.stat().ephemeralOwner() != 0) {
            reading.remove(task);
            logForeign(TaskNode.path(task));
          } else if (node.stat().children() == 0) {
            finishReading(task, taskSeen(task, node, MasterEvent.TaskChildren.NONE));
          } else {
            readChildren(task, node);
          }
        },
        () -> finishReading(task, new MasterEvent.TaskGone(task)),
        why -> leaveAlone(task, why));
  }

  private void readChildren(TaskId task, Node node) {
    call(
        reads::children,
        TaskNode.path(task),
        children -> {
          ChildrenRead read =
              new ChildrenRead(task, node, children.names().contains(ResultNode.STATUS));
          children.names().forEach(read::child);
          read.release();
        },
        () -> finishReading(task, new MasterEvent.TaskGone(task)),
        why -> leaveAlone(task, why));
  }

  /** Somebody else's, who does not let us read it. */
  private void leaveAlone(TaskId task, String why) {
    reading.remove(task);
    if (isNew(TaskNode.path(task))) {
      LOG.warn("{} cannot be read whole ({}); it is left alone", TaskNode.path(task), why);
    }
  }

  private static MasterEvent taskSeen(TaskId task, Node node, MasterEvent.TaskChildren children) {
    // What has ended is not decoded: nobody asks for its command any more.
    TaskNode.@Nullable Decoded decoded = children.status() ? null : TaskNode.decode(node.data());
    return new MasterEvent.TaskSeen(
        task,
        node.stat().czxid(),
        Instant.ofEpochMilli(node.stat().ctime()),
        decoded instanceof TaskNode.Spec spec ? spec.spec() : null,
        decoded instanceof TaskNode.Rejected rejected ? rejected.problem() : null,
        children,
        node.data().length());
  }

  private void finishReading(TaskId task, MasterEvent seen) {
    if (Boolean.TRUE.equals(reading.get(task))) {
      reading.put(task, false);
      readAgain(task);
    } else {
      reading.remove(task);
      events.accept(seen);
    }
  }

  /** Collects what stands below a task; where it has a status, only what a purge would free. */
  private final class ChildrenRead {
    private final TaskId task;
    private final Node node;
    private final boolean status;
    private final Map<Integer, AttemptRecord> attempts = new TreeMap<>();
    private final Map<Integer, OnLost> releases = new TreeMap<>();
    private @Nullable String cancel;
    private @Nullable String refused;
    private int missing = 1;

    ChildrenRead(TaskId task, Node node, boolean status) {
      this.task = task;
      this.node = node;
      this.status = status;
    }

    void child(String name) {
      String path = TaskNode.path(task) + "/" + name;
      ZnodePath what = ZnodePath.parse(path);
      if (what instanceof ZnodePath.Attempt attempt) {
        read(path, child -> attempts.put(attempt.attempt(), record(child)));
      } else if (status) {
        // Nothing else matters any more.
        return;
      } else if (what instanceof ZnodePath.Release release) {
        read(path, child -> releases.put(release.attempt(), as(child)));
      } else if (what instanceof ZnodePath.Cancel) {
        read(path, child -> cancel = reason(child));
      } else {
        logForeign(path);
      }
    }

    private void read(String path, Consumer<Node> then) {
      missing++;
      get(
          path,
          then.andThen(child -> release()),
          this::release,
          why -> {
            refused = why;
            release();
          });
    }

    void release() {
      if (--missing > 0) {
        return;
      }
      if (refused != null) {
        leaveAlone(task, refused);
      } else {
        finishReading(
            task,
            taskSeen(task, node, new MasterEvent.TaskChildren(status, attempts, cancel, releases)));
        if (status && !reading.containsKey(task)) {
          readStatus(task);
        }
      }
    }
  }

  // ---- requests

  private void list(String path, Consumer<String> each) {
    call(reads::children, path, children -> children.names().forEach(each), () -> {}, null);
  }

  private void get(String path, Consumer<Node> found, Runnable missing) {
    call(reads::get, path, found, missing, null);
  }

  private void get(
      String path, Consumer<Node> found, Runnable missing, @Nullable Consumer<String> refused) {
    call(reads::get, path, found, missing, refused);
  }

  /**
   * An answer that the session could not get is dropped: the reconnect brings a new reader.
   *
   * @param refused hears why the server does not let us read it; where null, it is asked again
   *     until it does, because nothing can be concluded without
   */
  private <T> void call(
      BiConsumer<String, Consumer<Answer<T>>> request,
      String path,
      Consumer<T> found,
      Runnable missing,
      @Nullable Consumer<String> refused) {
    outstanding++;
    ask(request, path, found, missing, refused);
  }

  private <T> void ask(
      BiConsumer<String, Consumer<Answer<T>>> request,
      String path,
      Consumer<T> found,
      Runnable missing,
      @Nullable Consumer<String> refused) {
    request.accept(
        path,
        answer -> {
          if (closed) {
            return;
          }
          if (answer instanceof Answer.Ok<T> ok) {
            found.accept(ok.value());
          } else if (answer.failure() == Failure.NO_NODE) {
            missing.run();
          } else if (answer instanceof Answer.Failed<T> failed
              && failed.failure() == Failure.OTHER) {
            if (refused == null) {
              askAgain(path, failed.message(), () -> ask(request, path, found, missing, null));
              return;
            }
            refused.accept(failed.message());
          } else {
            return;
          }
          answered();
        });
  }

  private void askAgain(String path, String why, Runnable again) {
    if (isNew(path)) {
      LOG.error("ZooKeeper does not let us read {} ({}); trying until it does", path, why);
    }
    loop.after(
        AGAIN_MILLIS,
        () -> {
          if (!closed) {
            again.run();
          }
        });
  }

  private void answered() {
    if (--outstanding == 0 && whenIdle != null) {
      Runnable done = whenIdle;
      whenIdle = null;
      done.run();
    }
  }

  private void logForeign(String path) {
    if (isNew(path)) {
      LOG.warn("{} is not zkrun's; it is left alone", path);
    }
  }

  private boolean isNew(String path) {
    return foreign.size() < MAX_FOREIGN_LOGGED && foreign.add(path);
  }
}
