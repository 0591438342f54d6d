package io.zkrun.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client as cron would run it: no terminal, and of the environment nothing but a path. */
class CronIT {
  @TempDir static Path dir;
  private static Fleet fleet;

  @BeforeAll
  static void start() {
    fleet = new Fleet(dir);
    fleet.zookeeper();
    fleet.master();
    fleet.worker("vm1", 2, "--label", "disk=ssd");
  }

  @AfterAll
  static void end() {
    fleet.close();
  }

  private static String submit(String... words) {
    String[] all = new String[words.length + 1];
    all[0] = "submit";
    System.arraycopy(words, 0, all, 1, words.length);
    List<String> lines = fleet.zkrun(all).expect(0).lines();
    assertThat(lines).hasSize(1);
    return lines.get(0);
  }

  private static String status(String id) {
    return fleet.zkrun("status", id, "--output", "json").expect(0).stdout();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void fromSubmissionToOutput() {
    String id = submit("echo out; echo err >&2; exit 7");
    assertThat(id).matches("task-\\d{10}");
    Ran waited = fleet.zkrun("wait", id).expect(7);
    assertThat(waited.stdout()).isEmpty();
    assertThat(status(id))
        .contains("\"state\":\"failed\",\"outcome\":\"exited\",\"exitCode\":7,\"worker\":\"vm1\"");
    assertThat(fleet.zkrun("list").expect(0).lines())
        .anySatisfy(line -> assertThat(line).startsWith(id).contains("failed", "vm1", "7"));
    assertThat(fleet.zkrun("output", id).expect(0).stdout()).isEqualTo("out\n");
    assertThat(fleet.zkrun("output", "--stderr", id).expect(0).stdout()).isEqualTo("err\n");
    String again = fleet.zkrun("rerun", id).expect(0).lines().get(0);
    assertThat(again).isNotEqualTo(id);
    fleet.zkrun("wait", again).expect(7);
    assertThat(fleet.zkrun("output", again).expect(0).stdout()).isEqualTo("out\n");
  }

  @Test
  void runGivesBackOutputAndExitCode() {
    Ran ran = fleet.zkrun("run", "echo out; echo err >&2; exit 7").expect(7);
    assertThat(ran.stdout()).isEqualTo("out\n");
    assertThat(ran.stderr()).isEqualTo("err\n");
    assertThat(fleet.zkrun("run", "--", "printf", "%s|", "a b", "$HOME").expect(0).stdout())
        .isEqualTo("a b|$HOME|");
  }

  @Test
  void aNamedTaskExistsOnce() {
    assertThat(submit("--name", "nightly.1", "echo $ZKRUN_TASK_ID")).isEqualTo("nightly.1");
    Ran again = fleet.zkrun("submit", "--name", "nightly.1", "echo $ZKRUN_TASK_ID").expect(0);
    assertThat(again.lines()).containsExactly("nightly.1");
    assertThat(again.stderr()).contains("nightly.1 was there already");
    Ran other = fleet.zkrun("submit", "--name", "nightly.1", "echo other").expect(65);
    assertThat(other.stdout()).isEmpty();
    assertThat(other.stderr()).startsWith("zkrun: ").contains("nightly.1");
    fleet.zkrun("wait", "nightly.1").expect(0);
    assertThat(fleet.zkrun("output", "nightly.1").expect(0).stdout()).isEqualTo("nightly.1\n");
  }

  @Test
  void cancelEndsWhatWaitsAndWhatRuns() throws IOException {
    Path pid = dir.resolve("pid");
    String running = submit("echo begun; echo $$ > " + pid + "; sleep 1000 & sleep 1000");
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> Files.exists(pid) && status(running).contains("\"state\":\"running\""));
    Ran cancelled = fleet.zkrun("cancel", running, "--reason", "no longer needed").expect(0);
    assertThat(cancelled.lines()).containsExactly(running);
    fleet.zkrun("wait", running).expect(143);
    assertThat(status(running))
        .contains("\"state\":\"cancelled\",\"outcome\":\"cancelled\"", "no longer needed");
    assertThat(fleet.zkrun("output", running).expect(0).stdout()).isEqualTo("begun\n");
    assertThat(ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))).isEmpty();
    fleet.zkrun("cancel", running).expect(1);

    String waiting = submit("--require", "disk=tape", "true");
    assertThat(status(waiting)).contains("\"code\":\"noWorkerWithLabel\"", "disk=tape");
    assertThat(fleet.zkrun("cancel", "--all", "--state", "pending").expect(0).lines())
        .containsExactly(waiting);
    fleet.zkrun("wait", waiting).expect(143);
  }

  @Test
  void aTaskForEachNastyName() throws IOException {
    Path folder = Files.createDirectory(dir.resolve("nasty"));
    List<String> names =
        List.of(
            "it's $(rm).txt", "two  words", "-n", "a\nb", "\"; exit 9; \"", "*", "ümläut", "{}");
    Path canary = Files.createFile(folder.resolve("canary"));
    for (String name : names) {
      Files.writeString(folder.resolve(name), "the content of " + name);
    }
    byte[] input = bytes(String.join("\0", names) + "\0");
    for (String[] form :
        new String[][] {{"cat ./{}; rm ./{}.none 2>&1 || :"}, {"--", "cat", "./{}"}}) {
      String[] words = new String[form.length + 6];
      System.arraycopy(
          new String[] {"submit", "--cwd", folder.toString(), "--each", "-", "-0"}, 0, words, 0, 6);
      System.arraycopy(form, 0, words, 6, form.length);
      List<String> ids = fleet.zkrunWithInput(input, words).expect(0).lines();
      assertThat(ids).hasSameSizeAs(names).doesNotHaveDuplicates();
      fleet.zkrunWithInput(bytes(String.join("\n", ids)), "wait", "-").expect(0);
      try (FleetClient client = new FleetClient(fleet.connect())) {
        List<String> outputs = client.outputs(ids);
        for (int i = 0; i < names.size(); i++) {
          assertThat(outputs.get(i)).startsWith("the content of " + names.get(i));
        }
      }
    }
    assertThat(canary).exists();
  }

  @Test
  void optionsReachTheCommand() throws IOException {
    Path folder = Files.createDirectory(dir.resolve("a folder"));
    Path file = Files.writeString(dir.resolve("vars"), "# comment\nA=from file\nB=2\n");
    byte[] input = {'b', 0, (byte) 0xff, '\n'};
    Ran ran =
        fleet
            .zkrunWithInput(
                input,
                "run",
                "--stdin",
                "-",
                "--env-file",
                file.toString(),
                "--env",
                "B=it's; three",
                "--cwd",
                folder.toString(),
                "pwd; echo \"$A|$B|$PATH|${JAVA_HOME-none}\"; cat")
            .expect(0);
    assertThat(ran.stdout()).startsWith(folder + "\nfrom file|it's; three|").contains("|none\n");
    byte[] out = ran.out().toArray();
    assertThat(java.util.Arrays.copyOfRange(out, out.length - input.length, out.length))
        .isEqualTo(input);
  }

  @Test
  void retriesLeaveTheirAttempts() {
    String id =
        submit(
            "--retries",
            "2",
            "--retry-on",
            "75,99",
            "echo $ZKRUN_ATTEMPT; [ $ZKRUN_ATTEMPT = 3 ] || exit 75");
    fleet.zkrun("wait", id).expect(0);
    assertThat(status(id))
        .contains("\"state\":\"done\"", "\"attempt\":3", "\"attempts\":[{")
        .containsPattern("\"attempts\":\\[\\{.*\"exitCode\":75.*\"attempt\":1.*\"attempt\":2");
    assertThat(fleet.zkrun("status", id).expect(0).stdout())
        .containsPattern("earlier +exited +\\S+ +vm1 +2 +75 ");
    String never = submit("--retries", "2", "--retry-on", "75", "exit 3");
    fleet.zkrun("wait", never).expect(3);
    assertThat(status(never)).contains("\"attempt\":1", "\"attempts\":[]");
  }

  @Test
  void exitCodesTellHowItEnded() throws IOException {
    fleet.zkrun("run", "--timeout", "300ms", "sleep 1000").expect(124);
    fleet.zkrun("run", "--cwd", dir.resolve("none").toString(), "true").expect(126);
    Path plain = Files.writeString(dir.resolve("plain"), "no program");
    fleet.zkrun("run", "--", plain.toString()).expect(126);
    fleet.zkrun("run", "--", "no-such-program").expect(127);
    fleet.zkrun("run", "no-such-program").expect(127);
    fleet.zkrun("run", "kill -9 $$").expect(137);
    fleet.zkrun("run", "--start-within", "200ms", "--require", "disk=tape", "true").expect(69);
    assertThat(fleet.zkrun("wait", "task-9999999999").expect(66).stderr())
        .startsWith("zkrun: ")
        .contains("task-9999999999");
    assertThat(fleet.zkrun("status", "no/id").expect(66).stderr()).contains("no/id");
    assertThat(fleet.zkrun("submit", "  ").expect(64).stderr()).startsWith("zkrun: ");
    fleet.zkCli("create", "/tasks/by-hand", "{\"cmd\":\"true\",\"nosuch\":1}").expect(0);
    fleet.zkrun("wait", "by-hand").expect(65);
    assertThat(status("by-hand")).contains("\"outcome\":\"rejected\"", "nosuch");
    String slow = submit("--name", "slow", "sleep 1000");
    fleet.zkrun("wait", "--timeout", "200ms", slow).expect(75);
    fleet.zkrun("cancel", slow).expect(0);
  }
}
