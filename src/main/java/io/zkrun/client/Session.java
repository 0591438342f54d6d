package io.zkrun.client;

import io.zkrun.client.ClientException.Problem;
import io.zkrun.znode.Answer;
import io.zkrun.znode.Children;
import io.zkrun.znode.Failure;
import io.zkrun.znode.Loop;
import io.zkrun.znode.Node;
import io.zkrun.znode.Tree;
import io.zkrun.znode.TreeEvent;
import io.zkrun.znode.Write;
import io.zkrun.znode.Written;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A tree that is replaced when its session has expired, and requests that outlive a lost
 * connection: questions are asked again, a write is sent once and its loss reported. Lives on the
 * loop, and completes its futures there.
 */
final class Session implements AutoCloseable {
  /** Never gives up. */
  static final long FOREVER = Long.MAX_VALUE;

  private static final long SILENT_LOSS_MILLIS = 2_000;

  private final Tree.Opener opener;
  private final Loop loop;
  private final long reachMillis;
  private final List<Waiter> waiting = new ArrayList<>();
  private Consumer<TreeEvent> listener = event -> {};
  private @Nullable Tree tree;
  private boolean connected;
  private boolean closed;
  private int opened;
  private int connections;
  private String lastReason = "no answer";

  Session(Tree.Opener opener, Loop loop, long reachMillis) {
    this.opener = opener;
    this.loop = loop;
    this.reachMillis = reachMillis;
  }

  /** Hears of every event after this session has dealt with it. */
  void listen(Consumer<TreeEvent> newListener) {
    listener = newListener;
  }

  void open() {
    if (closed) {
      return;
    }
    int mine = ++opened;
    tree =
        opener.open(
            loop,
            event -> {
              if (mine == opened && !closed) {
                hear(event);
              }
            });
  }

  /** Grows with each session: a watch belongs to the one that added it. */
  int generation() {
    return opened;
  }

  Loop loop() {
    return loop;
  }

  private void hear(TreeEvent event) {
    if (event instanceof TreeEvent.Connected) {
      connections++;
      resume();
    } else if (event instanceof TreeEvent.Disconnected gone) {
      connections++;
      connected = false;
      lastReason = gone.reason();
    } else if (event instanceof TreeEvent.Expired) {
      connected = false;
      lastReason = "the session expired";
      closeTree();
      open();
    }
    listener.accept(event);
  }

  private void resume() {
    connected = true;
    List<Waiter> ready = List.copyOf(waiting);
    waiting.clear();
    Tree current = tree;
    if (current != null) {
      ready.forEach(each -> each.complete(current));
    }
  }

  /**
   * The tree once it is connected.
   *
   * @param patienceMillis after which it fails as unreachable, or {@link #FOREVER}
   */
  CompletableFuture<Tree> connected(long patienceMillis) {
    CompletableFuture<Tree> future = new CompletableFuture<>();
    Tree current = tree;
    if (closed) {
      future.completeExceptionally(unreachable("(the client was closed)"));
    } else if (connected && current != null) {
      future.complete(current);
    } else {
      wait(patienceMillis, new Waiter(future));
    }
    return future;
  }

  private void wait(long patienceMillis, Waiter waiter) {
    waiting.add(waiter);
    if (patienceMillis != FOREVER) {
      waiter.timer =
          loop.after(
              Math.max(0, patienceMillis),
              () -> {
                if (waiting.remove(waiter)) {
                  waiter.ready.completeExceptionally(
                      unreachable("for " + patienceMillis / 1000 + " s (" + lastReason + ")"));
                }
              });
    }
  }

  /** Somebody who needs a connection. */
  private static final class Waiter {
    private final CompletableFuture<Tree> ready;
    private Loop.@Nullable Timer timer;

    Waiter(CompletableFuture<Tree> ready) {
      this.ready = ready;
    }

    void complete(Tree tree) {
      if (timer != null) {
        timer.cancel();
      }
      ready.complete(tree);
    }
  }

  private static ClientException unreachable(String reason) {
    return new ClientException(Problem.UNREACHABLE, "no connection to ZooKeeper " + reason);
  }

