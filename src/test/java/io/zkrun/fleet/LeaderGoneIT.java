package io.zkrun.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zkrun.fleet.Observer.Seen;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The leading master goes while a thousand tasks are in flight: how soon another goes on. */
@Tag("quiet")
class LeaderGoneIT {
  private static final int TASKS = 1_000;
  private static final int BEGUN = 100;
  private static final Duration SESSION = Duration.ofSeconds(6);
  private static final Duration TICK = Duration.ofMillis(500);
  private static final Duration TAKEOVER = Duration.ofMillis(500);

  @TempDir Path dir;
  private Fleet fleet;
  private Ledger ledger;
  private Observer tree;
  private final List<Proc> masters = new ArrayList<>();

  @BeforeEach
  void start() {
    fleet = new Fleet(dir);
    ledger = new Ledger(dir.resolve("ledger"));
    fleet.zookeeper();
    masters.add(fleet.master());
    masters.add(fleet.master());
    fleet.worker("vm1", 4);
    fleet.worker("vm2", 4);
    tree = fleet.observer().watch("/master", false).watch("/assign", true);
  }

  @AfterEach
  void stop() {
    fleet.closeWithoutStackTraces();
  }

  private Proc leader() {
    String data = tree.data("/master");
    return masters.stream()
        .filter(master -> data.contains("\"pid\":" + master.pid() + ","))
        .findFirst()
        .orElseThrow();
  }

  private List<String> submitAll() {
    String lines = IntStream.range(0, TASKS).mapToObj(i -> i + "\n").collect(Collectors.joining());
    String command = ledger.write("start") + "; sleep 0.2; : {}";
    return fleet
        .zkrunWithInput(lines.getBytes(StandardCharsets.UTF_8), "submit", "--each", "-", command)
        .expect(0)
        .lines();
  }

  /** The first assignment that was made by the successor. */
  private Seen firstAssignmentOfTheNext() {
    await("a new /master")
        .atMost(Duration.ofSeconds(20))
        .until(() -> !tree.seen("/master", EventType.NodeCreated).isEmpty());
    long elected = tree.seen("/master", EventType.NodeCreated).get(0).nanos();
    return await("an assignment by it")
        .atMost(Duration.ofSeconds(20))
        .until(
            () ->
                tree.seen().stream()
                    .filter(seen -> seen.type() == EventType.NodeCreated)
                    .filter(seen -> seen.path().matches("/assign/[^/]+/[^/]+"))
                    .filter(seen -> seen.nanos() > elected)
                    .findFirst(),
            java.util.Optional::isPresent)
        .orElseThrow();
  }

  private void assertEachRanOnce(List<String> ids) {
    String all = String.join("\n", ids);
    fleet.zkrunWithInput(all.getBytes(StandardCharsets.UTF_8), "wait", "-").expect(0);
    assertThat(ledger.lines("start"))
        .extracting(Ledger.Line::task)
        .containsExactlyInAnyOrderElementsOf(ids);
    assertThat(ledger.lines("start")).allMatch(line -> line.attempt() == 1);
    for (String id : ids) {
      assertThat(tree.children("/tasks/" + id)).containsExactly("status");
    }
  }

  private static long millis(long fromNanos, Seen to) {
    return Duration.ofNanos(to.nanos() - fromNanos).toMillis();
  }

  @Test
  void aKilledOneIsFollowedWithinItsSessionATickAndHalfASecond() {
    List<String> ids = submitAll();
    ledger.awaitStarts(BEGUN);
    long killed = System.nanoTime();
    leader().kill();
    Seen first = firstAssignmentOfTheNext();
    Seen gone = tree.seen("/master", EventType.NodeDeleted).get(0);
    System.out.printf(
        "first assignment %d ms after the kill, %d ms after the end of the session%n",
        millis(killed, first), millis(gone.nanos(), first));
    assertThat(millis(killed, first))
        .isLessThanOrEqualTo(SESSION.plus(TICK).plus(TAKEOVER).toMillis());
    assertEachRanOnce(ids);
  }

  @Test
  void aCleanlyStoppedOneIsFollowedWithinHalfASecond() {
    List<String> ids = submitAll();
    ledger.awaitStarts(BEGUN);
    long asked = System.nanoTime();
    leader().terminate();
    Seen first = firstAssignmentOfTheNext();
    Seen gone = tree.seen("/master", EventType.NodeDeleted).get(0);
    System.out.printf(
        "first assignment %d ms after SIGTERM, %d ms after the end of the session%n",
        millis(asked, first), millis(gone.nanos(), first));
    assertThat(millis(asked, first)).isLessThanOrEqualTo(TAKEOVER.toMillis());
    assertEachRanOnce(ids);
  }
}
