package io.zkrun.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zkrun.fleet.Ledger.Line;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A worker's daemon is killed, or stopped, and does not come back in time. */
@Tag("slow")
class WorkerKilledIT {
  private static final long LEASE_CENTIS = 400;

  /** So much longer the master waits: what the keeper may need on a busy machine. */
  private static final long MARGIN_CENTIS = 200;

  private static final String[] SETTINGS = {
    "-Dworker.lease=4s", "-Dmaster.worker-lost-after=6s", "-Dzookeeper.session-timeout.worker=2s",
  };
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path dir;
  private Fleet fleet;
  private Ledger ledger;
  private RawTree tree;

  @BeforeEach
  void start() throws Exception {
    fleet = new Fleet(dir);
    ledger = new Ledger(dir.resolve("ledger"));
    fleet.zookeeper();
    fleet.master(SETTINGS);
    tree = fleet.raw();
  }

  @AfterEach
  void stop() {
    fleet.closeWithoutStackTraces();
  }

  private Proc worker(String name) {
    List<String> more = new ArrayList<>(List.of(SETTINGS));
    more.addAll(List.of("--label", "w=" + name));
    return fleet.worker(name, 4, more.toArray(String[]::new));
  }

  private void submit(String name, String onLost, String command) {
    fleet.zkrun("submit", "--name", name, "--on-lost", onLost, command).expect(0);
  }

  /** Three that would go on for ever, and the time when the last one had begun. */
  private void submitThree() {
    submit("polite", "rerun", ledger.beats());
    submit("stubborn", "rerun", "trap '' TERM; " + ledger.beats());
    submit("once", "fail", "trap '' TERM; " + ledger.beats());
    ledger.awaitStarts(3);
  }

  private void assertDeadByTheLease(String task, long goneAt) {
    List<Line> first = ledger.lines(task, 1);
    Line last = first.get(first.size() - 1);
    System.out.println(
        task + ": ran " + 10 * (last.centis() - goneAt) + " ms on, of " + 10 * LEASE_CENTIS);
    assertThat(last.centis()).as(task).isLessThan(goneAt + LEASE_CENTIS + MARGIN_CENTIS);
  }

  private void assertSecondAttemptAfterTheFirst(String task) {
    ledger.awaitAttempt(task, 2);
    List<Line> first = ledger.lines(task, 1);
    Line begun = ledger.lines(task, 2).get(0);
    assertThat(begun.centis()).isGreaterThan(first.get(first.size() - 1).centis());
    assertThat(begun.fence()).isGreaterThan(first.get(0).fence());
    assertThat(first.stream().filter(line -> line.word().equals("start"))).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"KILL", "STOP"})
  void itsCommandsAreDeadByTheLeaseAndBeforeTheirRerunStarts(String signal) throws Exception {
    Proc first = worker("vm1");
    submitThree();
    long goneAt = Ledger.now();
    first.signal(signal);
    Proc second = worker("vm2");
    for (String task : List.of("polite", "stubborn")) {
      assertSecondAttemptAfterTheFirst(task);
      assertDeadByTheLease(task, goneAt);
    }
    assertThat(tree.awaitStatus("once"))
        .containsEntry("outcome", "lost")
        .containsEntry("reason", "its worker was lost")
        .containsEntry("attempt", 1);
    assertDeadByTheLease("once", goneAt);
    if (signal.equals("STOP")) {
      assertRegistersAnewByItself(first);
    }
    assertThat(ledger.lines("start")).extracting(Line::task).filteredOn("once"::equals).hasSize(1);
    assertThat(ledger.lines("once", 1))
        .isEqualTo(ledger.lines().stream().filter(line -> line.task().equals("once")).toList());
    assertThat(second.isAlive()).isTrue();
  }

  private void assertRegistersAnewByItself(Proc stalled) {
    stalled.signal("CONT");
    fleet.zkrun("run", "--require", "w=vm1", "true").expect(0);
    assertThat(fleet.zkrun("workers", "--output", "quiet").expect(0).lines())
        .containsExactly("vm1", "vm2");
    assertThat(stalled.isAlive()).isTrue();
    // It has brought nothing back that belongs to others by now.
    for (String task : List.of("polite", "stubborn")) {
      int before = ledger.lines(task, 2).size();
      await().until(() -> ledger.lines(task, 2).size() > before + 5);
      assertThat(ledger.lines(task, 3)).isEmpty();
    }
  }

  /** Nobody is left who could end them: what {@code guarantees.md} says of it. */
  @Test
  void whatDaemonAndKeeperLeaveWhenBothAreKilledRunsOnUntilTheNextDaemon() throws Exception {
    Proc first = worker("vm1");
    submitThree();
    kill(keeper());
    first.kill();
    worker("vm2");
    for (String task : List.of("polite", "stubborn")) {
      ledger.awaitAttempt(task, 2);
      int before = ledger.lines(task, 1).size();
      await(task + " to run twice at once")
          .atMost(LONG)
          .until(() -> ledger.lines(task, 1).size() > before + 5);
      assertThat(ledger.lines(task, 2).get(0).fence())
          .as("the fence, by which a database can refuse the first")
          .isGreaterThan(ledger.lines(task, 1).get(0).fence());
    }
    assertThat(tree.awaitStatus("once")).containsEntry("outcome", "lost");

    worker("vm1");
    long ready = Ledger.now();
    for (String task : List.of("polite", "stubborn", "once")) {
      await("the first attempt of " + task + " to end")
          .during(Duration.ofSeconds(1))
          .atMost(LONG)
          .until(
              () -> {
                List<Line> lines = ledger.lines(task, 1);
                return lines.get(lines.size() - 1).centis() < Ledger.now() - 50;
              });
    }
    System.out.println("ended within " + 10 * (Ledger.now() - ready) + " ms of the next daemon");
    assertThat(ledger.lines("once", 2)).isEmpty();
    assertThat(tree.children("/tasks/once")).containsExactly("status");
  }

  private long keeper() throws IOException {
    Path file = fleet.spool("vm1").resolve("keeper");
    await("a keeper").until(() -> Files.exists(file) && !Files.readString(file).isBlank());
    return Long.parseLong(Files.readString(file).split(" ")[0]);
  }

  private static void kill(long pid) {
    assertThat(ProcessHandle.of(pid).orElseThrow().destroyForcibly()).isTrue();
    await().until(() -> !Proc.runs(pid));
  }
}
