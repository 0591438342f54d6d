package io.zkrun.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zkrun.core.OnLost;
import io.zkrun.core.StopMode;
import io.zkrun.ensemble.StandaloneServer;
import io.zkrun.exec.Spool;
import io.zkrun.exec.SpoolException;
import io.zkrun.exec.SpoolSettings;
import io.zkrun.metrics.WorkerMetrics;
import io.zkrun.zk.ThreadLoop;
import io.zkrun.zk.ZkTrees;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/**
 * A worker named w with a real spool and a real server; the test plays the master with ZooKeeper's
 * own client.
 */
final class LiveWorker implements AutoCloseable {
  private static final Duration SOON = Duration.ofSeconds(30);

  private final StandaloneServer server;
  private final ThreadLoop loop;
  private final Spool spool;
  private final Worker worker;
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();
  private final List<String> changes = new CopyOnWriteArrayList<>();

  /** The master's own session. */
  final ZooKeeper master;

  LiveWorker(Path dir, int slots, boolean leaveBackground) throws Exception {
    server =
        StandaloneServer.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), dir.resolve("zk"));
    String connect = "127.0.0.1:" + server.port();
    master = new ZooKeeper(connect, 15_000, event -> {});
    await().atMost(SOON).until(() -> master.getState().isConnected());
    create("/tasks", "");
    create("/workers", "");
    create("/assign", "{\"cluster\":\"11111111-2222-3333-4444-555555555555\",\"master\":\"m\"}");
    master.addWatch(
        "/", event -> note(event.getType(), event.getPath()), AddWatchMode.PERSISTENT_RECURSIVE);
    loop = new ThreadLoop("worker", error -> ready.completeExceptionally(error));
    spool = open(dir, leaveBackground);
    WorkerOptions options =
        new WorkerOptions(
            "w", slots, Map.of(), "host", 1, "0", 15_000, 13_000, 300, 1_000, OnLost.RERUN);
    worker =
        new Worker(
            options,
            new ZkTrees(connect, 15_000),
            loop,
            new SpoolRuns(spool, loop, options),
            WorkerMetrics.NONE,
            new Told());
    worker.start();
    ready.get(SOON.toSeconds(), TimeUnit.SECONDS);
  }

  /** The spool alone. */
  static Spool open(Path dir, boolean leaveBackground) throws SpoolException {
    Duration age = Duration.ofDays(1);
    SpoolSettings.Tracking auto = SpoolSettings.Tracking.AUTO;
    return Spool.open(
        new SpoolSettings(dir.resolve("spool"), leaveBackground, age, 1 << 20, auto, false));
  }

  private final class Told implements Listener {
    @Override
    public void ready() {
      ready.complete(null);
    }

    @Override
    public void disconnected() {}

    @Override
    public void away(String reason) {}

    @Override
    public void stopped() {
      stopped.complete(null);
    }

    @Override
    public void fatal(String message) {
      ready.completeExceptionally(new AssertionError(message));
    }
  }

  private void note(EventType type, String path) {
    if (type == EventType.NodeCreated || type == EventType.NodeDeleted) {
      changes.add((type == EventType.NodeCreated ? "+" : "-") + path);
    }
  }

  /** What was created and deleted since the start, in the order in which watchers see it. */
  List<String> changes(String task) {
    return changes.stream().filter(change -> change.contains(task)).toList();
  }

  void create(String path, String data) throws Exception {
    master.create(path, bytes(data), ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Submits a command and assigns it; gives the czxid of the assignment. */
  long assign(String task, String command) throws Exception {
    create("/tasks/" + task, command);
    create(assignment(task), "{\"attempt\":1}");
    Stat stat = master.exists(assignment(task), false);
    assertThat(stat).as("the assignment of %s stands", task).isNotNull();
    return stat.getCzxid();
  }

  static String assignment(String task) {
    return "/assign/w/" + task;
  }

  /** Writes {@code field} into the assignment beside what stands there. */
  void ask(String task, String field) throws Exception {
    Stat stat = new Stat();
    String now = text(assignment(task), stat);
    String asked = now.substring(0, now.lastIndexOf('}')) + "," + field + "}";
    master.setData(assignment(task), bytes(asked), stat.getVersion());
  }

  private String text(String path, Stat stat) throws Exception {
    return new String(master.getData(path, false, stat), StandardCharsets.UTF_8);
  }

  String status(String task) throws Exception {
    await("the status of " + task).atMost(SOON).until(() -> exists("/tasks/" + task + "/status"));
    return text("/tasks/" + task + "/status", new Stat());
  }

  boolean exists(String path) throws Exception {
    return master.exists(path, false) != null;
  }

  void awaitGone(String path) {
    await(path + " to go").atMost(SOON).until(() -> !exists(path));
  }

  /** Stops it together with its commands. */
  void stop() {
    worker.stop(StopMode.END_COMMANDS);
    await().atMost(SOON).until(stopped::isDone);
    loop.close();
    spool.close();
  }

  @Override
  public void close() throws IOException {
    if (!stopped.isDone()) {
      stop();
    }
    try {
      master.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    server.close();
  }
}
