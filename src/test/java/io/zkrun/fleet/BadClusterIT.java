package io.zkrun.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.zookeeper.CreateMode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What users see of a cluster that lacks something, or holds what is not zkrun's. */
class BadClusterIT {
  @TempDir static Path dir;
  private static Fleet fleet;
  private static RawTree raw;
  private static Proc master;

  @BeforeAll
  static void start() throws Exception {
    fleet = new Fleet(dir);
    fleet.zookeeper();
    master = fleet.master();
    fleet.worker("vm1", 2, "--label", "disk=ssd");
    raw = fleet.raw();
  }

  @AfterAll
  static void stop() {
    fleet.closeWithoutStackTraces();
  }

  // ---- tasks that wait

  private static void assertWaits(String connect, String id, String code, String message)
      throws Exception {
    await("the reason why " + id + " waits")
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertWaiting(connect, "status", id, code, message));
    assertWaiting(connect, "list", null, code, message);
    assertThat(fleet.zkrunAt(connect, "status", id).expect(0).stdout())
        .contains(id, "pending", message);
    assertThat(fleet.zkrunAt(connect, "list").expect(0).stdout()).contains(id, "pending", message);
  }

  @SuppressWarnings("unchecked")
  private static void assertWaiting(
      String connect, String command, String id, String code, String message) throws Exception {
    List<String> words = new ArrayList<>(List.of(command, "--output", "json"));
    if (id != null) {
      words.add(id);
    }
    Ran ran = fleet.zkrunAt(connect, words.toArray(String[]::new)).expect(0);
    Map<String, Object> document = JSON.std.mapFrom(ran.stdout());
    assertThat((List<Map<String, Object>>) document.get("tasks"))
        .filteredOn(task -> task.containsKey("waiting"))
        .singleElement()
        .satisfies(
            task -> {
              assertThat(task).containsEntry("state", "pending");
              assertThat((Map<String, Object>) task.get("waiting"))
                  .containsEntry("code", code)
                  .containsEntry("message", message);
            });
  }

  @Test
  void noWorkerHasTheLabel() throws Exception {
    String id = fleet.zkrun("submit", "--require", "gpu=true", "true").expect(0).stdout().strip();
    try {
      assertWaits(
          fleet.connect(),
          id,
          "noWorkerWithLabel",
          "none of the 1 worker that are up has gpu=true");
    } finally {
      fleet.zkrun("cancel", id).expect(0);
    }
  }

  @Test
  void allSlotsAreBusy() throws Exception {
    List<String> busy =
        fleet
            .zkrunWithInput(
                "1\n2\n".getBytes(StandardCharsets.UTF_8),
                "submit",
                "--each",
                "-",
                "--kill-after",
                "1s",
                "sleep 60{}")
            .expect(0)
            .lines();
    String id = fleet.zkrun("submit", "true").expect(0).stdout().strip();
    try {
      assertWaits(fleet.connect(), id, "allSlotsBusy", "all 2 slots of 1 worker are busy");
    } finally {
      fleet.zkrun("cancel", busy.get(0), busy.get(1), id).expect(0);
    }
  }

  @Test
  void noMasterLeadsAndThenNoWorkerIsUp() throws Exception {
    String connect = fleet.connect() + "/lonely";
    String id = fleet.zkrunAt(connect, "submit", "true").expect(0).stdout().strip();
    assertWaits(connect, id, "noMaster", "no master leads; start one with 'zkrun master'");
    Proc cancel =
        fleet.start("cancel", Map.of(), Fleet.client(List.of("cancel", "--connect", connect, id)));
    Ran waited = fleet.zkrunAt(connect, "wait", "--timeout", "12s", id).expect(75);
    String why = "zkrun: task " + id + " waits: no master leads; start one with 'zkrun master'\n";
    assertThat(waited.stderr()).startsWith(why);
    cancel.awaitLog(why);
    fleet.daemon("master-lonely", List.of("master", "--connect", connect)).awaitLog("ready: leads");
    assertThat(cancel.awaitExit()).isZero();
    id = fleet.zkrunAt(connect, "submit", "true").expect(0).stdout().strip();
    assertWaits(connect, id, "noWorkers", "no worker is up; start one with 'zkrun worker'");
  }

  // ---- no ZooKeeper

  private static Ran unreachable(String connect, String... words) {
    long from = System.nanoTime();
    Ran ran = fleet.zkrunAt(connect, words).expect(75);
    assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofSeconds(10));
    assertThat(ran.stdout()).isEmpty();
    assertThat(ran.stderr())
        .startsWith("zkrun: cannot reach ZooKeeper at " + connect + " in 2 s (")
        .contains("nothing was asked or submitted", "check --connect");
    assertThat(ran.stderr().strip().lines()).hasSize(1);
    return ran;
  }

  private static final String SOON = "-Dzookeeper.connect-timeout=2s";

  @Test
  void nothingListens() {
    String connect = "127.0.0.1:" + Fleet.freePort();
    assertThat(unreachable(connect, "submit", SOON, "true").stderr())
        .contains(connect + ": connection refused: nothing listens there");
  }

  @Test
  void theHostDoesNotExist() {
    assertThat(unreachable("nohost.invalid:2181", "list", SOON).stderr())
        .contains("nohost.invalid:2181: no such host");
  }

  @Test
  void somethingElseListens() throws Exception {
    try (Stranger stranger = new Stranger("HTTP/1.1 400 Bad Request\r\n\r\n")) {
      assertThat(unreachable(stranger.connect(), "status", SOON, "task-0000000001").stderr())
          .contains(stranger.connect() + ": answered by something that is not ZooKeeper");
    }
  }

  @Test
  void somethingListensAndSaysNothing() throws Exception {
    try (Stranger stranger = new Stranger(null)) {
      assertThat(unreachable(stranger.connect(), "workers", SOON).stderr())
          .contains(stranger.connect() + ": no answer");
    }
  }

  @Test
  void unreachableAsJson() {
    String connect = "127.0.0.1:" + Fleet.freePort();
    Ran ran = fleet.zkrunAt(connect, "list", "--output", "json", SOON).expect(75);
    assertThat(ran.stderr())
        .startsWith("{\"schema\":1,\"error\":{\"code\":\"zookeeperUnreachable\"")
        .contains("\"retryable\":true");
  }

  @Test
  void aDaemonSaysThatItCannotReachZooKeeperAndTriesOn() throws Exception {
    String connect = "127.0.0.1:" + Fleet.freePort();
    Proc daemon =
        fleet
            .daemon("unreachable", List.of("master", "--connect", connect, SOON))
            .awaitLog("cannot reach ZooKeeper at " + connect);
    assertThat(daemon.isAlive()).isTrue();
    daemon.terminate();
    assertThat(daemon.awaitExit()).isZero();
  }

  /** Answers everybody with the same words, or not at all. */
  private static final class Stranger implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final Thread thread = new Thread(this::serve, "stranger");
    private final String words;

    Stranger(String words) throws IOException {
      this.words = words;
      thread.start();
    }

    String connect() {
      return "127.0.0.1:" + server.getLocalPort();
    }

    private void serve() {
      try {
        while (true) {
          Socket socket = server.accept();
          if (words == null) {
            open.add(socket);
          } else {
            answer(socket);
          }
        }
      } catch (IOException closed) {
        // The test is over.
      }
    }

    private void answer(Socket socket) {
      try (socket) {
        socket.getOutputStream().write(words.getBytes(StandardCharsets.UTF_8));
        socket.shutdownOutput();
        int unused = socket.getInputStream().read(new byte[200]);
      } catch (IOException e) {
        // It has gone away.
      }
    }

    @Override
    public void close() throws IOException {
      server.close();
      for (Socket socket : open) {
        socket.close();
      }
    }
  }

  // ---- what is not zkrun's

  private static long count(String log, String text) {
    return log.lines().filter(line -> line.contains(text)).count();
  }

  @Test
  void foreignZnodesAreLoggedOnceAndLeftAlone() throws Exception {
    raw.create("/tasks/not a task", "x");
    raw.create("/tasks/task-12", "echo no");
    raw.create(
        "/tasks/ephemeral", "echo no".getBytes(StandardCharsets.UTF_8), CreateMode.EPHEMERAL);
    raw.create("/assign/not a worker", "x");
    raw.create("/assign/vm1/not a task", "x");
    raw.create("/workers/not a worker", "x");
    raw.create("/stranger", "x");
    assertThat(fleet.zkrun("run", "echo first").expect(0).stdout()).isEqualTo("first\n");
    assertThat(fleet.zkrun("run", "echo again").expect(0).stdout()).isEqualTo("again\n");
    for (String path :
        List.of(
            "/tasks/not a task",
            "/tasks/task-12",
            "/tasks/ephemeral",
            "/assign/not a worker",
            "/assign/vm1/not a task",
            "/workers/not a worker",
            "/stranger")) {
      assertThat(raw.exists(path)).as(path).isTrue();
    }
    for (String path : List.of("/tasks/not a task", "/tasks/task-12", "/workers/not a worker")) {
      await(path + " to be told of")
          .atMost(Duration.ofSeconds(10))
          .until(() -> count(master.log(), path) > 0);
      assertThat(count(master.log(), path)).as(path).isEqualTo(1);
    }
    assertThat(fleet.zkrun("list").expect(0).stdout()).doesNotContain("task-12 ", "ephemeral");
    fleet.zkrun("workers").expect(0);
  }

  @Test
  void deletedBaseNodesAreMadeAgain() throws Exception {
    String connect = fleet.connect() + "/wiped";
    Proc leader = fleet.daemon("master-wiped", List.of("master", "--connect", connect));
    leader.awaitLog("ready: leads");
    Proc worker =
        fleet
            .daemon(
                "worker-wiped",
                List.of(
                    "worker",
                    "--connect",
                    connect,
                    "--name",
                    "vm2",
                    "--slots",
                    "1",
                    "--spool",
                    dir.resolve("spool-wiped").toString()))
            .awaitLog("ready: ");
    fleet.zkrunAt(connect, "run", "true").expect(0);
    raw.deleteAll("/wiped/tasks");
    raw.deleteAll("/wiped/assign");
    raw.deleteAll("/wiped/workers");
    assertThat(fleet.zkrunAt(connect, "run", "echo on").expect(0).stdout()).isEqualTo("on\n");
    assertThat(leader.isAlive()).isTrue();
    assertThat(worker.isAlive()).isTrue();
  }
}
