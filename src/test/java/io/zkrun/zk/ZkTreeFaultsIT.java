package io.zkrun.zk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zkrun.core.Bytes;
import io.zkrun.znode.Answer;
import io.zkrun.znode.Failure;
import io.zkrun.znode.Node;
import io.zkrun.znode.TreeEvent;
import io.zkrun.znode.TreeEvent.Changed;
import io.zkrun.znode.TreeEvent.Connected;
import io.zkrun.znode.TreeEvent.Disconnected;
import io.zkrun.znode.TreeEvent.Expired;
import io.zkrun.znode.TreeEvent.Kind;
import io.zkrun.znode.Write;
import io.zkrun.znode.Written;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ZkTreeFaultsIT {
  @TempDir Path folder;
  private final AtomicReference<Throwable> uncaught = new AtomicReference<>();
  private final ThreadLoop loop = new ThreadLoop("test", uncaught::set);
  private final List<TreeEvent> seen = new CopyOnWriteArrayList<>();
  private LocalZooKeeper server;
  private ZkTree tree;

  @BeforeEach
  void start() throws Exception {
    server = new LocalZooKeeper(folder);
  }

  @AfterEach
  void stop() throws Exception {
    if (tree != null) {
      tree.closeAndWait(5_000);
    }
    server.close();
    loop.close();
    assertThat(uncaught.get()).isNull();
  }

  private void open(int timeoutMillis) {
    tree = new ZkTrees(server.connect(), timeoutMillis).open(loop, seen::add);
    await().until(() -> count(Connected.class) == 1);
  }

  private long count(Class<? extends TreeEvent> type) {
    return seen.stream().filter(type::isInstance).count();
  }

  private long sessionId(int connection) {
    return seen.stream()
        .filter(Connected.class::isInstance)
        .map(Connected.class::cast)
        .toList()
        .get(connection)
        .sessionId();
  }

  private <T> CompletableFuture<Answer<T>> ask(Consumer<Consumer<Answer<T>>> request) {
    CompletableFuture<Answer<T>> answer = new CompletableFuture<>();
    loop.execute(() -> request.accept(answer::complete));
    return answer;
  }

  private CompletableFuture<Answer<List<Written>>> create(String path) {
    Write write = new Write.Create(path, Bytes.EMPTY, Write.Mode.EPHEMERAL);
    return ask(then -> tree.multi(List.of(write), then));
  }

  @Test
  void survivesARestartOfTheServerWithItsWatches() throws Exception {
    open(10_000);
    CompletableFuture<Answer<Void>> watched = ask(then -> tree.watch("/", true, then));
    assertThat(watched.join().failure()).isNull();
    server.stop();
    await().until(() -> count(Disconnected.class) == 1);
    CompletableFuture<Answer<Node>> unanswered = ask(then -> tree.get("/", then));
    assertThat(unanswered.join().failure()).isEqualTo(Failure.CONNECTION_LOSS);
    server.restart();
    await().until(() -> count(Connected.class) == 2);
    assertThat(sessionId(1)).isEqualTo(sessionId(0));
    create("/a").join();
    assertThat(seen).contains(new Changed(Kind.CREATED, "/a"));
    assertThat(count(Expired.class)).isZero();
  }

  @Test
  void addsAWatchThatWasLostOnceConnectedAgain() throws Exception {
    open(10_000);
    server.stop();
    await().until(() -> count(Disconnected.class) == 1);
    CompletableFuture<Answer<Void>> watched = ask(then -> tree.watch("/", true, then));
    server.restart();
    assertThat(watched.join().failure()).isNull();
    create("/a").join();
    assertThat(seen).contains(new Changed(Kind.CREATED, "/a"));
  }

  @Test
  void reportsAnExpiredSessionByTheServersWord() {
    open(10_000);
    server.expire(sessionId(0));
    await().until(() -> count(Expired.class) == 1);
    CompletableFuture<Answer<Node>> late = ask(then -> tree.get("/", then));
    assertThat(late.join().failure()).isEqualTo(Failure.SESSION_EXPIRED);
  }

  @Test
  void keepsTheSessionThatTheLibraryTakesForExpiredAndTheServerDoesNot() throws Exception {
    open(4_000);
    ask((Consumer<Answer<Void>> then) -> tree.watch("/", true, then)).join();
    create("/mine").join();
    Connection first = tree.connection();
    server.stop();
    // The library gives up after 4/3 of the timeout.
    await().atMost(Duration.ofSeconds(20)).until(() -> tree.connection() != first);
    assertThat(create("/undecided").join().failure()).isEqualTo(Failure.CONNECTION_LOSS);
    // A restarted server starts the session's time anew.
    server.restart();
    await().until(() -> count(Connected.class) == 2);
    assertThat(sessionId(1)).isEqualTo(sessionId(0));
    assertThat(count(Disconnected.class)).isOne();
    assertThat(count(Expired.class)).isZero();
    create("/a").join();
    assertThat(seen).contains(new Changed(Kind.CREATED, "/a"));
  }

  @Test
  void hearsAfterAGuessThatTheSessionHasReallyExpired() throws Exception {
    open(4_000);
    Connection first = tree.connection();
    long id = sessionId(0);
    server.stop();
    await().atMost(Duration.ofSeconds(20)).until(() -> tree.connection() != first);
    server.restart();
    server.expire(id);
    await().until(() -> count(Expired.class) == 1);
    assertThat(count(Connected.class)).isOne();
  }

  /** Such a server turns the old connection away for ever, since that has seen more than it has. */
  @Test
  void hearsOfTheEndOfItsSessionFromAServerThatWasWiped() throws Exception {
    open(4_000);
    create("/mine").join();
    server.stop();
    server.restartEmpty();
    await().atMost(Duration.ofSeconds(30)).until(() -> count(Expired.class) == 1);
    assertThat(count(Connected.class)).isOne();
  }

  @Test
  void closesAtOnceAndEndsTheSessionSoon() throws Exception {
    open(10_000);
    create("/mine").join();
    long before = System.nanoTime();
    assertThat(tree.closeAndWait(5_000)).isTrue();
    assertThat(System.nanoTime() - before).isLessThan(90_000_000L);
    ZkTree other = new ZkTrees(server.connect(), 10_000).open(loop, event -> {});
    CompletableFuture<Answer<Node>> gone = ask(then -> other.get("/mine", then));
    assertThat(gone.join().failure()).isEqualTo(Failure.NO_NODE);
    other.closeAndWait(5_000);
  }
}
