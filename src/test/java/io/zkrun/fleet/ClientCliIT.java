package io.zkrun.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client's commands as processes, against a master and a worker of their own. */
class ClientCliIT {
  @TempDir Path dir;
  private Fleet fleet = new Fleet(Path.of("."));
  private Proc zookeeper;

  @BeforeEach
  void start() {
    fleet = new Fleet(dir);
    zookeeper = fleet.zookeeper();
    fleet.master();
  }

  @AfterEach
  void stop() {
    fleet.close();
  }

  @Test
  void runGivesOutputErrorsAndExitCode() {
    fleet.worker("vm1", 2);
    Ran ran = fleet.zkrun("run", "echo out; echo err >&2; exit 3").expect(3);
    assertThat(ran.stdout()).isEqualTo("out\n");
    assertThat(ran.stderr()).isEqualTo("err\n");
    Ran json = fleet.zkrun("run", "--output", "json", "echo out; exit 69").expect(69);
    assertThat(json.stdout())
        .startsWith("{\"schema\":1,\"tasks\":[{\"id\":\"task-0000000001\",\"state\":\"failed\",")
        .contains("\"outcome\":\"exited\",\"exitCode\":69,", "\"text\":\"out\\n\"");
  }

  @Test
  void sigtermDuringRunEndsTheTreeAndExits143() throws IOException {
    fleet.worker("vm1", 2);
    Path pids = dir.resolve("pids");
    Proc run =
        fleet.daemon(
            "run",
            List.of(
                "run",
                "--connect",
                fleet.connect(),
                "echo begun; sleep 1000 & echo $! > " + pids + "; echo $$ >> " + pids + "; wait"));
    await().atMost(Duration.ofSeconds(60)).until(() -> lines(pids).size() == 2);
    run.terminate();
    assertThat(run.awaitExit()).isEqualTo(143);
    for (String pid : lines(pids)) {
      assertThat(Proc.runs(Long.parseLong(pid))).as("process %s runs", pid).isFalse();
    }
    assertThat(run.log())
        .contains("begun")
        .contains("interrupted; cancelling task task-0000000000");
    assertThat(fleet.zkrun("list", "--output", "json").stdout())
        .contains("\"state\":\"cancelled\"");
  }

  @Test
  void aPipeIsReadAsAFileIs() {
    fleet.worker("vm1", 2);
    String zkrun = String.join(" ", Fleet.client(List.of("run", "--connect", fleet.connect())));
    List<String> command =
        List.of("bash", "-c", zkrun + " --stdin <(echo in) --env-file <(echo A=b) 'cat; echo $A'");
    assertThat(fleet.run(new byte[0], Map.of(), command).expect(0).stdout()).isEqualTo("in\nb\n");
  }

  @Test
  void aPipeThatNobodyReadsIsToldAndAnEmptyOneIsNot() {
    fleet.worker("vm1", 2);
    byte[] input = {'x', '\n'};
    Ran ran = fleet.zkrunWithInput(input, "run", "wc -c").expect(0);
    assertThat(ran.stdout().strip()).isEqualTo("0");
    assertThat(ran.stderr()).startsWith("zkrun: standard input is not empty").hasLineCount(1);
    assertThat(fleet.zkrunWithInput(input, "run", "--stdin", "-", "cat").expect(0).stderr())
        .isEmpty();
    assertThat(fleet.zkrun("run", "wc -c").expect(0).stderr()).isEmpty();
  }

  @Test
  void aTimeoutIsRetriedByTheCodeThatIsShownWhateverATrapSays() {
    fleet.worker("vm1", 2);
    Ran ran =
        fleet
            .zkrun(
                "run",
                "--timeout=200ms",
                "--retries=1",
                "--retry-on=124",
                "trap 'exit 3' TERM; sleep 30 & wait")
            .expect(124);
    assertThat(ran.stderr()).matches("zkrun: task task-0000000000: timeout after \\S+ s\n");
    assertThat(fleet.zkrun("list").expect(0).stdout())
        .containsPattern("failed .* vm1 +2 \\(timeout before\\) +124 .*# timeout");
  }

