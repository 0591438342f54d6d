package io.zkrun.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.zkrun.exec.RunFixture;
import io.zkrun.fleet.Fleet;
import io.zkrun.fleet.Ledger;
import io.zkrun.fleet.Proc;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The disk of a worker's spool is full, or fails: a small one of its own, which needs root. */
@Tag("namespaces")
class DiskFaultsIT {
  private static final String LEASE = "-Dworker.lease=4s";
  private static final String LOST = "-Dmaster.worker-lost-after=6s";

  @TempDir Path dir;
  private Fleet fleet;
  private Ledger ledger;
  private Proc worker;

  @BeforeEach
  void start() throws IOException {
    fleet = new Fleet(dir);
    ledger = new Ledger(dir.resolve("ledger"));
    fleet.zookeeper();
    fleet.master(LEASE, LOST);
    worker = startOnSmallDisk();
  }

  @AfterEach
  void stop() throws IOException {
    try {
      assertThat(worker.isAlive()).as("the daemon:%n%s", worker.log()).isTrue();
      fleet.assertNoStackTraces();
    } finally {
      String id = Files.readString(inside().resolve("spool/spool-id"));
      worker.kill();
      // Only the daemon saw that disk: the cleaning up needs the name.
      Path spool = Files.createDirectories(disk().resolve("spool"));
      Files.writeString(spool.resolve("spool-id"), id);
      RunFixture.cleanUp(spool);
      fleet.close();
    }
  }

  private Path disk() {
    return dir.resolve("disk");
  }

  /** The small disk, as the daemon sees it. */
  private Path inside() {
    return Path.of("/proc/" + worker.pid() + "/root" + disk());
  }

  private Proc startOnSmallDisk() throws IOException {
    Files.createDirectory(disk());
    List<String> command = new ArrayList<>(List.of("unshare", "-m", "sh", "-c"));
    command.add("mount -t tmpfs -o size=2m none '" + disk() + "' && exec \"$@\"");
    command.add("sh");
    List<String> args =
        List.of(
            "worker",
            "--connect",
            fleet.connect(),
            "--name",
            "vm1",
            "--slots",
            "4",
            "--spool",
            disk().resolve("spool").toString(),
            LEASE,
            LOST);
    command.addAll(Fleet.daemonCommand(List.of(), args));
    return fleet.start("worker", Map.of(), command).awaitLog("ready: ");
  }

  private static void fill(Path file) throws IOException {
    byte[] block = new byte[4096];
    try (OutputStream out = Files.newOutputStream(file)) {
      assertThatThrownBy(
              () -> {
                while (true) {
                  out.write(block);
                }
              })
          .hasMessageContaining("No space left");
    }
  }

  private String statusOf(String task) {
    return fleet.zkrun("status", "--output", "json", task).expect(0).stdout();
  }

  private void assertServes() {
    assertThat(fleet.zkrun("run", "echo on").expect(0).stdout()).isEqualTo("on\n");
  }

  private void awaitWorkers(String text) {
    await("the workers to say " + text)
        .atMost(Duration.ofSeconds(30))
        .until(() -> fleet.zkrun("workers", "--output", "json").stdout().contains(text));
  }

  @Test
  void whatAFullSpoolCannotStartIsRunElsewhereAndNoneOfItFails() throws IOException {
    Path filling = inside().resolve("filling");
    fill(filling);
    String command = "echo {} >>" + dir.resolve("ran");
    fleet
        .zkrunWithInput(
            numbers(60).getBytes(StandardCharsets.UTF_8),
            "submit",
            "--on-lost",
            "fail",
            "--each",
            "-",
            command)
        .expect(0);
    awaitWorkers("\"code\":\"spoolFull\"");
    assertThat(fleet.zkrun("workers").expect(0).stdout()).contains("notReady");
    assertThat(fleet.zkrun("list").expect(0).stdout()).contains("pending").doesNotContain("failed");
    fleet.worker("vm2", 4, LEASE, LOST);
    await("all of them to end")
        .atMost(Duration.ofMinutes(1))
        .until(
            () ->
                !fleet
                    .zkrun("list", "--state", "pending,assigned,running")
                    .stdout()
                    .contains("task-"));
    assertThat(fleet.zkrun("list", "--state", "failed").expect(0).stdout()).doesNotContain("task-");
    assertThat(Files.readAllLines(dir.resolve("ran"))).hasSize(60).doesNotHaveDuplicates();
    Files.delete(filling);
    awaitWorkers("\"state\":\"up\"");
    await("the worker to take tasks again")
        .atMost(Duration.ofMinutes(1))
        .until(() -> !fleet.zkrun("workers").stdout().contains("notReady"));
    assertThat(worker.log())
        .contains("takes nothing new: the disk of the spool", "takes tasks again");
  }