  /**
   * Sends one request, once there is a connection. The answer may be that the connection is lost.
   */
  private <T> CompletableFuture<Answer<T>> once(
      long patienceMillis, BiConsumer<Tree, Consumer<Answer<T>>> request) {
    return connected(patienceMillis)
        .thenCompose(
            current -> {
              CompletableFuture<Answer<T>> answered = new CompletableFuture<>();
              int sentOn = connections;
              request.accept(
                  current,
                  answer -> {
                    if (isLost(answer)) {
                      lost(sentOn);
                    }
                    answered.complete(answer);
                  });
              return answered;
            });
  }

  /** A lost answer may come before the event that tells of the lost connection. */
  private void lost(int sentOn) {
    if (sentOn != connections || !connected) {
      return;
    }
    connected = false;
    loop.after(
        SILENT_LOSS_MILLIS,
        () -> {
          if (sentOn == connections && !closed) {
            resume();
          }
        });
  }

  private <T> CompletableFuture<Answer<T>> retried(
      long patienceMillis, BiConsumer<Tree, Consumer<Answer<T>>> request) {
    return once(patienceMillis, request)
        .thenCompose(
            answer ->
                isLost(answer)
                    ? retried(patienceMillis, request)
                    : CompletableFuture.completedFuture(answer));
  }

  static boolean isLost(Answer<?> answer) {
    return answer.failure() == Failure.CONNECTION_LOSS
        || answer.failure() == Failure.SESSION_EXPIRED;
  }

  /** The znode, or nothing where there is none. */
  CompletableFuture<Optional<Node>> get(String path) {
    return get(path, reachMillis);
  }

  CompletableFuture<Optional<Node>> get(String path, long patienceMillis) {
    return this.<Node>retried(patienceMillis, (t, then) -> t.get(path, then))
        .thenApply(answer -> found("read", path, answer));
  }

  /** The children, or nothing where there is no such znode. */
  CompletableFuture<Optional<Children>> children(String path) {
    return children(path, reachMillis);
  }

  CompletableFuture<Optional<Children>> children(String path, long patienceMillis) {
    return this.<Children>retried(patienceMillis, (t, then) -> t.children(path, then))
        .thenApply(answer -> found("list", path, answer));
  }

  /** After this, reads see all that was decided before; nothing sent earlier can still happen. */
  CompletableFuture<Answer<Void>> sync(long patienceMillis) {
    return this.<Void>retried(patienceMillis, (t, then) -> t.sync(then));
  }

  CompletableFuture<Answer<Void>> sync() {
    return sync(reachMillis);
  }

  CompletableFuture<Answer<Void>> watch(String path) {
    return this.<Void>retried(FOREVER, (t, then) -> t.watch(path, false, then));
  }

  /** Best effort. */
  void unwatch(String path) {
    Tree current = tree;
    if (connected && current != null) {
      current.unwatch(path, answer -> {});
    }
  }

  /** Sent once: after a lost connection it is not known whether it happened. */
  CompletableFuture<Answer<List<Written>>> write(List<Write> writes) {
    return this.<List<Written>>once(reachMillis, (t, then) -> t.multi(writes, then));
  }

  /** For a write that may be repeated without harm: sent until it is answered. */
  CompletableFuture<Answer<List<Written>>> writeAgain(Write... writes) {
    return this.<List<Written>>retried(reachMillis, (t, then) -> t.multi(List.of(writes), then));
  }

  private static <T> Optional<T> found(String verb, String path, Answer<T> answer) {
    if (answer instanceof Answer.Ok<T> ok) {
      return Optional.of(ok.value());
    }
    if (answer.failure() == Failure.NO_NODE) {
      return Optional.empty();
    }
    throw refused("cannot " + verb + " " + path, answer);
  }

  static ClientException refused(String what, Answer<?> answer) {
    return refused(what, answer, "");
  }

  static ClientException refused(String what, Answer<?> answer, String consequence) {
    String reason = answer instanceof Answer.Failed<?> failed ? failed.message() : "no reason";
    return new ClientException(
        Problem.REFUSED, what + ": ZooKeeper answered: " + reason, consequence);
  }

  private void closeTree() {
    Tree current = tree;
    if (current != null) {
      current.close();
    }
  }

  @Override
  public void close() {
    closed = true;
    closeTree();
    List<Waiter> left = List.copyOf(waiting);
    waiting.clear();
    left.forEach(each -> each.ready.completeExceptionally(unreachable("(the client was closed)")));
  }
}
