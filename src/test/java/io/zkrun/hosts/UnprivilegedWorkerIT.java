package io.zkrun.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.zkrun.fleet.Fleet;
import io.zkrun.fleet.Ledger;
import io.zkrun.fleet.Proc;
import io.zkrun.fleet.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker without root, whose commands may become root by a set-user-ID program, as sudo is. */
class UnprivilegedWorkerIT {
  /** Debian's {@code nobody}. */
  private static final List<String> AS_NOBODY =
      List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--");

  private static final List<String> TO_ROOT =
      List.of("setpriv", "--reuid=0", "--regid=0", "--clear-groups", "--");

  @TempDir static Path dir;
  private static Fleet fleet = new Fleet(Path.of("."));
  private static Proc worker;

  @BeforeAll
  static void start() throws IOException {
    fleet = new Fleet(dir);
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
    assumeTrue(asRoot("id", "-u").equals("0"), "it takes root to make a set-user-ID program");
    Files.copy(Path.of("/usr/bin/env"), setuid());
    Root.run("chmod", "4755", setuid().toString());
    assumeTrue(
        asNobody(becomeRoot("id", "-u")).equals("0"), "no set-user-ID program works in " + dir);
    assumeTrue(
        asNobody(List.of(java().resolve("bin/java").toString(), "-version")).contains("Runtime"),
        "other users cannot start the Java of these tests");
    Installation.unpackTo(dir.resolve("zkrun"));
    fleet.zookeeper();
    fleet.master();
    worker = startWorker();
  }

  @AfterAll
  static void stop() {
    fleet.closeWithoutStackTraces();
  }

  private static Path setuid() {
    return dir.resolve("env");
  }

  private static Path java() {
    return Path.of(System.getProperty("java.home"));
  }

  /** What it prints. */
  private static String asRoot(String... command) {
    return fleet.run(new byte[0], Map.of(), List.of(command)).stdout().strip();
  }

  private static String asNobody(List<String> command) {
    List<String> all = new ArrayList<>(AS_NOBODY);
    all.addAll(command);
    Ran ran = fleet.run(new byte[0], Map.of(), all);
    return (ran.stdout() + ran.stderr()).strip();
  }

  private static List<String> becomeRoot(String... command) {
    List<String> all = new ArrayList<>(List.of(setuid().toString()));
    all.addAll(TO_ROOT);
    all.addAll(List.of(command));
    return all;
  }

  private static Proc startWorker() throws IOException {
    Path spool = Files.createDirectory(fleet.spool("vm1"));
    Root.run("chown", "65534:65534", spool.toString());
    List<String> command = new ArrayList<>(AS_NOBODY);
    command.add(dir.resolve("zkrun/bin/zkrun").toString());
    command.addAll(fleet.workerArgs("vm1", 1));
    return fleet
        .start("worker", Map.of("JAVA_HOME", java().toString()), command)
        .awaitLog("ready: worker vm1 takes 1");
  }

  @Test
  void whatItMayNotEndIsNamedToWhoeverWaitsAndTheNextTaskRuns() {
    Path pidFile = fleet.spool("vm1").resolve("pid");
    String command =
        String.join(" ", becomeRoot("sh", "-c", "'echo $$ >" + pidFile + "; exec sleep 300'"));
    long from = Ledger.now();
    Ran ran =
        fleet.zkrun(
            "run", "--name", "stays", "--timeout", "1s", "--kill-after", "1s", command + "; :");
    // One second, one more to end by itself, five to be sure that it may not be killed.
    assertThat(Ledger.now() - from).as("centiseconds").isLessThan(3_000);
    long pid = pidIn(pidFile);
    assertThat(Proc.runs(pid)).as("it has no right to end it").isTrue();
    String reason = "process " + pid + " (sleep) cannot be ended: permission denied; it still runs";
    assertThat(ran.expect(124).stderr()).contains("zkrun: task stays: timeout after", reason);

    assertThat(fleet.zkrun("wait", "stays").expect(124).stderr())
        .contains("zkrun: task stays: timeout after", reason);
    assertThat(fleet.zkrun("status", "--output", "json", "stays").expect(0).stdout())
        .contains("\"outcome\":\"timeout\"", reason)
        .doesNotContain("treeEmptyAt");
    assertThat(worker.log()).contains(reason + " of ", "end it by hand");
    assertThat(fleet.zkrun("run", "echo on").expect(0).stdout()).isEqualTo("on\n");
    assertThat(Proc.runs(pid)).as("nobody has ended it meanwhile").isTrue();
    ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    await("it to end").atMost(Duration.ofSeconds(20)).until(() -> !Proc.runs(pid));
  }

  private static long pidIn(Path file) {
    try {
      return Long.parseLong(Files.readString(file).strip());
    } catch (IOException e) {
      throw new AssertionError("the command has not started", e);
    }
  }
}