  @Test
  void aSecondInterruptDoesNotWaitForTheEnd() throws IOException {
    fleet.worker("vm1", 2);
    Path live = Files.createFile(dir.resolve("live"));
    Path pids = dir.resolve("pids");
    Path asked = dir.resolve("asked");
    String stubborn =
        "trap ': >%s' TERM; echo $$ >%s; while [ -e %s ]; do sleep 0.1; done"
            .formatted(asked, pids, live);
    Proc run =
        fleet.daemon(
            "run", List.of("run", "--connect", fleet.connect(), "--kill-after", "1h", stubborn));
    await().atMost(Duration.ofSeconds(60)).until(() -> lines(pids).size() == 1);
    run.interrupt();
    run.awaitLog("interrupted; cancelling task");
    await().atMost(Duration.ofSeconds(60)).until(() -> Files.exists(asked));
    run.interrupt();
    assertThat(run.awaitExit()).isEqualTo(130);
    assertThat(run.log())
        .contains("interrupted again; not waiting for task task-0000000000")
        .doesNotContain("has not ended within");
    Files.delete(live);
    await("the task to end")
        .atMost(Duration.ofSeconds(60))
        .until(() -> !Proc.runs(Long.parseLong(lines(pids).get(0))));
  }

  /** While ZooKeeper does not answer, nobody knows whether it will ever hear of it. */
  @Test
  void aCancelThatZooKeeperHasNotAcknowledgedIsNotCalledRecorded() {
    Proc run = fleet.daemon("run", List.of("run", "--connect", fleet.connect(), "true"));
    await("the task")
        .atMost(Duration.ofSeconds(60))
        .until(() -> fleet.zkrun("list").stdout().contains("task-0000000000"));
    zookeeper.signal("STOP");
    run.interrupt();
    run.awaitLog("interrupted; cancelling task");
    run.interrupt();
    assertThat(run.awaitExit()).isEqualTo(130);
    zookeeper.signal("CONT");
    assertThat(run.log())
        .contains("interrupted again; ", "is not known to be cancelled")
        .doesNotContain("its cancel is recorded")
        .doesNotContain("asked to end");
  }

  @Test
  void rerunIsTheSameAgainAsANewTask() {
    fleet.worker("vm1", 2);
    String first = fleet.zkrun("submit", "--wait", "echo once; exit 4").expect(4).lines().get(0);
    String second = fleet.zkrun("rerun", first).expect(0).lines().get(0);
    assertThat(second).isNotEqualTo(first);
    fleet.zkrun("wait", second).expect(4);
    assertThat(fleet.zkrun("output", second).stdout()).isEqualTo("once\n");
  }

  @Test
  void statusShowsEarlierAttempts() {
    fleet.worker("vm1", 2);
    String id =
        fleet
            .zkrun("submit", "--wait", "--retries", "1", "exit $((5 - ZKRUN_ATTEMPT))")
            .expect(3)
            .lines()
            .get(0);
    List<String> status = fleet.zkrun("status", id).expect(0).lines();
    assertThat(status).hasSize(3);
    assertThat(status.get(1)).matches(id + " +failed .* vm1 +2 +3 .*");
    assertThat(status.get(2)).matches("  earlier +exited .* vm1 +1 +4 +# failed, so run again.*");
  }

  @Test
  void bashCompletesCommandsAndOptions() throws IOException, InterruptedException {
    Path script = dir.resolve("completion");
    List<String> words = List.of("completion", "bash");
    Ran completion = fleet.run(new byte[0], Map.of(), Fleet.client(words));
    Files.write(script, completion.expect(0).out().toArray());
    assertThat(candidates(script, "zkrun", "su")).containsExactly("submit");
    assertThat(candidates(script, "zkrun", "submit", "--ret"))
        .contains("--retries", "--retry-on")
        .doesNotContain("--name");
    assertThat(candidates(script, "zkrun", "submit", "--on-lost", "r")).containsExactly("rerun");
  }

  private List<String> candidates(Path script, String... words)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of(
            "bash",
            "-c",
            ". \"$0\"; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _complete_zkrun;"
                + " printf '%s\\n' \"${COMPREPLY[@]}\"",
            script.toString()));
    command.addAll(List.of(words));
    Path out = dir.resolve("candidates");
    Process bash = new ProcessBuilder(command).redirectOutput(out.toFile()).start();
    assertThat(bash.waitFor()).isZero();
    return Files.readAllLines(out);
  }

  private static List<String> lines(Path file) throws IOException {
    return Files.exists(file) ? Files.readAllLines(file) : List.of();
  }
}
