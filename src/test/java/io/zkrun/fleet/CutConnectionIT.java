package io.zkrun.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zkrun.client.ClientSettings;
import io.zkrun.client.Submission;
import io.zkrun.core.Result;
import io.zkrun.core.TaskId;
import io.zkrun.ensemble.FourLetterWords;
import io.zkrun.ensemble.WordAnswer;
import io.zkrun.fleet.Relay.Cut;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The client's connection is cut at each of its requests in turn. */
@Tag("slow")
class CutConnectionIT {
  private static final int LINES = 210;
  private static final int MORE_THAN_EVER = 100;

  @TempDir static Path dir;
  private static Fleet fleet;
  private static Ledger ledger;
  private static RawTree tree;
  private static int port;
  private static final Set<String> old = new HashSet<>();

  @BeforeAll
  static void start() throws Exception {
    fleet = new Fleet(dir);
    ledger = new Ledger(dir.resolve("ledger"));
    fleet.zookeeper();
    fleet.master();
    fleet.worker("vm1", 4);
    tree = fleet.raw();
    port = Integer.parseInt(fleet.connect().split(":")[1]);
  }

  @AfterAll
  static void stop() {
    fleet.closeWithoutStackTraces();
  }

  private interface Run {
    void through(Relay relay, int cutAt) throws Exception;
  }

  /** Until a run needs fewer requests than that. */
  private static void atEachRequest(Cut cut, Run run) throws Exception {
    int cuts = 0;
    for (int cutAt = 1; cutAt < MORE_THAN_EVER; cutAt++) {
      startAnew();
      try (Relay relay = new Relay(port, cutAt, cut, false)) {
        run.through(relay, cutAt);
        if (!relay.hasCut()) {
          break;
        }
        cuts++;
      }
    }
    System.out.println(cuts + " cuts " + cut);
    assertThat(cuts).as("the requests of one run").isBetween(2, MORE_THAN_EVER - 2);
  }

  /** All tasks that are there from now on are old ones. */
  private static void startAnew() throws Exception {
    old.addAll(tree.children("/tasks"));
  }

  /** The ids of all new tasks whose data holds a text, in order. */
  private static List<String> tasksWith(String text) throws Exception {
    List<String> found = new ArrayList<>();
    for (String task : tree.children("/tasks").stream().sorted().toList()) {
      if (!old.contains(task) && tree.text("/tasks/" + task).contains(text)) {
        found.add(task);
      }
    }
    return found;
  }

  private static void assertEachRanOnce(List<String> ids) {
    await("all of them to run")
        .atMost(Duration.ofMinutes(3))
        .until(() -> starts(ids).size() >= ids.size());
    assertThat(starts(ids)).containsExactlyInAnyOrderElementsOf(ids);
  }

  private static List<String> starts(List<String> ids) {
    return ledger.lines("start").stream().map(Ledger.Line::task).filter(ids::contains).toList();
  }

  private static FleetClient client(Relay relay) {
    return new FleetClient(
        relay.connect(),
        ClientSettings.DEFAULT_REACH_MILLIS,
        ClientSettings.DEFAULT_RESOLVE_MILLIS);
  }

  @ParameterizedTest
  @EnumSource
  void anUnnamedTaskIsSubmittedOnce(Cut cut) throws Exception {
    atEachRequest(
        cut,
        (relay, cutAt) -> {
          String mark = "unnamed-" + cut + "-" + cutAt + ".";
          try (FleetClient client = client(relay)) {
            String id = client.submit(ledger.write("start") + "; : " + mark);
            assertThat(tasksWith(mark)).as("%s at %s", cut, cutAt).containsExactly(id);
            assertEachRanOnce(List.of(id));
          }
        });
  }

  @ParameterizedTest
  @EnumSource
  void aNamedTaskIsSubmittedOnce(Cut cut) throws Exception {
    atEachRequest(
        cut,
        (relay, cutAt) -> {
          String name = "named-" + cut + "-" + cutAt;
          try (FleetClient client = client(relay)) {
            assertThat(client.submit(name, ledger.write("start")))
                .as("nobody else has submitted it")
                .isEqualTo(Submission.made(new TaskId(name)));
            assertEachRanOnce(List.of(name));
          }
        });
  }

