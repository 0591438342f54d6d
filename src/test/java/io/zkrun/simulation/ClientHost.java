package io.zkrun.simulation;

import io.zkrun.client.Client;
import io.zkrun.client.ClientException;
import io.zkrun.client.ClientException.Problem;
import io.zkrun.client.ClientSettings;
import io.zkrun.core.OnLost;
import io.zkrun.core.Result;
import io.zkrun.core.TaskId;
import io.zkrun.znode.VirtualTime.VirtualLoop;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** A machine from which somebody submits and waits. What he is told is compared with what is so. */
final class ClientHost extends Host {
  private static final long REACH_MILLIS = 10_000;

  /** What it has asked for and not been told yet. */
  private final Map<Story, String> asked = new LinkedHashMap<>();

  private @Nullable Client client;

  ClientHost(World world, String name) {
    super(world, name, World.CLIENT_SESSION_MILLIS);
  }

  @Override
  void begin(VirtualLoop with) {
    Client fresh =
        new Client(
            this::open,
            with,
            new ClientSettings(REACH_MILLIS, World.RESOLVE_MILLIS, "user@" + name),
            () -> "nonce-" + world.number());
    client = fresh;
    // Where it fails, so does what follows.
    var unused = fresh.connect().exceptionally(error -> false);
  }

  @Override
  void died() {
    client = null;
    asked.clear();
  }

  /** Submits so many at once, as one row. */
  void submit(int count) {
    Client at = client;
    if (at == null) {
      return;
    }
    Client.Sequence row = at.sequence();
    for (int i = 0; i < count; i++) {
      Story story = world.draw();
      follow(story, row.submit(story.spec));
    }
  }

  /** Submits one under a name of its own. */
  void submitNamed(String task) {
    Client at = client;
    if (at != null) {
      Story story = world.draw();
      follow(story, at.submit(task, story.spec).thenApply(submission -> submission.id()));
    }
  }

  private void follow(Story story, CompletableFuture<TaskId> submitted) {
    asked.put(story, "whether it is submitted");
    var unused =
        submitted.whenComplete(
            (id, error) -> {
              foreseen(id, error);
              world.witness.hold(() -> told(story, id, error));
              asked.remove(story);
              if (id != null) {
                await(story, id);
              }
            });
  }

  /** Whatever fails, fails as the client has foreseen it. */
  private void foreseen(@Nullable Object result, @Nullable Throwable error) {
    world.witness.hold(
        () -> {
          if (error != null
              && !(cause(error) instanceof ClientException)
              && !Client.wasNotTried(cause(error))) {
            throw new AssertionError(name + " was told what cannot be", cause(error));
          }
        });
  }

  private void told(Story story, @Nullable TaskId id, @Nullable Throwable error) {
    if (id != null) {
      Witness.check(id.equals(story.task), () -> story + " is said to be " + id);
    } else if (!isUnknown(error)) {
      Witness.check(!story.stands(), () -> story + " stands, and the client was told: " + error);
      story.denied = true;
    }
  }

  /** Somebody let nobody read it, or the servers had too much to do. */
  private static boolean wasRefused(@Nullable Throwable error) {
    return error != null
        && (error.toString().contains("NOAUTH") || error.toString().contains("THROTTLED"));
  }

  private static boolean isUnknown(@Nullable Throwable error) {
    return error != null
        && cause(error) instanceof ClientException known
        && known.problem() == Problem.SUBMISSION_UNKNOWN;
  }

  private static Throwable cause(Throwable error) {
    return error instanceof CompletionException && error.getCause() != null
        ? error.getCause()
        : error;
  }

  private void await(Story story, TaskId id) {
    Client at = client;
    if (at != null) {
      asked.put(story, "how " + id + " ends");
      var unused =
          at.await(id)
              .whenComplete(
                  (result, error) -> {
                    foreseen(result, error);
                    world.witness.hold(() -> heard(story, result, error));
                    asked.remove(story);
                  });
    }
  }

  private void heard(Story story, @Nullable Result result, @Nullable Throwable error) {
    if (story.voided || story.statusTaken) {
      return;
    }
    if (result != null) {
      Witness.check(
          story.hasEnded() && result.equals(story.result()),
          () -> story + " is said to have ended as " + result);
    } else {
      Witness.check(
          story.purged || wasRefused(error),
          () -> story + " is awaited, and the client was told: " + error);
    }
  }

  void cancel(TaskId task) {
    if (client != null) {
      var unused = client.cancel(task, "no longer wanted").whenComplete(this::foreseen);
    }
  }

  void release(TaskId task, OnLost as) {
    if (client != null) {
      var unused = client.release(task, as).whenComplete(this::foreseen);
    }
  }

  /** Whether it has been told all that it asked for, but for what a person took away. */
  boolean isContent() {
    return asked.keySet().stream().allMatch(story -> story.statusTaken);
  }

  /** What it still waits for. */
  String waitsFor() {
    return asked.toString();
  }
}