  private static String numbers(int count) {
    StringBuilder lines = new StringBuilder();
    for (int i = 1; i <= count; i++) {
      lines.append(i).append('\n');
    }
    return lines.toString();
  }

  @Test
  void onAFullSpoolATaskWaitsAndSaysWhy() throws IOException {
    Path filling = inside().resolve("filling");
    fill(filling);
    fleet
        .zkrun("submit", "--name", "patient", "--on-lost", "fail", ledger.write("start"))
        .expect(0);
    awaitWorkers("spoolFull");
    assertThat(statusOf("patient"))
        .contains("\"state\":\"retrying\"")
        .contains("\"outcome\":\"returned\"")
        .contains("the disk of the spool " + disk().resolve("spool") + " is full")
        .contains("\"code\":\"workersNotReady\"");
    assertThat(ledger.lines()).isEmpty();
    Files.delete(filling);
    fleet.zkrun("wait", "patient").expect(0);
    assertThat(ledger.lines("start")).hasSize(1);
  }

  @Test
  void aTaskWhoseOutputFillsTheSpoolFailsWithThatReason() {
    fleet
        .zkrun("submit", "--name", "flood", "--on-lost", "fail", "head -c 9000000 /dev/zero")
        .expect(0);
    fleet.zkrun("wait", "flood").expect(69);
    assertThat(statusOf("flood"))
        .contains("\"outcome\":\"lost\"")
        .contains("the disk of the spool is full");
    // Its output is cut, and kept only while there is space.
    assertServes();
  }

  @Test
  void whatRunsOutlivesAFullSpoolLongerThanTheLease() throws IOException {
    Path go = dir.resolve("go");
    String command =
        ledger.write("start") + "; until [ -e " + go + " ]; do sleep 0.05; done; exit 7";
    fleet.zkrun("submit", "--name", "patient", "--on-lost", "fail", command).expect(0);
    ledger.awaitStarts(1);
    Path filling = inside().resolve("filling");
    fill(filling);
    long full = Ledger.now();
    await("three leases").atMost(Duration.ofMinutes(1)).until(() -> Ledger.now() > full + 1_200);
    Files.delete(filling);
    Files.createFile(go);
    fleet.zkrun("wait", "patient").expect(7);
    assertThat(ledger.lines("start")).hasSize(1);
  }

  @Test
  void whatEndsOnAFullSpoolIsLostWithThatReason() throws IOException {
    Path go = dir.resolve("go");
    String command =
        ledger.write("start") + "; until [ -e " + go + " ]; do sleep 0.05; done; exit 7";
    fleet.zkrun("submit", "--name", "caught", "--on-lost", "fail", command).expect(0);
    ledger.awaitStarts(1);
    Path filling = inside().resolve("filling");
    fill(filling);
    Files.createFile(go);
    fleet.zkrun("wait", "caught").expect(69);
    assertThat(statusOf("caught"))
        .contains("\"outcome\":\"lost\"")
        .contains("left no exit code: the disk of the spool is full");
    Files.delete(filling);
    assertServes();
    assertThat(ledger.lines("start")).hasSize(1);
  }

  @Test
  void whereFsyncFailsATaskThatMayRunOnceIsNotStarted() {
    Proc strace = fleet.injectIntoSyncs(worker.pid(), "error=EIO");
    fleet
        .zkrun("submit", "--name", "unlucky", "--on-lost", "fail", ledger.write("start"))
        .expect(0);
    awaitWorkers("\"code\":\"spoolFails\"");
    assertThat(statusOf("unlucky"))
        .contains("\"outcome\":\"returned\"")
        .contains("cannot start commands in " + disk().resolve("spool"))
        .contains("Input/output error");
    assertThat(ledger.lines()).isEmpty();
    strace.terminate();
    assertThat(strace.awaitExit()).isNotEqualTo(1);
    fleet.zkrun("wait", "unlucky").expect(0);
    assertThat(ledger.lines("start")).hasSize(1);
  }
}