  @ParameterizedTest
  @EnumSource
  void manyLinesAreSubmittedOnceEachAndInOrder(Cut cut) throws Exception {
    atEachRequest(
        cut,
        (relay, cutAt) -> {
          String mark = "each-" + cut + "-" + cutAt + ".";
          try (FleetClient client = client(relay)) {
            List<String> ids = client.submitAll(lines(ledger.write("start") + "; : " + mark));
            assertAllThereInOrder(ids, mark);
            assertEachRanOnce(ids);
          }
        });
  }

  private static List<String> lines(String begin) {
    return IntStream.range(0, LINES).mapToObj(i -> begin + i).toList();
  }

  private static void assertAllThereInOrder(List<String> ids, String mark) throws Exception {
    assertThat(ids).hasSize(LINES);
    assertThat(tasksWith(mark)).isEqualTo(ids);
    for (int i = 0; i < LINES; i++) {
      assertThat(tree.text("/tasks/" + ids.get(i))).containsPattern(mark + i + "['\"]");
    }
  }

  /** Through the command line, in the middle of a batch: the second, after one line alone. */
  @ParameterizedTest
  @EnumSource
  void submitEachPrintsTheIdsOfWhatIsThere(Cut cut) throws Exception {
    String mark = "printed-" + cut + ".";
    startAnew();
    try (Relay relay = new Relay(port, 4, cut, false)) {
      byte[] input = String.join("\n", lines(mark)).getBytes(StandardCharsets.UTF_8);
      String command = ledger.write("start") + "; : {}";
      List<String> words = List.of("submit", "--connect", relay.connect(), "--each", "-", command);
      Ran ran = fleet.run(input, Map.of(), Fleet.client(words)).expect(0);
      assertThat(relay.hasCut()).isTrue();
      assertAllThereInOrder(ran.lines(), mark);
      assertEachRanOnce(ran.lines());
    }
  }

  @ParameterizedTest
  @EnumSource
  void whoWaitsHearsOfTheTrueEnd(Cut cut) throws Exception {
    atEachRequest(
        cut,
        (relay, cutAt) -> {
          Path go = dir.resolve("go-" + cut + "-" + cutAt);
          String id = "waited-" + cut + "-" + cutAt;
          tree.create("/tasks/" + id, "until [ -e " + go + " ]; do sleep 0.02; done; exit 9");
          try (FleetClient client = client(relay)) {
            CompletableFuture<Result> end = client.await(id);
            // Some are cut while nothing has ended, the others when the end is told.
            await()
                .atMost(Duration.ofMinutes(1))
                .until(() -> relay.hasCut() || isWatched("/tasks/" + id));
            Files.createFile(go);
            assertThat(end.get(1, TimeUnit.MINUTES).exitCode()).isEqualTo(9);
          }
        });
  }

  private static boolean isWatched(String path) {
    return FourLetterWords.ask("127.0.0.1", port, "wchp", Duration.ofSeconds(5))
            instanceof WordAnswer.Text watches
        && watches.text().lines().anyMatch(path::equals);
  }

  /** Nothing gets through any more: then it says what it knows, and nothing else. */
  @ParameterizedTest
  @EnumSource
  void withoutAWayBackItNeverClaimsWhatItDoesNotKnow(Cut cut) throws Exception {
    int unknown = 0;
    for (int cutAt = 1; cutAt < MORE_THAN_EVER; cutAt++) {
      String mark = "gone-" + cut + "-" + cutAt + ".";
      startAnew();
      try (Relay relay = new Relay(port, cutAt, cut, true)) {
        String said = submitImpatiently(relay, ledger.write("start") + "; : " + mark);
        List<String> there = tasksWith(mark);
        System.out.println(cut + " at " + cutAt + ": " + said + ", is there: " + there);
        if (said.startsWith("task-")) {
          assertThat(there).containsExactly(said);
        } else if (said.contains("it is not known whether")) {
          unknown++;
          assertThat(there).hasSizeLessThanOrEqualTo(1);
        } else {
          assertThat(there).as(said).isEmpty();
        }
        if (!relay.hasCut()) {
          break;
        }
      }
    }
    assertThat(unknown).as("a cut right at the submission").isPositive();
  }

  /** The id, or what it says instead. */
  private static String submitImpatiently(Relay relay, String command) {
    try (FleetClient client = new FleetClient(relay.connect(), 1_500, 1_500)) {
      return client.submit(command);
    } catch (CompletionException e) {
      return String.valueOf(e.getCause().getMessage());
    }
  }
}
