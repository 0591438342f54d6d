package io.zkrun.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.core.Bytes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What users get wrong, and what commands and outputs may hold. */
class BadInputIT {
  private static final int TOO_LARGE = 512 * 1024 + 1;

  @TempDir static Path dir;
  private static Fleet fleet;
  private static RawTree raw;

  @BeforeAll
  static void start() throws Exception {
    fleet = new Fleet(dir);
    fleet.zookeeper();
    fleet.master();
    fleet.worker("vm1", 2);
    raw = fleet.raw();
  }

  @AfterAll
  static void stop() throws Exception {
    fleet.closeWithoutStackTraces();
  }

  // ---- refused before anything is written

  private static Ran refused(byte[] input, String... words) throws Exception {
    int before = raw.childChanges("/tasks");
    Ran ran = fleet.zkrunWithInput(input, words).expect(64);
    assertThat(ran.stdout()).isEmpty();
    assertThat(ran.stderr()).startsWith("zkrun: ");
    assertThat(ran.stderr().strip().lines()).hasSize(1);
    assertThat(raw.childChanges("/tasks")).as("writes below /tasks").isEqualTo(before);
    return ran;
  }

  private static Ran refused(String... words) throws Exception {
    return refused(new byte[0], words);
  }

  @Test
  void aBlankCommandIsRefused() throws Exception {
    assertThat(refused("submit", " \t\n ").stderr()).contains("cmd is blank");
  }

  @Test
  void aNulByteInALineIsRefused() throws Exception {
    byte[] line = "a\0b\n".getBytes(StandardCharsets.UTF_8);
    assertThat(refused(line, "submit", "--each", "-", "echo {}").stderr())
        .contains("line 1", "NUL byte");
  }

  @Test
  void aNulByteInAVariableIsRefused() throws Exception {
    Path file = Files.writeString(dir.resolve("nul.env"), "A=x\0y\n");
    assertThat(refused("submit", "--env-file", file.toString(), "env").stderr())
        .contains("A", "NUL byte");
  }

  @Test
  void anInputAbove512KiBIsRefused() throws Exception {
    Path file = Files.write(dir.resolve("large"), new byte[TOO_LARGE]);
    assertThat(refused("submit", "--stdin", file.toString(), "cat").stderr())
        .contains("524288")
        .doesNotContain("AAAA");
  }

  @Test
  void aCommandAbove512KiBIsRefused() throws Exception {
    byte[] line = new byte[TOO_LARGE];
    Arrays.fill(line, (byte) 'x');
    assertThat(refused(line, "submit", "--each", "-", "echo {}").stderr())
        .contains("line 1", "524288")
        .hasSizeLessThan(1000);
  }

  @Test
  void aNameOutsideTheGrammarIsRefused() throws Exception {
    assertThat(refused("submit", "--name=task-0000000007", "true").stderr())
        .contains("the name 'task-0000000007'");
  }

