package io.zkrun.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.cli.CliWorld.Left;
import io.zkrun.core.ExitCode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole commands over a ZooKeeper in memory. */
class CliTest {
  private final CliWorld world = new CliWorld();

  private void input(String text) {
    world.in = text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void submitPrintsTheIdInEveryForm() {
    assertThat(world.zkrun("submit", "true")).isEqualTo(new Left(0, "task-0000000000\n", ""));
    assertThat(world.zkrun("submit", "--output", "quiet", "true").out())
        .isEqualTo("task-0000000001\n");
    assertThat(world.zkrun("submit", "--output", "json", "--name", "a", "true").out())
        .isEqualTo("{\"schema\":1,\"tasks\":[{\"id\":\"a\"}]}\n");
    Left again = world.zkrun("submit", "--output", "json", "--name", "a", "true");
    assertThat(again.out())
        .isEqualTo("{\"schema\":1,\"tasks\":[{\"id\":\"a\",\"alreadyThere\":true}]}\n");
    assertThat(again.err()).contains("task a was there already");
  }

  @Test
  void eachLineIsATask() {
    input("one\ntwo\n");
    assertThat(world.zkrun("submit", "--each", "-", "echo {}").out())
        .isEqualTo("task-0000000000\ntask-0000000001\n");
    assertThat(world.zkrun("submit", "--each", "-", "--output", "json", "echo {}").out())
        .isEqualTo(
            "{\"schema\":1,\"tasks\":[{\"id\":\"task-0000000002\"},{\"id\":\"task-0000000003\"}]}\n");
  }

  @Test
  void aBadLineSaysWhichAndHowManyBeforeItWereSubmitted() {
    input("one\ntwo\nx\0y\nfour\n");
    Left left = world.zkrun("submit", "--each", "-", "echo {}");
    assertThat(left.code()).isEqualTo(ExitCode.USAGE);
    assertThat(left.out()).isEqualTo("task-0000000000\ntask-0000000001\n");
    assertThat(left.err())
        .isEqualTo(
            "zkrun: line 3: cmd holds a NUL byte, which no command can; nothing from line 3 on was"
                + " submitted; what stands before was submitted: 2 ids are printed\n");
    assertThat(world.server().peekChildren("/tasks")).hasSize(2);
  }

  @Test
  void jsonIsWholeAlsoWhereALineIsBad() {
    input("one\nx\0y\n");
    Left left = world.zkrun("submit", "--each", "-", "--output", "json", "echo {}");
    assertThat(left.out()).isEqualTo("{\"schema\":1,\"tasks\":[{\"id\":\"task-0000000000\"}]}\n");
    assertThat(left.err()).startsWith("{\"schema\":1,\"error\":{\"code\":\"invalidSpec\",");
  }

  @Test
  void aBatchWhoseFateIsUnknownIsNamedByItsLines() {
    world.zkrun("submit", "true");
    input("1\n2\n3\n4\n5\n");
    world.together = 4;
    world.lastMulti = 2; // line 1 goes alone, lines 2 to 4 together; line 5 comes after them
    Left left = world.zkrun("submit", "--each", "-", "echo {}");
    assertThat(left.code()).isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(left.out()).isEqualTo("task-0000000001\n");
    assertThat(left.err())
        .contains("lines 2 to 4: no connection to ZooKeeper for 120 s")
        .contains("it is not known whether lines 2 to 4 were submitted")
        .contains("nothing after was")
        .contains("1 ids are printed")
        .doesNotContain("nothing was submitted");
  }

  @Test
  void whatWasWaitedForIsPrintedOnlyWhenAsked() {
    world.zkrun("submit", "true");
    world.write(
        "/tasks/task-0000000000/status",
        "{\"state\":\"failed\",\"outcome\":\"exited\","
            + "\"exitCode\":3,\"worker\":\"vm1\",\"attempt\":1}");
    assertThat(world.zkrun("wait", "task-0000000000")).isEqualTo(new Left(3, "", ""));
    assertThat(world.zkrun("wait", "--output", "json", "task-0000000000").out())
        .isEqualTo(
            "{\"schema\":1,\"tasks\":[{\"id\":\"task-0000000000\",\"state\":\"failed\","
                + "\"outcome\":\"exited\",\"exitCode\":3,\"worker\":\"vm1\",\"attempt\":1}]}\n");
    input("task-0000000000\n");
    assertThat(world.zkrun("wait", "--output", "table", "-").out())
        .isEqualTo(
            """
            ID               STATE   WORKER  ATTEMPT  EXIT  OUTCOME
            task-0000000000  failed  vm1     1        3     exited
            """);
  }

  @Test
  void cancelAndRerunInJson() {
    world.zkrun("submit", "true");
    world.write("/tasks/task-0000000000/status", "done");
    Left cancel = world.zkrun("cancel", "--output", "json", "task-0000000000");
    assertThat(cancel.code()).isEqualTo(ExitCode.NOTHING_DONE);
    assertThat(cancel.out())
        .startsWith(
            "{\"schema\":1,\"tasks\":[{\"id\":\"task-0000000000\",\"cancelled\":false,"
                + "\"state\":\"done\"");
    assertThat(world.zkrun("rerun", "--output", "json", "task-0000000000").out())
        .isEqualTo(
            "{\"schema\":1,\"tasks\":[{\"id\":\"task-0000000001\","
                + "\"rerunOf\":\"task-0000000000\"}]}\n");
  }

  @Test
  void anUnknownIdIsToldThoughOneBeforeItHasNotEnded() {
    world.zkrun("submit", "true");
    Left left = world.zkrun("wait", "--timeout", "1s", "task-0000000000", "gone");
    assertThat(left.code()).isEqualTo(ExitCode.UNKNOWN_ID);
    assertThat(left.err()).contains("no task gone is known").hasLineCount(1);
  }

  @Test
  void whatIsBehindAnUnknownIdIsCancelledAndTold() {
    world.zkrun("submit", "true");
    world.write("/tasks/task-0000000000/status", "done");
    Left left = world.zkrun("cancel", "gone", "task-0000000000");
    assertThat(left.code()).isEqualTo(ExitCode.UNKNOWN_ID);
    assertThat(left.err()).contains("no task gone is known", "task task-0000000000 had ended");
  }

  @Test
  void variablesFromStandardInput() {
    input("A=1\n");
    world.zkrun("submit", "--env-file", "-", "true");
    assertThat(world.zkrun("status", "--output", "json", "task-0000000000").out())
        .contains("\"env\":{\"A\":\"1\"}");
  }

  @Test
  void aReaderWhoHasGoneAwayEndsItQuietly() {
    world.out = failing("Broken pipe");
    Left left = world.zkrun("submit", "true");
    assertThat(left.code()).isEqualTo(ExitCode.NOBODY_READS);
    assertThat(left.err()).isEmpty();
  }

  @Test
  void anAnswerThatCannotBeWrittenIsAnError() {
    world.out = failing("No space left on device");
    Left left = world.zkrun("submit", "true");
    assertThat(left.code()).isNotZero();
    assertThat(left.err())
        .isEqualTo(
            "zkrun: cannot write the answer: No space left on device; what was asked is done, for"
                + " task task-0000000000; see 'zkrun status task-0000000000'\n");
  }

  private static OutputStream failing(String reason) {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException(reason);
      }

      @Override
      public String toString() {
        return "";
      }
    };
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "submit                             | a command is missing",
        "submit --timeout 5 true            | '5'",
        "submit --timeout soon true         | 'soon'",
        "submit --require gpu true          | --require: 'gpu' is no label; write KEY=VALUE",
        "submit --require =x true           | --require: '=x' is no label; write KEY=VALUE",
        "submit --env X true                | --env: 'X' is no variable; write NAME=VALUE",
        "submit --retry-on 0 true           | retryOn is 0, but must be from 1 to 255",
        "submit --retries -1 true           | retries is -1",
        "submit --name task-1 true          | the name 'task-1' is not possible",
        "submit --each /nowhere 'echo {}'   | --each: cannot read '/nowhere'",
        "submit echo hello                  | the command is several words",
        "release --as hold task-0000000000  | expected one of [rerun, fail]",
        "list --state busy                  | --state: 'busy' is none of",
        "list --since yesterday             | --since: 'yesterday'",
        "cancel                             | give ids, or --all",
      })
  void aWrongCommandLineIsRefusedBeforeAnythingIsWritten(String words, String message) {
    Left left = world.zkrun(words.replace("'echo {}'", "{}").split(" +"));
    assertThat(left.code()).as("%s", left).isEqualTo(ExitCode.USAGE);
    assertThat(left.out()).isEmpty();
    assertThat(left.err()).startsWith("zkrun: ").contains(message).hasLineCount(1);
    assertThat(world.server().peekChildren("/tasks")).isEmpty();
  }

  @Test
  void aWrongLineOfAnEnvFileIsNamed(@TempDir Path dir) throws IOException {
    Path file = dir.resolve("env");
    Files.writeString(file, "# comment\n\nA=1\nB\n");
    Left left = world.zkrun("submit", "--env-file", file.toString(), "true");
    assertThat(left.code()).isEqualTo(ExitCode.USAGE);
    assertThat(left.err()).contains(file + ":4: 'B' is no variable; write NAME=VALUE");
  }

  @Test
  void aLineOfAnEnvFileForAShellIsRefused() {
    input("export A=1\n");
    Left left = world.zkrun("submit", "--env-file", "-", "true");
    assertThat(left.code()).isEqualTo(ExitCode.USAGE);
    assertThat(left.err()).contains("-:1: 'export A' is no name of a variable");
  }

  @ParameterizedTest
  @ValueSource(strings = {"task-0000000007", "no id", "task-7", "a/b"})
  void anUnknownIdIsNamed(String id) {
    Left left = world.zkrun("status", id);
    assertThat(left.code()).isEqualTo(ExitCode.UNKNOWN_ID);
    assertThat(left.err()).contains(id).hasLineCount(1);
  }

  @Test
  void aConnectionThatIsLostMidwaySaysWhatFollows() {
    world.zkrun("submit", "true");
    world.lastMulti = 1;
    Left left = world.zkrun("cancel", "task-0000000000");
    assertThat(left.code()).isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(left.err())
        .contains("no connection to ZooKeeper for 10 s")
        .contains("cancelling again does no harm")
        .contains("the servers are 127.0.0.1:2181");
  }
}
