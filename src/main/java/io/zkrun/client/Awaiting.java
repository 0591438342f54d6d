package io.zkrun.client;

import io.zkrun.client.ClientException.Problem;
import io.zkrun.core.Result;
import io.zkrun.core.TaskId;
import io.zkrun.znode.Children;
import io.zkrun.znode.Node;
import io.zkrun.znode.ResultNode;
import io.zkrun.znode.TaskNode;
import io.zkrun.znode.TreeEvent;
import io.zkrun.znode.ZnodePath;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The tasks whose end is awaited: one watch each, on the task itself, which tells of its status and
 * of its deletion; read again after every reconnect, and now and then for safety. Lives on the
 * loop.
 */
final class Awaiting {
  private static final long SAFETY_MILLIS = 60_000;

  private final Session session;
  private final Gate gate;
  private final Map<TaskId, Entry> entries = new LinkedHashMap<>();
  private boolean safetyOn;

  Awaiting(Session session, Gate gate) {
    this.session = session;
    this.gate = gate;
  }

  private static final class Entry {
    final CompletableFuture<Result> done = new CompletableFuture<>();
    int watchedIn;
    boolean seen;
    boolean checking;
    boolean again;
  }

  CompletableFuture<Result> await(TaskId id) {
    Entry known = entries.get(id);
    if (known != null) {
      return known.done.copy();
    }
    Entry entry = new Entry();
    entries.put(id, entry);
    check(id, entry);
    keepSafe();
    return entry.done.copy();
  }

  void hear(TreeEvent event) {
    if (event instanceof TreeEvent.Connected) {
      checkAll();
    } else if (event instanceof TreeEvent.Changed changed) {
      Optional<TaskId> id = task(changed.path());
      Entry entry = id.map(entries::get).orElse(null);
      if (id.isPresent() && entry != null) {
        check(id.get(), entry);
      }
    }
  }

  private static Optional<TaskId> task(String path) {
    return ZnodePath.parse(path) instanceof ZnodePath.Task task
        ? Optional.of(task.task())
        : Optional.empty();
  }

  private void checkAll() {
    List.copyOf(entries.entrySet()).forEach(entry -> check(entry.getKey(), entry.getValue()));
  }

  private void keepSafe() {
    if (safetyOn) {
      return;
    }
    safetyOn = true;
    session
        .loop()
        .after(
            SAFETY_MILLIS,
            () -> {
              safetyOn = false;
              if (!entries.isEmpty()) {
                checkAll();
                keepSafe();
              }
            });
  }

  private void check(TaskId id, Entry entry) {
    if (entry.checking) {
      entry.again = true;
      return;
    }
    entry.checking = true;
    entry.again = false;
    var unused =
        gate.pass(() -> look(id, entry))
            .handle(
                (result, error) -> {
                  entry.checking = false;
                  if (error != null) {
                    forget(id, entry);
                    entry.done.completeExceptionally(Futures.cause(error));
                  } else if (result.isPresent()) {
                    forget(id, entry);
                    entry.done.complete(result.get());
                  } else if (entry.again) {
                    check(id, entry);
                  }
                  return true;
                });
  }

  private void forget(TaskId id, Entry entry) {
    entries.remove(id, entry);
    session.unwatch(TaskNode.path(id));
  }

  private CompletableFuture<Optional<Result>> look(TaskId id, Entry entry) {
    int generation = session.generation();
    CompletableFuture<?> watched =
        entry.watchedIn == generation
            ? CompletableFuture.completedFuture(true)
            : session.watch(TaskNode.path(id)).thenAccept(answer -> entry.watchedIn = generation);
    return watched.thenCompose(nothing -> status(id, entry));
  }

  private CompletableFuture<Optional<Result>> status(TaskId id, Entry entry) {
    return session
        .get(ResultNode.statusPath(id), Session.FOREVER)
        .thenCompose(
            status ->
                status.isPresent()
                    ? CompletableFuture.completedFuture(
                        status.map(Node::data).map(ResultNode::decode))
                    : session
                        .children(TaskNode.path(id), Session.FOREVER)
                        .thenApply(children -> notEnded(id, entry, children)));
  }

  private static Optional<Result> notEnded(TaskId id, Entry entry, Optional<Children> children) {
    if (children.isEmpty()) {
      throw entry.seen
          ? new ClientException(
              Problem.TASK_GONE,
              "task "
                  + id
                  + " was deleted or purged while it was waited for;"
                  + " how it ended is not known here")
          : TaskReader.unknown(id);
    }
    entry.seen = true;
    entry.again |= children.get().names().contains(ResultNode.STATUS);
    return Optional.empty();
  }
}
