package io.zkrun.master;

import io.zkrun.core.MasterEvent;
import io.zkrun.core.MasterEvent.AttemptRecord;
import io.zkrun.core.Reason;
import io.zkrun.core.TaskId;
import io.zkrun.znode.Failure;
import io.zkrun.znode.IncarnationNode;
import io.zkrun.znode.Node;
import io.zkrun.znode.RequestNode;
import io.zkrun.znode.ResultNode;
import io.zkrun.znode.TaskNode;
import io.zkrun.znode.WorkerNode;
import io.zkrun.znode.ZnodePath;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
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
 *
 * <p>What ZooKeeper refuses to show is asked for until it does, since nothing can be concluded
 * without. Only a task may keep the others waiting no longer than its first refusal: it may be
 * somebody's who lets nobody read it.
 */
final class TreeReader {
  private static final Logger LOG = LoggerFactory.getLogger(TreeReader.class);

  private static final String TRYING = "trying until it does";
  private static final String TASK_WAITS =
      "; until then its task may wait, and stay with its worker even where that is lost";

  /** From when on a reading of the whole tree counts as stuck at what it is refused. */
  private static final long STUCK_MILLIS = 3_000;

  private final PatientReads reads;

  /** Of results, which are read only to know what a purge would free: nobody waits for them. */
  private final PatientReads resultReads;

  private final Consumer<MasterEvent> events;
  private final Consumer<String> stuck;
  private final Predicate<String> isNew;

  /** Tasks that are being read, and whether something has changed meanwhile. */
  private final Map<TaskId, Boolean> reading = new HashMap<>();

  private int outstanding;
  private @Nullable Runnable whenIdle;

  /**
   * @param reads this reader's own: they are closed with it
   * @param resultReads likewise, for the results of what has ended: nobody waits for them
   * @param stuck hears, again and again, what keeps {@link #readAll} from its end, and why
   * @param isNew whether what is odd at a path is still to be logged
   */
  TreeReader(
      PatientReads reads,
      PatientReads resultReads,
      Consumer<MasterEvent> events,
      Consumer<String> stuck,
      Predicate<String> isNew) {
    this.reads = reads;
    this.resultReads = resultReads;
    this.events = events;
    this.stuck = stuck;
    this.isNew = isNew;
  }

  /** Ignores every answer from now on. */
  void close() {
    reads.close();
    resultReads.close();
  }