  // ---- written straight into ZooKeeper

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "broken    | {\"cmd\":                            | spec",
        "unknown   | {\"cmd\":\"true\",\"tiemout\":3}     | tiemout",
        "type      | {\"cmd\":\"true\",\"retries\":\"x\"} | retries",
        "typecmd   | {\"cmd\":7}                          | cmd",
        "negative  | {\"cmd\":\"true\",\"retries\":-1}    | retries",
        "timeout   | {\"cmd\":\"true\",\"timeoutSeconds\":-1} | timeoutSeconds",
        "both      | {\"cmd\":\"true\",\"argv\":[\"true\"]} | argv",
        "none      | {\"env\":{}}                         | cmd",
        "shell     | {\"cmd\":\"true\",\"shell\":\"bash\"} | shell",
        "huge      | {\"cmd\":\"true\",\"retries\":99999999999999999999} | retries",
      })
  void aBadSpecIsRejectedAndTheQueueGoesOn(String name, String spec, String field)
      throws Exception {
    raw.create("/tasks/bad-" + name, spec);
    raw.create("/tasks/after-" + name, "echo on");
    Map<String, Object> status = raw.awaitStatus("bad-" + name);
    assertThat(status).containsEntry("state", "failed").containsEntry("outcome", "rejected");
    assertThat(status.get("reason").toString())
        .contains(field)
        .doesNotContain("Exception", "com.fasterxml", "io.zkrun")
        .doesNotContain("\n");
    assertThat(raw.awaitStatus("after-" + name)).containsEntry("exitCode", 0);
  }

  @Test
  void aBadSpecOfZkCliIsRejected() throws Exception {
    fleet.zkCli("create", "/tasks/bad-zkcli", "{\"cmd\":");
    assertThat(raw.awaitStatus("bad-zkcli")).containsEntry("outcome", "rejected");
    Ran shown = fleet.zkrun("status", "bad-zkcli").expect(0);
    assertThat(shown.stdout()).contains("bad-zkcli", "failed", "rejected", "spec");
    fleet.zkrun("wait", "bad-zkcli").expect(65);
  }

  // ---- commands that cannot start

  private static Map<String, Object> spawnFailed(String name, String spec, int code)
      throws Exception {
    raw.create("/tasks/" + name, spec);
    Map<String, Object> status = raw.awaitStatus(name);
    assertThat(status)
        .containsEntry("state", "failed")
        .containsEntry("outcome", "spawnFailed")
        .containsEntry("exitCode", code);
    assertThat(status.get("reason").toString())
        .doesNotContain("launch.sh", "./task", dir.toString(), "\n", "line ");
    return status;
  }

  @Test
  void aMissingFolderIs126() throws Exception {
    String spec = "{\"cmd\":\"true\",\"cwd\":\"/nonexistent/folder\"}";
    assertThat(spawnFailed("cwd-missing", spec, 126).get("reason").toString())
        .contains("/nonexistent/folder");
  }

  @Test
  void aFileAsFolderIs126() throws Exception {
    String spec = "{\"cmd\":\"true\",\"cwd\":\"/etc/passwd\"}";
    assertThat(spawnFailed("cwd-file", spec, 126).get("reason").toString()).contains("/etc/passwd");
  }

  @Test
  void aMissingShellIs127() throws Exception {
    String spec = "{\"cmd\":\"true\",\"shell\":\"/nonexistent/zsh\"}";
    assertThat(spawnFailed("shell-missing", spec, 127).get("reason").toString())
        .contains("/nonexistent/zsh", "not found");
  }

  @Test
  void aMissingProgramIs127() throws Exception {
    String spec = "{\"argv\":[\"no-such-program\",\"x\"]}";
    assertThat(spawnFailed("argv-missing", spec, 127).get("reason").toString())
        .contains("no-such-program", "not found");
  }

  @Test
  void aProgramThatCannotBeExecutedIs126() throws Exception {
    String spec = "{\"argv\":[\"/etc/passwd\"]}";
    assertThat(spawnFailed("argv-denied", spec, 126).get("reason").toString())
        .contains("/etc/passwd", "not executable");
    assertThat(spawnFailed("argv-folder", "{\"argv\":[\"/etc\"]}", 126).get("reason").toString())
        .contains("/etc", "not executable");
  }

  @Test
  void runExitsAsAShellWould() throws Exception {
    Ran ran = fleet.zkrun("run", "--", "no-such-program").expect(127);
    assertThat(ran.stderr())
        .startsWith("zkrun: task task-")
        .contains(": spawnFailed: ", "no-such-program");
    fleet.zkrun("run", "no-such-program").expect(127);
  }

  // ---- ids

  @ParameterizedTest
  @ValueSource(strings = {"status", "wait", "output", "cancel", "rerun"})
  void anUnknownIdIs66(String command) {
    Ran ran = fleet.zkrun(command, "task-0000999999").expect(66);
    assertThat(ran.stdout()).isEmpty();
    assertThat(ran.stderr()).startsWith("zkrun: ").contains("task-0000999999");
  }

  @ParameterizedTest
  @ValueSource(strings = {"status", "cancel"})
  void aMalformedIdIs66(String command) {
    Ran ran = fleet.zkrun(command, "no/such id").expect(66);
    assertThat(ran.stderr()).startsWith("zkrun: ").contains("no/such id");
  }

  @Test
  void anUnknownIdAsJson() {
    Ran ran = fleet.zkrun("status", "--output", "json", "gone").expect(66);
    assertThat(ran.stderr()).contains("\"code\":\"unknownTask\"", "gone");
  }

  // ---- any byte

  private static byte[] allBytes() {
    byte[] all = new byte[255];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) (i + 1);
    }
    return all;
  }

  @Test
  void everyByteOfALineArrives() {
    byte[] line = concat(allBytes(), new byte[] {0});
    String id =
        fleet
            .zkrunWithInput(line, "submit", "--each", "-", "-0", "--wait", "printf %s {}")
            .expect(0)
            .stdout()
            .strip();
    assertThat(fleet.zkrun("output", id).expect(0).out()).isEqualTo(Bytes.of(allBytes()));
    assertPrintable(fleet.zkrun("list").expect(0));
    assertPrintable(fleet.zkrun("status", id).expect(0));
  }

  @Test
  void everyByteOfAnArgumentArrives() throws Exception {
    Path script = dir.resolve("argument.sh");
    Files.write(
        script,
        concat(
            "exec \"$@\" printf %s '".getBytes(StandardCharsets.UTF_8),
            withoutQuote(allBytes()),
            "'".getBytes(StandardCharsets.UTF_8)));
    List<String> command = new ArrayList<>(List.of("/bin/sh", script.toString()));
    command.addAll(Fleet.client(List.of("run", "--connect", fleet.connect(), "--")));
    Ran ran = fleet.run(new byte[0], Map.of(), command).expect(0);
    assertThat(ran.out()).isEqualTo(Bytes.of(withoutQuote(allBytes())));
  }

  @Test
  void everyByteOfAVariableAndOfTheInputArrives() throws Exception {
    byte[] value = withoutQuote(allBytes());
    byte[] text =
        new String(value, StandardCharsets.ISO_8859_1)
            .replace("\n", "")
            .getBytes(StandardCharsets.ISO_8859_1);
    Path env =
        Files.write(
            dir.resolve("bytes.env"),
            concat("V=".getBytes(StandardCharsets.UTF_8), text, new byte[] {'\n'}));
    byte[] input = concat(new byte[] {0}, allBytes());
    Ran ran =
        fleet
            .zkrunWithInput(
                input,
                "run",
                "--env-file",
                env.toString(),
                "--stdin",
                "-",
                "cat; printf %s \"$V\" >&2")
            .expect(0);
    assertThat(ran.out()).isEqualTo(Bytes.of(input));
    assertThat(ran.err()).isEqualTo(Bytes.of(text));
  }

  @Test
  void aLineOf100000CharactersArrives() throws Exception {
    String word = "0123456789".repeat(10_000);
    raw.create("/tasks/long-line", "{\"cmd\":\"echo " + word + "\",\"outputLimitBytes\":200000}");
    fleet.zkrun("wait", "long-line").expect(0);
    Ran output = fleet.zkrun("output", "long-line").expect(0);
    assertThat(output.stdout().equals(word + "\n")).as("all of it, and nothing else").isTrue();
    Ran shown = fleet.zkrun("list", "--limit", "1").expect(0);
    assertThat(shown.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThan(300));
  }

  @Test
  void aTaskOfAnyBytesWrittenByHandRuns() throws Exception {
    byte[] command =
        concat("printf %s '".getBytes(StandardCharsets.UTF_8), new byte[] {(byte) 0xe9, 7, '\''});
    raw.create("/tasks/bytes-by-hand", command, org.apache.zookeeper.CreateMode.PERSISTENT);
    raw.awaitStatus("bytes-by-hand");
    assertThat(fleet.zkrun("output", "bytes-by-hand").expect(0).out())
        .isEqualTo(Bytes.of(new byte[] {(byte) 0xe9, 7}));
    Ran shown = fleet.zkrun("status", "bytes-by-hand").expect(0);
    assertPrintable(shown);
    assertThat(shown.stdout()).contains("\\xe9\\x07");
  }

  private static void assertPrintable(Ran ran) {
    for (byte b : ran.out().toArray()) {
      assertThat(b == '\n' || (b >= 0 ? b >= ' ' && b != 0x7f : true))
          .as("byte %d in %n%s", b, ran.stdout())
          .isTrue();
    }
    assertThat(ran.out().asUtf8()).as("valid UTF-8").isPresent();
  }

  private static byte[] withoutQuote(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1)
        .replace("'", "")
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] concat(byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    byte[] all = new byte[length];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }
}
