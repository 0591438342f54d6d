package io.zkrun.client;

import io.zkrun.client.ClientException.Problem;
import io.zkrun.core.OnLost;
import io.zkrun.core.Result;
import io.zkrun.core.TaskId;
import io.zkrun.core.TaskSpec;
import io.zkrun.znode.Loop;
import io.zkrun.znode.TaskNode;
import io.zkrun.znode.Tree;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Submits, awaits, cancels and lists tasks.
 *
 * <p>Every method returns at once and may be called from any thread; what it returns is completed
 * on the {@link Loop}, where nothing may block. Failures are {@link ClientException}s. Questions
 * are asked again after a lost connection; what is awaited is awaited through any outage.
 */
public final class Client implements AutoCloseable {
  private static final int REQUESTS_IN_FLIGHT = 256;

  private final Loop loop;
  private final ClientSettings settings;
  private final Supplier<String> nonces;
  private final Session session;
  private final Gate gate = new Gate(REQUESTS_IN_FLIGHT);
  private final Awaiting awaiting;
  private final Submitter submitter;
  private final TaskReader reader;

  /**
   * @param nonces unique for ever: they tell one submission from another
   */
  public Client(Tree.Opener opener, Loop loop, ClientSettings settings, Supplier<String> nonces) {
    this.loop = loop;
    this.settings = settings;
    this.nonces = nonces;
    session = new Session(opener, loop, settings.reachMillis());
    awaiting = new Awaiting(session, new Gate(REQUESTS_IN_FLIGHT));
    submitter = new Submitter(session, settings.resolveMillis(), false);
    reader = new TaskReader(session, gate);
    session.listen(awaiting::hear);
  }

  /** Opens the session; fails as unreachable where no server is found in time. */
  public CompletableFuture<Boolean> connect() {
    return onLoop(
        () -> {
          session.open();
          return session.connected(settings.reachMillis()).thenApply(tree -> true);
        });
  }

  /**
   * Submits an unnamed task. Calls are batched, and the order of ids is the order of calls; where
   * one fails, those that wait behind it fail with {@link #wasNotTried}.
   *
   * @throws ClientException at once where the spec is no good
   */
  public CompletableFuture<TaskId> submit(TaskSpec spec) {
    Draft draft = draft(spec);
    return onLoop(() -> submitter.submit(draft));
  }

  /**
   * Submits a task with a name, which exists once: the same again finds it there.
   *
   * @throws ClientException at once where spec or name is no good
   */
  public CompletableFuture<Submission> submit(String name, TaskSpec spec) {
    TaskId id = checkedName(name);
    Draft draft = draft(spec);
    return onLoop(() -> new NamedSubmit(session, id, draft, settings.resolveMillis()).submit());
  }

  private Draft draft(TaskSpec spec) {
    return Draft.of(spec, nonces.get(), settings.submittedBy());
  }

  /**
   * Refuses at once, without a connection, what {@link #submit} would.
   *
   * @param name null for an unnamed task
   * @throws ClientException where spec or name is no good
   */
  public static void check(@Nullable String name, TaskSpec spec) {
    if (name != null) {
      Object unused = checkedName(name);
    }
    Object unused = Draft.of(spec, "", "");
  }

  private static TaskId checkedName(String name) {
    if (!TaskId.isName(name)) {
      throw new ClientException(
          Problem.INVALID_SPEC,
          "the name '"
              + name
              + "' is not possible: 1 to 128 of A-Z a-z 0-9 . _ -, beginning with"
              + " a letter or digit, and not task-<digits>",
          "nothing was submitted");
    }
    return new TaskId(name);
  }

  /** A row of unnamed tasks, whose ids are in the order of its calls. */
  public Sequence sequence() {
    Submitter own = new Submitter(session, settings.resolveMillis(), true);
    return spec -> {
      Draft draft = draft(spec);
      return onLoop(() -> own.submit(draft));
    };
  }

  /** Submits one task after another: once one has failed, none behind it is tried. */
  @FunctionalInterface
  public interface Sequence {
    /**
     * @throws ClientException at once where the spec is no good
     */
    CompletableFuture<TaskId> submit(TaskSpec spec);
  }