  /** Reads all there is, as it stands after everything committed before, then runs {@code done}. */
  void readAll(Runnable done) {
    whenIdle = done;
    new Awaited("/", null)
        .sync(
            () -> {
              list(WorkerNode.ROOT, name -> changedPath(WorkerNode.ROOT + "/" + name));
              list("/assign", this::readAssignmentsOf);
              list(
                  RequestNode.DRAIN_ROOT, name -> changedPath(RequestNode.DRAIN_ROOT + "/" + name));
              list(TaskNode.ROOT, name -> changedPath(TaskNode.ROOT + "/" + name));
            });
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
      get(path, node -> events.accept(Sightings.worker(worker.worker(), node)), () -> gone(what));
    } else if (what instanceof ZnodePath.WorkerAssign worker) {
      get(path, node -> incarnation(worker, path, node), () -> gone(what));
    } else if (what instanceof ZnodePath.Assignment assignment) {
      get(path, node -> events.accept(Sightings.assignment(assignment, node)), () -> gone(what));
    } else if (what instanceof ZnodePath.Drain drain) {
      events.accept(new MasterEvent.DrainSeen(drain.worker()));
    } else if (what instanceof ZnodePath.Foreign) {
      logForeign(path);
    } else {
      readTaskChild(what, path);
    }
  }

  /** An ephemeral can have no assignments: it is as if it were not there. */
  private void incarnation(ZnodePath.WorkerAssign worker, String path, Node node) {
    if (node.stat().ephemeralOwner() != 0) {
      logForeign(path);
      gone(worker);
    } else {
      events.accept(Sightings.incarnation(worker.worker(), node));
    }
  }

  /** Whatever stood at {@code path} is gone. */
  void removedPath(String path) {
    ZnodePath what = ZnodePath.parse(path);
    if (what instanceof ZnodePath.Task task && reading.containsKey(task.task())) {
      reading.put(task.task(), true);
    } else {
      gone(what);
    }
  }

  private void gone(ZnodePath what) {
    MasterEvent event = Sightings.gone(what);
    if (event != null) {
      events.accept(event);
    }
  }

  // ---- a task and what stands below it

  private void readTaskChild(ZnodePath what, String path) {
    TaskId owner = Sightings.owner(what);
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
      getOf(
          owner,
          path,
          node ->
              events.accept(
                  new MasterEvent.AttemptRead(owner, attempt.attempt(), Sightings.attempt(node))));
    } else if (what instanceof ZnodePath.Cancel) {
      getOf(owner, path, node -> events.accept(new MasterEvent.CancelSeen(owner, reason(node))));
    } else if (what instanceof ZnodePath.Release release) {
      getOf(
          owner,
          path,
          node ->
              events.accept(
                  new MasterEvent.ReleaseSeen(owner, release.attempt(), Sightings.release(node))));
    }
  }

  private static String reason(Node node) {
    return RequestNode.decodeReason(node.data());
  }

  private void readStatus(TaskId task) {
    String path = ResultNode.statusPath(task);
    resultReads.get(
        path,
        node -> events.accept(Sightings.status(task, node)),
        () -> {},
        (failure, why, forMillis) -> logRefused(failure, path, why, TRYING));
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
    String path = TaskNode.path(task);
    new Awaited(path, task)
        .get(
            node -> {
              if (node.stat().ephemeralOwner() != 0) {
                reading.remove(task);
                logForeign(path);
              } else if (node.stat().children() == 0) {
                finishReading(task, Sightings.task(task, node, MasterEvent.TaskChildren.NONE));
              } else {
                readChildren(task, node);
              }
            },
            () -> finishReading(task, new MasterEvent.TaskGone(task)));
  }

  private void readChildren(TaskId task, Node node) {
    new Awaited(TaskNode.path(task), task)
        .names(
            names -> {
              ChildrenRead read = new ChildrenRead(task, node, names.contains(ResultNode.STATUS));
              names.forEach(read::child);
              read.release();
            },
            () -> finishReading(task, new MasterEvent.TaskGone(task)));
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
    private final Map<Integer, MasterEvent.Release> releases = new TreeMap<>();
    private @Nullable String cancel;
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
        read(path, child -> attempts.put(attempt.attempt(), Sightings.attempt(child)));
      } else if (status) {
        // Nothing else matters any more.
        return;
      } else if (what instanceof ZnodePath.Release release) {
        read(path, child -> releases.put(release.attempt(), Sightings.release(child)));
      } else if (what instanceof ZnodePath.Cancel) {
        read(path, child -> cancel = reason(child));
      } else {
        logForeign(path);
      }
    }

    private void read(String path, Consumer<Node> then) {
      missing++;
      new Awaited(path, task).get(then.andThen(child -> release()), this::release);
    }

    void release() {
      if (--missing > 0) {
        return;
      }
      finishReading(
          task,
          Sightings.task(
              task, node, new MasterEvent.TaskChildren(status, attempts, cancel, releases)));
      if (status && !reading.containsKey(task)) {
        readStatus(task);
      }
    }
  }

  // ---- requests

  private void list(String path, Consumer<String> each) {
    new Awaited(path, null).names(names -> names.forEach(each), () -> {});
  }

  private void get(String path, Consumer<Node> found, Runnable missing) {
    new Awaited(path, null).get(found, missing);
  }

  /** Something below a task; where it is not there, there is nothing to say. */
  private void getOf(TaskId task, String path, Consumer<Node> found) {
    new Awaited(path, task).get(found, () -> {});
  }

  /** One read, which {@link #whenIdle} waits for. */
  private final class Awaited {
    private final String path;
    private final @Nullable TaskId task;
    private boolean counts = true;

    /**
     * @param task nothing waits for it once it was refused, and the scheduler is told; null for
     *     what has to be read
     */
    Awaited(String path, @Nullable TaskId task) {
      this.path = path;
      this.task = task;
      outstanding++;
    }

    void sync(Runnable then) {
      reads.sync(ending(then), this::refused);
    }

    void get(Consumer<Node> found, Runnable missing) {
      reads.get(path, found.andThen(node -> end()), ending(missing), this::refused);
    }

    void names(Consumer<List<String>> found, Runnable missing) {
      reads.children(
          path,
          children -> {
            found.accept(children.names());
            end();
          },
          ending(missing),
          this::refused);
    }

    private Runnable ending(Runnable first) {
      return () -> {
        first.run();
        end();
      };
    }

    private void refused(Failure failure, String why, long forMillis) {
      logRefused(failure, path, why, task == null ? TRYING : TRYING + TASK_WAITS);
      if (task != null && counts && failure != Failure.CONNECTION_LOSS) {
        events.accept(new MasterEvent.TaskUnreadable(task));
        end();
      } else if (counts && whenIdle != null && forMillis >= STUCK_MILLIS) {
        stuck.accept(path + ": " + why);
      }
    }

    private void end() {
      if (!counts) {
        return;
      }
      counts = false;
      outstanding--;
      if (outstanding == 0 && whenIdle != null) {
        Runnable done = whenIdle;
        whenIdle = null;
        done.run();
      }
    }
  }

  /** A lost connection is told elsewhere, and must not use up the path's one line. */
  private void logRefused(Failure failure, String path, String why, String tillThen) {
    if (failure != Failure.CONNECTION_LOSS && isNew.test(path)) {
      LOG.error("ZooKeeper does not let us read {} ({}); {}", path, why, tillThen);
    }
  }

  private void logForeign(String path) {
    if (isNew.test(path)) {
      LOG.warn("{} is not zkrun's; it is left alone", Reason.of(path));
    }
  }
}
