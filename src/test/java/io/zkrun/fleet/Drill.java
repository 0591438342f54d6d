package io.zkrun.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Three servers, two masters and two workers, to rehearse on what operators do when servers fail.
 * Runs of tasks are counted by themselves, in a file, without asking zkrun.
 */
final class Drill implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  final Fleet fleet;
  final Ensemble ensemble;
  private final List<Proc> daemons = new ArrayList<>();
  private final Path runs;
  private final int slots;
  private final List<String> settings;

  Drill(Path dir) {
    this(dir, 2);
  }

  /**
   * @param slots of each worker
   * @param settings of masters and workers
   */
  Drill(Path dir, int slots, String... settings) {
    this.slots = slots;
    this.settings = List.of(settings);
    fleet = new Fleet(dir);
    ensemble = new Ensemble(fleet, "drill").start();
    runs = dir.resolve("runs");
    master();
    master();
    worker("vm1");
    worker("vm2");
  }

  private void master() {
    daemon("master", List.of("master", "--connect", ensemble.connect()));
  }

  private void worker(String name) {
    String spool = fleet.spool(name).toString();
    List<String> args = List.of("worker", "--connect", ensemble.connect(), "--name", name);
    List<String> all = new ArrayList<>(args);
    all.addAll(List.of("--slots", "" + slots, "--spool", spool));
    daemon("worker-" + name, all);
  }

  private void daemon(String name, List<String> args) {
    List<String> all = new ArrayList<>(args);
    all.addAll(settings);
    daemons.add(fleet.daemon(name, all).awaitLog("ready: "));
  }

  Ran zkrun(String... words) {
    return fleet.zkrunAt(ensemble.connect(), words);
  }

  /** Submits tasks that note that they run, and take {@code seconds}. */
  List<String> submit(int count, String seconds) {
    String lines = IntStream.range(0, count).mapToObj(i -> i + "\n").collect(Collectors.joining());
    String command = "echo $ZKRUN_TASK_ID $ZKRUN_ATTEMPT >> " + runs + "; sleep " + seconds;
    Ran ran =
        fleet.run(
            lines.getBytes(StandardCharsets.UTF_8),
            Map.of(),
            Fleet.client(
                List.of(
                    "submit", "--connect", ensemble.connect(), "--each", "-", command + "; : {}")));
    List<String> ids = ran.expect(0).lines();
    assertThat(ids).hasSize(count);
    return ids;
  }

  /** A line for each run that has begun: the task's id and its attempt. */
  List<String> runs() {
    try {
      return Files.exists(runs) ? Files.readAllLines(runs) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void awaitRuns(int atLeast) {
    await(atLeast + " runs").atMost(PATIENCE).until(() -> runs().size() >= atLeast);
  }

  /** Waits for the tasks' ends, each of which must be that of a command that went well. */
  void waitFor(List<String> ids) {
    String all = String.join("\n", ids);
    fleet
        .run(
            all.getBytes(StandardCharsets.UTF_8),
            Map.of(),
            Fleet.client(List.of("wait", "--connect", ensemble.connect(), "-")))
        .expect(0);
  }

  void assertEachRanOnce(List<String> ids) {
    assertThat(runs())
        .containsExactlyInAnyOrderElementsOf(ids.stream().map(id -> id + " 1").toList());
  }

  /** Waits until {@code ensemble status} ends with this code and says this. */
  void awaitStatus(int code, String text) {
    await("the status to say: " + text)
        .atMost(PATIENCE)
        .until(
            () -> zkrun("ensemble", "status"),
            ran -> ran.code() == code && ran.stdout().contains(text));
  }

  void assertDaemonsLive() {
    for (Proc daemon : daemons) {
      assertThat(daemon.isAlive()).as("a daemon lives:%n%s", daemon.log()).isTrue();
    }
  }

  @Override
  public void close() {
    fleet.closeWithoutStackTraces();
  }
}
