package io.zkrun.master;

import io.zkrun.core.Bytes;
import io.zkrun.core.ClusterId;
import io.zkrun.core.Command;
import io.zkrun.core.Incarnation;
import io.zkrun.core.TaskId;
import io.zkrun.core.TaskSpec;
import io.zkrun.core.WorkerInfo;
import io.zkrun.metrics.MasterMetrics;
import io.zkrun.znode.Answer;
import io.zkrun.znode.Children;
import io.zkrun.znode.ClusterNode;
import io.zkrun.znode.Failure;
import io.zkrun.znode.IncarnationNode;
import io.zkrun.znode.Loop;
import io.zkrun.znode.MasterNode;
import io.zkrun.znode.Node;
import io.zkrun.znode.Reads;
import io.zkrun.znode.Stat;
import io.zkrun.znode.TaskNode;
import io.zkrun.znode.Tree;
import io.zkrun.znode.WorkerNode;
import io.zkrun.znode.Write;
import io.zkrun.znode.Written;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A takeover on a tree that is none, with one worker and many tasks, and a {@link Glance} at the
 * real one: a master that stands by goes through it once, so that its real takeover does not run
 * all of that code for the first time.
 */
final class Rehearsal implements Tree {
  private static final String WORKER = "rehearsal";
  private static final int SLOTS = 100;

  /** Nobody looks at what stands in these answers. */
  @SuppressWarnings("NullAway")
  private static final Answer<Void> NOTHING = new Answer.Ok<>(null);

  private final Loop loop;
  private final Map<String, Bytes> data;
  private final List<String> tasks;
  private final Bytes spec =
      TaskNode.encode(
          TaskSpec.builder(Command.shell("true")).submission("nonce", "user@host").build());
  private final Glance glance;
  private @Nullable Reign reign;

  private Rehearsal(Loop loop, int tasks, Glance glance) {
    this.loop = loop;
    this.glance = glance;
    this.tasks =
        IntStream.range(0, tasks)
            .mapToObj(i -> TaskId.SEQUENTIAL_PREFIX + String.format(Locale.ROOT, "%010d", i))
            .toList();
    data =
        Map.of(
            WorkerNode.path(WORKER),
            WorkerNode.encode(new WorkerInfo("host", 1, SLOTS, Map.of(), "spool", "boot", "0")),
            IncarnationNode.path(WORKER),
            IncarnationNode.encode(new Incarnation(1, "spool")));
  }

  /**
   * Begins with so many tasks; returns at once.
   *
   * @param real is read as often as a task would be, for the code that reads, and glanced at
   */
  static Rehearsal begin(MasterOptions options, Tree real, Loop loop, int tasks) {
    Rehearsal rehearsal = new Rehearsal(loop, tasks, Glance.begin(real, loop));
    Reads reads = new Reads(real, Reads.IN_FLIGHT_DEFAULT);
    for (int i = 0; i < tasks; i++) {
      reads.get(MasterNode.PATH, answer -> {});
    }
    Reign reign =
        new Reign(
            options,
            rehearsal,
            loop,
            History.NONE,
            MasterMetrics.NONE,
            new Fence(0, 0, ClusterId.NONE),
            reason -> {},
            stuckAt -> {},
            () -> loop.execute(rehearsal::endSoon));
    rehearsal.reign = reign;
    reign.load();
    return rehearsal;
  }

  /** Once what was decided first has been answered. */
  private void endSoon() {
    loop.execute(this::endReign);
  }

  private void endReign() {
    if (reign != null) {
      reign.close();
    }
    reign = null;
  }

  /** Ends it, where it has not ended by itself. */
  @Override
  public void close() {
    glance.close();
    endReign();
  }

  private <T extends @Nullable Object> void answer(Consumer<Answer<T>> then, Answer<T> answer) {
    loop.execute(
        () -> {
          if (reign != null) {
            then.accept(answer);
          }
        });
  }

  @Override
  public void get(String path, Consumer<Answer<Node>> then) {
    Bytes found = path.startsWith(TaskNode.ROOT + "/") ? spec : data.get(path);
    answer(
        then,
        found == null
            ? new Answer.Failed<>(Failure.NO_NODE, -1, "")
            : new Answer.Ok<>(new Node(found, stat(0))));
  }

  @Override
  public void children(String path, Consumer<Answer<Children>> then) {
    List<String> names =
        switch (path) {
          case TaskNode.ROOT -> tasks;
          case WorkerNode.ROOT, ClusterNode.PATH -> List.of(WORKER);
          default -> List.of();
        };
    answer(then, new Answer.Ok<>(new Children(names, stat(names.size()))));
  }

  private Stat stat(int children) {
    return new Stat(1, 1, loop.now().toEpochMilli(), 0, 0, 0, 0, children);
  }

  @Override
  public void multi(List<Write> writes, Consumer<Answer<List<Written>>> then) {
    answer(
        then, new Answer.Ok<>(writes.stream().map(write -> new Written(write.path(), 0)).toList()));
  }

  @Override
  public void sync(Consumer<Answer<Void>> then) {
    answer(then, NOTHING);
  }

  @Override
  public void watch(String path, boolean recursive, Consumer<Answer<Void>> then) {
    answer(then, NOTHING);
  }

  @Override
  public void unwatch(String path, Consumer<Answer<Void>> then) {
    answer(then, NOTHING);
  }
}
