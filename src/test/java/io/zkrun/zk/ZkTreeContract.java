package io.zkrun.zk;

import static org.awaitility.Awaitility.await;

import io.zkrun.znode.Answer;
import io.zkrun.znode.Tree;
import io.zkrun.znode.TreeContract;
import io.zkrun.znode.TreeEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;

/** The contract over a real server; each test has a chroot of its own. */
abstract class ZkTreeContract extends TreeContract {
  protected final AtomicReference<Throwable> uncaught = new AtomicReference<>();
  protected final ThreadLoop loop = new ThreadLoop("test", uncaught::set);
  private final List<ZkTree> trees = new ArrayList<>();

  /** With the chroot, where one is used. */
  protected abstract String connect();

  @Override
  protected Tree open(List<Object> seen) {
    return open(connect(), 4_000, seen);
  }

  protected final ZkTree open(String connect, int timeoutMillis, List<Object> seen) {
    AtomicBoolean connected = new AtomicBoolean();
    ZkTree tree =
        new ZkTrees(connect, timeoutMillis)
            .open(
                loop,
                event -> {
                  seen.add(event);
                  if (event instanceof TreeEvent.Connected) {
                    connected.set(true);
                  }
                });
    trees.add(tree);
    await().untilTrue(connected);
    return tree;
  }

  @Override
  protected <T> Answer<T> ask(Consumer<Consumer<Answer<T>>> request) {
    CompletableFuture<Answer<T>> answer = new CompletableFuture<>();
    loop.execute(() -> request.accept(answer::complete));
    return answer.orTimeout(20, TimeUnit.SECONDS).join();
  }

  @AfterEach
  void closeTrees() throws Exception {
    for (ZkTree tree : trees) {
      tree.closeAndWait(5_000);
    }
    loop.close();
    Assertions.assertThat(uncaught.get()).isNull();
  }
}
