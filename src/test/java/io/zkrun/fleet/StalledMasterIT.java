package io.zkrun.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The leading master is stopped, replaced meanwhile, and goes on where it was. */
@Tag("slow")
class StalledMasterIT {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String LEASE = "-Dworker.lease=3s";
  private static final String LOSES_SOON = "-Dmaster.worker-lost-after=5s";
  private static final String LOSES_NEVER = "-Dmaster.worker-lost-after=1d";
  private static final long LOSES_SOON_CENTIS = 500;

  @TempDir Path dir;
  private Fleet fleet;
  private Ledger ledger;
  private Observer tree;

  @BeforeEach
  void start() {
    fleet = new Fleet(dir);
    ledger = new Ledger(dir.resolve("ledger"));
    fleet.zookeeper();
  }

  @AfterEach
  void stop() {
    fleet.closeWithoutStackTraces();
  }

  private Proc master(String lostAfter, String session) {
    return fleet.master(LEASE, lostAfter, "-Dzookeeper.session-timeout.master=" + session);
  }

  private Proc worker() {
    return fleet.worker("vm1", 4, LEASE, "-Dzookeeper.session-timeout.worker=2s");
  }

  /** Notes what becomes of {@code /master} from now on. */
  private void watch() {
    tree = fleet.observer().watch("/master", false).watch("/workers", true).watch("/tasks", true);
  }

  private void awaitDeleted(String path) {
    await(path + " to be deleted")
        .atMost(LONG)
        .until(() -> !tree.seen(path, EventType.NodeDeleted).isEmpty());
  }

  /** Every znode with all that ZooKeeper knows of who wrote when. */
  private Map<String, Stat> everything() {
    Map<String, Stat> all = new TreeMap<>();
    List.of("/master", "/workers", "/assign", "/tasks", "/drain").forEach(root -> add(root, all));
    return all;
  }

  private void add(String path, Map<String, Stat> all) {
    Stat stat = tree.stat(path);
    if (stat != null) {
      all.put(path, stat);
      tree.children(path).forEach(child -> add(path + "/" + child, all));
    }
  }

  /**
   * Stops a leader that is about to declare a worker lost, lets {@code another} lead, who is not,
   * and lets the first go on when it is overdue.
   */
  private void assertItsOverdueWriteHasNoEffect(String session, Runnable another) {
    Proc first = master(LOSES_SOON, session);
    Proc second = master(LOSES_NEVER, "2s");
    Proc worker = worker();
    watch();
    String task = fleet.zkrun("submit", ledger.beats()).expect(0).lines().get(0);
    ledger.awaitStarts(1);
    worker.kill();
    awaitDeleted("/workers/vm1");
    long lost = Ledger.now();
    first.signal("STOP");
    another.run();
    second.awaitLog("ready: leads");
    await("the loss to be overdue")
        .atMost(LONG)
        .until(() -> Ledger.now() > lost + LOSES_SOON_CENTIS + 100);
    Map<String, Stat> before = everything();
    assertThat(before).containsKey("/assign/vm1/" + task);

    first.signal("CONT");
    first.awaitLog("standing for election again").awaitLog("stands by");
    await()
        .during(Duration.ofSeconds(2))
        .atMost(LONG)
        .untilAsserted(() -> assertThat(everything()).isEqualTo(before));
    System.out.println(
        first.log().lines().filter(line -> line.contains("standing for election")).toList());
    assertThat(ledger.lines("start")).hasSize(1);
    assertThat(second.isAlive()).isTrue();
    worker();
    ledger.awaitAttempt(task, 2);
  }

  @Test
  void beyondItsSessionItsOverdueWriteHasNoEffect() {
    assertItsOverdueWriteHasNoEffect("2s", () -> awaitDeleted("/master"));
  }

  /** Nothing but the checks in each of its writes tells it. */
  @Test
  void inItsLivingSessionItsOverdueWriteHasNoEffectEither() {
    assertItsOverdueWriteHasNoEffect("60s", () -> fleet.zkCli("delete", "/master").expect(0));
  }

  @Test
  void underLoadEachTaskRunsAndEndsOnce() {
    Proc first = fleet.master();
    fleet.master();
    fleet.worker("vm1", 4);
    watch();
    String lines = IntStream.range(0, 300).mapToObj(i -> i + "\n").collect(Collectors.joining());
    List<String> ids =
        fleet
            .zkrunWithInput(
                lines.getBytes(StandardCharsets.UTF_8),
                "submit",
                "--each",
                "-",
                ledger.write("start") + "; sleep 0.2; : {}")
            .expect(0)
            .lines();
    ledger.awaitStarts(40);
    first.signal("STOP");
    awaitDeleted("/master");
    ledger.awaitStarts(100);
    first.signal("CONT");
    first.awaitLog("stands by");
    String all = String.join("\n", ids);
    fleet.zkrunWithInput(all.getBytes(StandardCharsets.UTF_8), "wait", "-").expect(0);
    assertThat(ledger.lines("start"))
        .extracting(Ledger.Line::task)
        .containsExactlyInAnyOrderElementsOf(ids);
    assertThat(ledger.lines("start")).allMatch(line -> line.attempt() == 1);
    for (String id : ids) {
      assertThat(tree.children("/tasks/" + id)).containsExactly("status");
      assertThat(tree.seen("/tasks/" + id + "/status", EventType.NodeCreated)).hasSize(1);
      assertThat(tree.seen("/tasks/" + id + "/status", EventType.NodeDataChanged)).isEmpty();
    }
  }
}
