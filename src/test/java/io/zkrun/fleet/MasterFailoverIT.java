package io.zkrun.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zkrun.fleet.Observer.Seen;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** The leading master goes, in several ways, while many tasks are under way. */
class MasterFailoverIT {
  private static final int TASKS = 200;
  private static final Duration TAKEOVER = Duration.ofSeconds(1);

  @TempDir static Path dir;
  private static Fleet fleet;
  private static final List<Proc> masters = new ArrayList<>();
  private Observer tree;
  private Path runs;

  @BeforeAll
  static void start() {
    fleet = new Fleet(dir);
    fleet.zookeeper();
    masters.add(fleet.master());
    for (String name : List.of("vm1", "vm2", "vm3")) {
      fleet.worker(name, 2);
    }
  }

  @AfterAll
  static void end() {
    fleet.close();
  }

  @BeforeEach
  void twoMasters(TestInfo test) {
    runs = dir.resolve("runs-" + test.getTestMethod().orElseThrow().getName());
    masters.removeIf(master -> !master.isAlive());
    while (masters.size() < 2) {
      masters.add(fleet.master());
    }
    tree = fleet.observer().watch("/master", false).watch("/tasks", true);
  }

  private List<String> submitAll() {
    String lines = IntStream.range(0, TASKS).mapToObj(i -> i + "\n").collect(Collectors.joining());
    String command = "echo $ZKRUN_TASK_ID $ZKRUN_ATTEMPT >> " + runs + "; sleep 0.1; echo {}";
    List<String> ids =
        fleet
            .zkrunWithInput(
                lines.getBytes(StandardCharsets.UTF_8), "submit", "--each", "-", command)
            .expect(0)
            .lines();
    assertThat(ids).hasSize(TASKS);
    return ids;
  }

  private List<String> runs() throws IOException {
    return Files.exists(runs) ? Files.readAllLines(runs) : List.of();
  }

  private void awaitRuns(int atLeast) {
    await(atLeast + " runs").atMost(Duration.ofSeconds(30)).until(() -> runs().size() >= atLeast);
  }

  private void assertEachRanOnceAndEndedOnce(List<String> ids) throws IOException {
    String all = String.join("\n", ids);
    Ran waited = fleet.zkrunWithInput(all.getBytes(StandardCharsets.UTF_8), "wait", "-");
    assertThat(runs())
        .containsExactlyInAnyOrderElementsOf(ids.stream().map(id -> id + " 1").toList());
    for (String id : ids) {
      assertThat(tree.children("/tasks/" + id)).containsExactly("status");
      assertThat(tree.data("/tasks/" + id + "/status"))
          .contains("\"outcome\":\"exited\",\"exitCode\":0,", "\"attempt\":1,");
      assertThat(tree.seen("/tasks/" + id + "/status", EventType.NodeCreated)).hasSize(1);
      assertThat(tree.seen("/tasks/" + id + "/status", EventType.NodeDataChanged)).isEmpty();
    }
    waited.expect(0);
  }

  /** From the last deletion of {@code /master} to its next creation. */
  private Duration takeover() {
    Seen deleted = last(tree.seen("/master", EventType.NodeDeleted));
    await("a new /master")
        .atMost(Duration.ofSeconds(20))
        .until(() -> last(tree.seen("/master", EventType.NodeCreated)).nanos() > deleted.nanos());
    Seen created =
        tree.seen("/master", EventType.NodeCreated).stream()
            .filter(seen -> seen.nanos() > deleted.nanos())
            .findFirst()
            .orElseThrow();
    return Duration.ofNanos(created.nanos() - deleted.nanos());
  }

  private static Seen last(List<Seen> seen) {
    return seen.isEmpty() ? new Seen("", EventType.None, 0) : seen.get(seen.size() - 1);
  }

  private Proc leader() {
    String data = tree.data("/master");
    return masters.stream()
        .filter(master -> data.contains("\"pid\":" + master.pid() + ","))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void theStandbyLeadsAtOnceWhenSomebodyDeletesTheMaster() throws IOException {
    Proc first = leader();
    List<String> ids = submitAll();
    awaitRuns(20);
    fleet.zkCli("delete", "/master").expect(0);
    await().until(() -> !tree.seen("/master", EventType.NodeDeleted).isEmpty());
    Duration takeover = takeover();
    int ranBefore = runs().size();
    System.out.println("a new /master after " + takeover.toMillis() + " ms");
    assertThat(takeover).isLessThan(TAKEOVER);
    assertThat(leader()).isNotSameAs(first);
    leader().awaitLog("ready: leads");
    assertThat(ranBefore).isLessThan(TASKS);
    first.awaitLog("/master was deleted");
    assertEachRanOnceAndEndedOnce(ids);
    assertThat(tree.seen("/master", EventType.NodeDeleted)).hasSize(1);
  }

  @Test
  void noMasterWritesWhileAPersonIsMaster() throws IOException {
    List<String> ids = submitAll();
    awaitRuns(20);
    Proc person = fleet.zkCli();
    becomeMaster(person);
    // What is assigned by now runs to its end; nothing is added.
    await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(assignments()).isEmpty());
    Stat assign = tree.stat("/assign");
    int ran = runs().size();
    assertThat(ran).isLessThan(TASKS);

    String late = fleet.zkrun("submit", "echo late").expect(0).lines().get(0);
    await()
        .during(Duration.ofSeconds(3))
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(assignments()).isEmpty());
    assertThat(tree.stat("/assign")).isEqualTo(assign);
    assertThat(tree.stat("/master").getVersion()).isZero();
    assertThat(tree.children("/tasks/" + late)).isEmpty();
    assertThat(runs()).hasSize(ran);
    assertThat(fleet.zkrun("status", late, "--output", "json").expect(0).stdout())
        .contains("\"state\":\"pending\"", "\"code\":\"masterByHand\"");
    assertThat(fleet.zkrun("list", "--state", "pending", "--limit", "1").expect(0).stdout())
        .contains("/master was made by hand");

    person.type("delete /master");
    fleet.zkrun("wait", late).expect(0);
    assertEachRanOnceAndEndedOnce(ids);
  }

  /** The standby is quick: the person may need several goes. */
  private void becomeMaster(Proc person) {
    await("a person to become master")
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> {
              person.type("delete /master\ncreate -e /master \"niubike3:2888\"");
              person.type("ls /zookeeper");
              int answers = person.log().split("\\[config, quota]", -1).length;
              await().until(() -> person.log().split("\\[config, quota]", -1).length > answers);
              return tree.data("/master").equals("niubike3:2888");
            });
  }

  private Set<String> assignments() {
    Set<String> all = new TreeSet<>();
    for (String worker : tree.children("/assign")) {
      all.addAll(tree.children("/assign/" + worker));
    }
    return all;
  }

  @Test
  void theStandbyGoesOnWhenTheMasterIsKilled() throws IOException {
    Proc first = leader();
    List<String> ids = submitAll();
    awaitRuns(20);
    long killed = System.nanoTime();
    first.kill();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> !tree.seen("/master", EventType.NodeDeleted).isEmpty());
    Duration takeover = takeover();
    System.out.println(
        "a new /master "
            + takeover.toMillis()
            + " ms after the session's end, "
            + Duration.ofNanos(System.nanoTime() - killed).toMillis()
            + " ms after the kill");
    assertThat(takeover).isLessThan(TAKEOVER);
    assertThat(leader()).isNotSameAs(first);
    assertEachRanOnceAndEndedOnce(ids);
  }
}
