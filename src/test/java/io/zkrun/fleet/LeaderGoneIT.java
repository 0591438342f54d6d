package io.zkrun.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.fleet.Observer.Seen;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The leading master goes while a thousand tasks are in flight: how soon another goes on. Each is
 * the median of three takeovers, since one alone says more about the machine.
 */
@Tag("quiet")
class LeaderGoneIT {
  private static final int ROUNDS = 3;
  private static final int TASKS = 1_000;
  private static final int BEGUN = 100;
  private static final Duration SESSION = Duration.ofSeconds(6);
  private static final Duration TICK = Duration.ofMillis(500);
  private static final Duration TAKEOVER = Duration.ofMillis(500);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

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
    String command = ledger.write("start") + "; sleep 0.1; : {}";
    return fleet
        .zkrunWithInput(lines.getBytes(StandardCharsets.UTF_8), "submit", "--each", "-", command)
        .expect(0)
        .lines();
  }

  /** The first of a kind after a moment. */
  private Seen await(EventType type, String path, long afterNanos) {
    return Awaitility.await(type + " " + path)
        .atMost(PATIENCE)
        .until(
            () ->
                tree.seen().stream()
                    .filter(seen -> seen.nanos() > afterNanos)
                    .filter(seen -> seen.type() == type && seen.path().matches(path))
                    .findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  private void assertEachRanOnce(List<String> ids) {
    String all = String.join("\n", ids);
    fleet.zkrunWithInput(all.getBytes(StandardCharsets.UTF_8), "wait", "-").expect(0);
    List<Ledger.Line> starts =
        ledger.lines("start").stream().filter(line -> ids.contains(line.task())).toList();
    assertThat(starts).extracting(Ledger.Line::task).containsExactlyInAnyOrderElementsOf(ids);
    assertThat(starts).allMatch(line -> line.attempt() == 1);
    for (String id : ids) {
      assertThat(tree.children("/tasks/" + id)).containsExactly("status");
    }
  }

  /** From the leader's going to the first assignment by its successor, in ms. */
  private long takeover(Consumer<Proc> goes) {
    int before = ledger.lines("start").size();
    List<String> ids = submitAll();
    ledger.awaitStarts(before + BEGUN);
    Proc leader = leader();
    long asked = System.nanoTime();
    goes.accept(leader);
    Seen gone = await(EventType.NodeDeleted, "/master", asked);
    Seen elected = await(EventType.NodeCreated, "/master", gone.nanos());
    Seen first = await(EventType.NodeCreated, "/assign/[^/]+/[^/]+", elected.nanos());
    System.out.printf(
        "/master gone after %d ms, a new one after %d ms, the first assignment after %d ms%n",
        millis(asked, gone), millis(asked, elected), millis(asked, first));
    assertEachRanOnce(ids);
    masters.add(fleet.master());
    return millis(asked, first);
  }

  private static long millis(long fromNanos, Seen to) {
    return Duration.ofNanos(to.nanos() - fromNanos).toMillis();
  }

  private long medianTakeover(Consumer<Proc> goes) {
    return IntStream.range(0, ROUNDS)
        .mapToLong(round -> takeover(goes))
        .sorted()
        .skip(ROUNDS / 2)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aKilledOneIsFollowedWithinItsSessionATickAndHalfASecond() {
    assertThat(medianTakeover(Proc::kill))
        .isLessThanOrEqualTo(SESSION.plus(TICK).plus(TAKEOVER).toMillis());
  }

  @Test
  void aCleanlyStoppedOneIsFollowedWithinHalfASecond() {
    assertThat(medianTakeover(Proc::terminate)).isLessThanOrEqualTo(TAKEOVER.toMillis());
  }
}
