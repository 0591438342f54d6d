package io.zkrun.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zkrun.fleet.Ledger.Line;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All three servers are killed at once, and come back sooner or later. */
@Tag("slow")
class EnsembleAwayIT {
  private static final long LEASE_CENTIS = 1_300;

  /** So much longer the master waits: what the keeper may need on a busy machine. */
  private static final long MARGIN_CENTIS = 200;

  /** Outlasts a restart of three servers on a slow machine. */
  private static final long LONG_LEASE_CENTIS = 3_000;

  private static final Duration LONG = Duration.ofMinutes(2);

  @TempDir Path dir;
  private Drill drill;
  private Ledger ledger;
  private RawTree tree;

  @BeforeEach
  void start() {
    ledger = new Ledger(dir.resolve("ledger"));
  }

  @AfterEach
  void stop() {
    if (tree != null) {
      tree.close();
    }
    if (drill != null) {
      drill.close();
    }
  }

  private void submit(String name, String onLost, String command) {
    drill.zkrun("submit", "--name", name, "--on-lost", onLost, command).expect(0);
  }

  /** Beats until a file is there, then ends with {@code code}. */
  private String until(String file, int code) {
    return ledger.write("start")
        + "; until [ -e "
        + dir.resolve(file)
        + " ]; do "
        + ledger.write("beat")
        + "; sleep 0.05; done; echo "
        + file
        + "; exit "
        + code;
  }

  private void make(String file) throws IOException {
    Files.createFile(dir.resolve(file));
  }

  private static void awaitClock(long centis) {
    await("the time").atMost(LONG).until(() -> Ledger.now() >= centis);
  }

  private Line last(String task, int attempt) {
    List<Line> lines = ledger.lines(task, attempt);
    return lines.get(lines.size() - 1);
  }

  private void assertEnded(String task, int code, int attempt) throws Exception {
    assertThat(tree.awaitStatus(task))
        .as(task)
        .containsEntry("outcome", "exited")
        .containsEntry("exitCode", code)
        .containsEntry("attempt", attempt);
  }

  @Test
  void forLessThanTheLeaseNothingDies() throws Exception {
    drill = new Drill(dir, 4, "-Dworker.lease=30s", "-Dmaster.worker-lost-after=32s");
    List<String> tasks = List.of("rerun", "fail", "hold");
    for (String task : tasks) {
      submit(task, task, until("go", 7));
    }
    ledger.awaitStarts(tasks.size());
    long from = Ledger.now();
    drill.ensemble.kill(1, 2, 3);
    drill.ensemble.start();
    long away = Ledger.now() - from;
    System.out.println("the ensemble was away for " + 10 * away + " ms");
    assertThat(away).as("shorter than what the lease allows").isLessThan(LONG_LEASE_CENTIS * 3 / 4);
    awaitClock(from + LONG_LEASE_CENTIS + MARGIN_CENTIS);
    make("go");
    tree = new RawTree(drill.ensemble.connect());
    for (String task : tasks) {
      assertEnded(task, 7, 1);
      assertThat(tree.children("/tasks/" + task)).containsExactly("status");
    }
    assertThat(ledger.lines("start"))
        .extracting(Line::task)
        .containsExactlyInAnyOrderElementsOf(tasks);
    drill.assertDaemonsLive();
  }

  /** The folder of a task's run, in whichever spool, as long as one knows it. */
  private List<Path> runFolders(String task) {
    List<Path> found = new ArrayList<>();
    for (String worker : List.of("vm1", "vm2")) {
      try (Stream<Path> runs = Files.list(drill.fleet.spool(worker).resolve("tasks"))) {
        runs.filter(run -> run.getFileName().toString().endsWith("-" + task)).forEach(found::add);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return found;
  }

  @Test
  void forAMinuteTheLeaseEndsWhatItMustAndResultsWaitInTheSpool() throws Exception {
    drill = new Drill(dir, 4);
    submit("rerun", "rerun", "[ $ZKRUN_ATTEMPT = 1 ] || exit 0; " + ledger.beats());
    submit("fail", "fail", "trap '' TERM; " + ledger.beats());
    submit("hold", "hold", until("go", 7));
    submit("soon", "rerun", until("soon-go", 5));
    submit("late", "hold", until("late-go", 6));
    ledger.awaitStarts(5);
    long from = Ledger.now();
    drill.ensemble.kill(1, 2, 3);
    make("soon-go");
    awaitClock(from + 3_000);
    for (String task : List.of("rerun", "fail")) {
      System.out.println(task + ": ran " + 10 * (last(task, 1).centis() - from) + " ms on");
      assertThat(last(task, 1).centis()).isLessThan(from + LEASE_CENTIS + MARGIN_CENTIS);
    }
    make("late-go");
    awaitClock(from + 6_000);
    drill.assertDaemonsLive();
    for (String task : List.of("soon", "late")) {
      assertThat(runFolders(task)).hasSize(1).allMatch(run -> Files.exists(run.resolve("result")));
    }
    assertThat(last("hold", 1).centis()).as("it runs on").isGreaterThan(from + 5_900);

    drill.ensemble.start();
    tree = new RawTree(drill.ensemble.connect());
    assertEnded("soon", 5, 1);
    assertEnded("late", 6, 1);
    assertEnded("rerun", 0, 2);
    assertThat(tree.awaitStatus("fail"))
        .containsEntry("outcome", "lost")
        .containsEntry("attempt", 1);
    drill.zkrun("list", "--state", "running,held").expect(0);
    make("go");
    assertEnded("hold", 7, 1);
    assertDeliveredOnce();
    drill.assertDaemonsLive();
  }

  private void assertDeliveredOnce() throws Exception {
    for (String task : List.of("soon", "late", "fail", "hold")) {
      assertThat(tree.children("/tasks/" + task)).as(task).containsExactly("status");
      await("the spool to forget " + task).until(() -> runFolders(task).isEmpty());
    }
    assertThat(tree.children("/tasks/rerun")).containsExactlyInAnyOrder("attempt-1", "status");
    assertThat(drill.zkrun("output", "late").expect(0).stdout()).isEqualTo("late-go\n");
    Map<String, Long> starts =
        ledger.lines("start").stream()
            .collect(
                java.util.stream.Collectors.groupingBy(
                    Line::task, java.util.stream.Collectors.counting()));
    assertThat(starts)
        .isEqualTo(Map.of("rerun", 1L, "fail", 1L, "hold", 1L, "soon", 1L, "late", 1L));
  }
}
