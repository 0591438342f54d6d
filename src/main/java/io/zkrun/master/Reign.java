package io.zkrun.master;

import io.zkrun.core.Bytes;
import io.zkrun.core.MasterDecision;
import io.zkrun.core.MasterEvent;
import io.zkrun.core.Now;
import io.zkrun.core.Scheduler;
import io.zkrun.metrics.MasterMetrics;
import io.zkrun.znode.Answer;
import io.zkrun.znode.Batcher;
import io.zkrun.znode.ClusterNode;
import io.zkrun.znode.Failure;
import io.zkrun.znode.Loop;
import io.zkrun.znode.MasterNode;
import io.zkrun.znode.Node;
import io.zkrun.znode.OncePerPath;
import io.zkrun.znode.Reads;
import io.zkrun.znode.RequestNode;
import io.zkrun.znode.Stat;
import io.zkrun.znode.TaskNode;
import io.zkrun.znode.Tree;
import io.zkrun.znode.TreeEvent;
import io.zkrun.znode.WorkerNode;
import io.zkrun.znode.Write;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A master that leads: from its election until a check of its fence fails or its session ends. The
 * tree is read whole at the beginning, after each reconnect, and now and then for safety.
 */
final class Reign {
  /** Results are read a few at a time, so that they hold up nothing else. */
  private static final int RESULTS_IN_FLIGHT = 20;

  private static final List<String> WATCHED =
      List.of(WorkerNode.ROOT, ClusterNode.PATH, RequestNode.DRAIN_ROOT, TaskNode.ROOT);

  private final MasterOptions options;
  private final Tree tree;
  private final Loop loop;
  private final Purge purge;
  private final MasterMetrics metrics;
  private final Fence fence;
  private final Consumer<String> over;
  private final Consumer<String> stuck;
  private final Runnable onLoaded;
  private final Batcher batcher;
  private final OncePerPath logged = new OncePerPath();
  private final long electedAtMillis;
  private Scheduler scheduler;
  private @Nullable TreeReader reader;
  private @Nullable DecisionWriter writer;
  private Loop.@Nullable Timer tick;
  private Loop.@Nullable Timer resync;
  private boolean closed;

  /**
   * @param over told why the reign has ended
   * @param stuck told what cannot be read, and why, while the tree cannot be read without
   * @param onLoaded run when the tree has been read and work begins, each time
   */
  Reign(
      MasterOptions options,
      Tree tree,
      Loop loop,
      History history,
      MasterMetrics metrics,
      Fence fence,
      Consumer<String> over,
      Consumer<String> stuck,
      Runnable onLoaded) {
    this.options = options;
    this.tree = tree;
    this.loop = loop;
    purge = new Purge(tree, loop, history);
    this.metrics = metrics;
    this.fence = fence;
    this.over = over;
    this.stuck = stuck;
    this.onLoaded = onLoaded;
    electedAtMillis = loop.millis();
    scheduler = new Scheduler(options.scheduling());
    batcher = new Batcher(tree, loop, fence::checks, this::fenced, Batcher.Limits.DEFAULT);
  }

  private void fenced() {
    over.accept(
        "another master has taken over, or a person has removed or overwritten /master or /assign");
  }

  /** A master that has nothing to write hears by this that it may write no more. */
  void checkFence(String path) {
    tree.get(
        path,
        answer -> {
          String reason = fence.brokenBy(path, answer);
          if (closed) {
            return;
          }
          if (reason != null) {
            over.accept(reason);
          } else if (answer instanceof Answer.Ok<Node> found) {
            take(timeOf(found.value().stat()));
          } else if (answer.failure() == Failure.OTHER) {
            // It may not be read; a transaction that only checks shows whether it stands.
            batcher.submit(new Batcher.Group(null, List.of(), checked -> {}));
          }
        });
  }

  /** The fence was written by the election, however late it can be read. */
  private MasterEvent timeOf(Stat stat) {
    Instant at = Instant.ofEpochMilli(stat.mtime());
    return new MasterEvent.TimeSeen(stat.mzxid(), at, electedAtMillis);
  }

  /** Reads the whole tree and goes on from there. What was under way before is found by that. */
  void load() {
    disconnected();
    batcher.reset();
    scheduler = scheduler.successor();
    PatientReads reads = new PatientReads(tree, loop, Reads.IN_FLIGHT_DEFAULT);
    PatientReads resultReads = new PatientReads(tree, loop, RESULTS_IN_FLIGHT);
    TreeReader newReader = new TreeReader(reads, resultReads, this::take, stuck, logged::isNew);
    reader = newReader;
    writer = new DecisionWriter(tree, batcher, newReader, purge, this::take, logged::isNew);
    for (String path : WATCHED) {
      tree.watch(path, true, answer -> {});
    }
    checkFence(ClusterNode.PATH);
    checkFence(MasterNode.PATH);
    newReader.readAll(this::loaded);
  }

  private void loaded() {
    take(new MasterEvent.Loaded());
    onLoaded.run();
    resync = loop.after(options.resyncMillis(), this::load);
  }

  /** Nothing can be decided before the tree has been read again. */
  void disconnected() {
    cancel(resync);
    cancel(tick);
    if (reader != null) {
      reader.close();
    }
    if (writer != null) {
      writer.close();
    }
    reader = null;
    writer = null;
  }

  void close() {
    closed = true;
    disconnected();
  }

  private static void cancel(Loop.@Nullable Timer timer) {
    if (timer != null) {
      timer.cancel();
    }
  }

  void changed(TreeEvent.Changed change) {
    if (reader == null) {
      return;
    }
    if (change.path().equals(ClusterNode.PATH)) {
      checkFence(ClusterNode.PATH);
    } else if (change.kind() != TreeEvent.Kind.DELETED) {
      reader.changedPath(change.path());
    } else if (change.path().equals(TaskNode.ROOT) || change.path().equals(WorkerNode.ROOT)) {
      tree.multi(
          List.of(new Write.Create(change.path(), Bytes.EMPTY, Write.Mode.PERSISTENT)),
          answer -> {});
    } else {
      reader.removedPath(change.path());
    }
  }

  private void take(MasterEvent event) {
    if (closed) {
      return;
    }
    DecisionWriter current = writer;
    List<MasterDecision> decisions = scheduler.on(event, new Now(loop.millis(), loop.now()));
    if (current != null) {
      decisions.forEach(current::carryOut);
      count(event);
    }
    scheduleTick();
  }

  private void count(MasterEvent event) {
    if (event instanceof MasterEvent.Carried carried) {
      if (carried.decision() instanceof MasterDecision.Assign) {
        metrics.assigned();
      } else if (carried.decision() instanceof MasterDecision.DeclareLost lost) {
        metrics.workerLost(lost.tasks().size());
      }
    }
    metrics.queued(scheduler.queued());
  }

  private void scheduleTick() {
    cancel(tick);
    long at = scheduler.nextTickMillis();
    if (at == Scheduler.NEVER) {
      return;
    }
    long inMillis = Math.max(0, at - loop.millis());
    tick = loop.after(inMillis, () -> take(new MasterEvent.Tick()));
  }
}
