package io.zkrun.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is wrong whatever the cluster says is refused without asking it. */
class RefusedInputTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... words) {
    Terminal terminal =
        new Terminal(
            new ByteArrayInputStream(new byte[0]),
            out,
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Map.of(),
            false);
    Clients clients =
        settings -> {
          throw new AssertionError("the cluster was asked");
        };
    return new Cli(terminal, clients).run(words);
  }

  /** The message on standard error. */
  private String refused(String... words) {
    assertThat(run(words)).isEqualTo(64);
    assertThat(out.toByteArray()).isEmpty();
    String message = err.toString(StandardCharsets.UTF_8);
    assertThat(message).startsWith("zkrun: ").doesNotContain("\tat ", "Exception");
    assertThat(message.strip().lines()).hasSize(1);
    return message;
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\t", "\n"})
  void aBlankCommand(String command) {
    assertThat(refused("submit", command)).contains("cmd is blank");
    err.reset();
    assertThat(refused("run", command)).contains("cmd is blank");
  }

  @Test
  void anEmptyProgram() {
    assertThat(refused("run", "--", "", "x")).contains("argv names no program");
  }

  @Test
  void noCommandAtAll() {
    assertThat(refused("submit")).contains("command");
    err.reset();
    assertThat(refused()).contains("command");
    err.reset();
    assertThat(refused("sumbit", "true"))
        .contains("there is no command 'sumbit'; did you mean 'submit'?; see 'zkrun --help'");
  }

  @Test
  void aNulByte() {
    assertThat(refused("submit", "echo a\0b")).contains("cmd holds a NUL byte");
    err.reset();
    assertThat(refused("submit", "--", "echo", "a\0b")).contains("argv holds a NUL byte");
    err.reset();
    assertThat(refused("submit", "--env", "A=\0", "env")).contains("A holds a NUL byte");
  }

  @Test
  void aCommandAbove512KiB() {
    String long1 = "x".repeat(512 * 1024 + 1);
    assertThat(refused("submit", long1)).contains("524289 bytes").hasSizeLessThan(400);
    err.reset();
    assertThat(refused("submit", "--", "echo", long1)).contains("524293 bytes");
  }

  @Test
  void aSpecAbove512KiB(@TempDir Path dir) throws Exception {
    Path file = Files.write(dir.resolve("in"), new byte[512 * 1024 + 1]);
    assertThat(refused("submit", "--stdin", file.toString(), "cat"))
        .contains("524288")
        .hasSizeLessThan(400);
  }

  @Test
  void partsThatAreTooLargeTogether() {
    String half = "x".repeat(300 * 1024);
    assertThat(refused("submit", "--env", "A=" + half, "echo " + half)).contains("524288");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a/b", "", "-x", "task-0000000007", "task-7", ".", "näme", "a b", "a\u0007b"})
  void aNameOutsideTheGrammar(String name) {
    assertThat(refused("submit", "--name=" + name, "true")).contains("the name '");
  }

  @Test
  void aNameOf129Characters() {
    assertThat(refused("run", "--name", "n".repeat(129), "true")).contains("the name '");
  }

  @ParameterizedTest
  @CsvSource({
    "--retries=-1,retries",
    "--retries=many,retries",
    "--timeout=-5s,timeout",
    "--timeout=0s,timeout",
    "--timeout=soon,timeout",
    "--kill-after=-1s,kill-after",
    "--start-within=0s,startWithin",
    "--retry-on=256,retryOn",
    "--retry-on=x,retry-on",
    "--priority=5000,priority",
    "--env==x,--env",
    "--env=ZKRUN_FENCE=1,ZKRUN_FENCE",
    "--require=gpu,--require",
    "--require=gpu=,gpu",
    "--on-lost=never,on-lost",
    "--cwd=relative,cwd",
    "--stdin=/nonexistent,--stdin",
    "--env-file=/nonexistent,--env-file",
    "--output=xml,--output",
    "--frobnicate,--frobnicate",
  })
  void aBadOption(String option, String named) {
    assertThat(refused("submit", option, "true")).contains(named);
  }

  @Test
  void whatCannotBecomeOfATask() {
    assertThat(refused("release", "t", "--as", "hold")).contains("[rerun, fail]", "hold");
    err.reset();
    assertThat(refused("submit", "--on-lost", "RERUN", "true"))
        .contains("'RERUN' is no choice; give rerun, fail or hold");
  }

  @Test
  void eachWithoutAPlaceForTheLine() {
    assertThat(refused("submit", "--each", "-", "true")).contains("{}");
    err.reset();
    assertThat(refused("submit", "-0", "true")).contains("--each");
    err.reset();
    assertThat(refused("submit", "--each", "-", "--name", "n", "echo {}")).contains("--name");
  }

  @Test
  void twoReadersOfStandardInput() {
    assertThat(refused("submit", "--each", "-", "--stdin", "-", "echo {}"))
        .contains("--each - and --stdin - both read standard input");
    err.reset();
    assertThat(refused("submit", "--each", "-", "--env-file", "-", "echo {}"))
        .contains("--each - and --env-file - both read standard input");
    err.reset();
    assertThat(refused("run", "--env-file", "-", "--stdin", "-", "cat"))
        .contains("--env-file - and --stdin - both read standard input");
  }

  /** As the README says, all options of submit are run's too. */
  @Test
  void runTakesWait() {
    assertThat(refused("run", "--wait", "")).contains("cmd is blank");
  }

  @Test
  void aLimitBelowOne() {
    assertThat(refused("list", "--limit", "0")).contains("--limit");
    err.reset();
    assertThat(refused("list", "--state", "asleep")).contains("asleep", "running");
    err.reset();
    assertThat(refused("list", "--since", "yesterday")).contains("yesterday");
  }

  /** The library by itself passes over an include of what is not there. */
  @ParameterizedTest
  @ValueSource(strings = {"config check", "master", "worker", "daemon", "standalone", "list"})
  void settingsThatIncludeWhatIsNotThere(String words, @TempDir Path dir) throws Exception {
    Path file = Files.writeString(dir.resolve("zkrun.conf"), "\ninclude \"more.conf\"\n");
    List<String> all = new ArrayList<>(List.of(words.split(" ")));
    all.addAll(List.of("--config", file.toString()));
    assertThat(run(all.toArray(String[]::new))).isEqualTo(78);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains(file + ":2: include \"more.conf\": there is no " + dir.resolve("more.conf"));
  }

  @Test
  void theMistakeAsJson() {
    Terminal terminal =
        new Terminal(
            new ByteArrayInputStream(new byte[0]),
            out,
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Map.of(),
            false);
    int code = new Cli(terminal, settings -> null).run("submit", "--output", "json", "");
    assertThat(code).isEqualTo(64);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .startsWith("{\"schema\":1,\"error\":{\"code\":\"invalidSpec\",\"message\":\"cmd is blank")
        .endsWith("\"retryable\":false}}\n");
  }
}