  /** Whether a submission failed only because one before it did. */
  public static boolean wasNotTried(Throwable error) {
    return error instanceof Submitter.NotTried;
  }

  /** How the task ended, once it has. */
  public CompletableFuture<Result> await(TaskId id) {
    return onLoop(() -> awaiting.await(id));
  }

  /** The tasks in the order of {@code ids}; fails where one is not known. */
  public CompletableFuture<List<TaskView>> status(List<TaskId> ids) {
    return onLoop(() -> reader.views(ids));
  }

  public CompletableFuture<TaskList> list(ListFilter filter) {
    return onLoop(() -> Lister.list(session, gate, filter));
  }

  /** Asks the task to end; completed when it has. */
  public CompletableFuture<Cancellation> cancel(TaskId id, String reason) {
    return cancel(id, reason, () -> {});
  }

  /**
   * Asks the task to end; completed when it has.
   *
   * @param asked run as soon as ZooKeeper has said that it has the request
   */
  public CompletableFuture<Cancellation> cancel(TaskId id, String reason, Runnable asked) {
    return onLoop(() -> new Canceller(session, gate, awaiting).cancel(id, reason, asked));
  }

  /** The ids of all tasks that have not ended and stand in one of {@code states}; empty for any. */
  public CompletableFuture<List<TaskId>> unended(Set<TaskState> states) {
    return list(new ListFilter(states, null, null, null, Integer.MAX_VALUE - 1))
        .thenApply(
            list ->
                list.tasks().stream()
                    .filter(task -> !task.state().hasEnded())
                    .map(TaskView::id)
                    .toList());
  }

  /** Submits the same spec as a new, unnamed task. */
  public CompletableFuture<TaskId> rerun(TaskId id) {
    return onLoop(() -> session.get(TaskNode.path(id)))
        .thenCompose(
            node -> {
              TaskNode.Decoded decoded =
                  TaskNode.decode(node.orElseThrow(() -> TaskReader.unknown(id)).data());
              if (decoded instanceof TaskNode.Rejected rejected) {
                throw new ClientException(
                    Problem.REJECTED,
                    "the spec of " + id + " is no good: " + rejected.problem(),
                    "nothing was submitted");
              }
              return submit(((TaskNode.Spec) decoded).spec());
            });
  }

  public CompletableFuture<List<WorkerView>> workers() {
    return onLoop(() -> new ClusterReader(session, gate).read().thenApply(ClusterView::workers));
  }

  /** The master that leads, if any, and those that stand by. */
  public CompletableFuture<List<MasterView>> masters() {
    return onLoop(() -> new ClusterReader(session, gate).masters());
  }

  /** Counts what stands in the tree; makes and deletes one ephemeral znode beside it. */
  public CompletableFuture<Survey> survey() {
    return onLoop(() -> new Surveyor(session, gate, nonces.get()).survey());
  }

  /**
   * Decides about a task that is held for its lost worker.
   *
   * @param as {@link OnLost#RERUN} or {@link OnLost#FAIL}
   */
  public CompletableFuture<Boolean> release(TaskId id, OnLost as) {
    return status(List.of(id))
        .thenCompose(
            views -> {
              TaskView task = views.get(0);
              if (task.state() != TaskState.HELD) {
                throw new ClientException(
                    Problem.NOTHING_TO_DO,
                    "task " + id + " is not held, but " + task.state().json(),
                    "nothing was changed; 'zkrun list --state held' shows what can be released");
              }
              return onLoop(() -> new Releaser(session, gate).release(id, task.attempt(), as));
            });
  }

  private <T> CompletableFuture<T> onLoop(Supplier<CompletableFuture<T>> work) {
    CompletableFuture<T> done = new CompletableFuture<>();
    loop.execute(
        () -> {
          try {
            var unused =
                work.get().whenComplete((value, error) -> Futures.complete(done, value, error));
          } catch (RuntimeException e) {
            done.completeExceptionally(e);
          }
        });
    return done;
  }

  /** Ends the session at once; what is still awaited fails. */
  @Override
  public void close() {
    loop.execute(session::close);
  }
}
