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

  private String spec(String id) {
    return world.zkrun("status", "--output", "json", id).out();
  }

  @Test
  void anEmptyLineIsNoTaskAndCountsAsALine() {
    input("one\n\n \ntwo");
    assertThat(world.zkrun("submit", "--each", "-", "echo {}").out()).hasLineCount(3);
    assertThat(spec("task-0000000001")).contains("\"cmd\":\"echo ' '\"");
    assertThat(spec("task-0000000002")).contains("\"cmd\":\"echo 'two'\"");
    input("one\n\nx\0y\n");
    assertThat(world.zkrun("submit", "--each", "-", "echo {}").err())
        .contains("line 3: cmd holds a NUL byte", "nothing from line 3 on", "1 ids are printed");
    input("one\0\0");
    assertThat(world.zkrun("submit", "--each", "-", "-0", "echo {}").out()).hasLineCount(2);
  }

  @Test
  void aLineOfWindowsIsRefusedUnlessNulsEndTheLines() {
    input("one\r\ntwo\r\n");
    Left left = world.zkrun("submit", "--each", "-", "echo {}");
    assertThat(left.code()).isEqualTo(ExitCode.USAGE);
    assertThat(left.out()).isEmpty();
    assertThat(left.err())
        .isEqualTo(
            "zkrun: line 1: it ends in a carriage return, as lines do on Windows; take those out"
                + " with tr -d '\\r', or end the lines with NUL bytes (-0) where they belong to"
                + " them; nothing from line 1 on was submitted\n");
    input("one\r\0");
    assertThat(world.zkrun("submit", "--each", "-", "-0", "echo {}").code()).isZero();
  }

  @Test
  void aByteOrderMarkIsNotPartOfTheFirstLine() {
    input("\ufeffone\n\ufefftwo\n");
    assertThat(world.zkrun("submit", "--each", "-", "echo {}").out()).hasLineCount(2);
    assertThat(spec("task-0000000000")).contains("\"cmd\":\"echo 'one'\"");
    assertThat(spec("task-0000000001")).contains("\"cmd\":\"echo '\ufefftwo'\"");
    input("\ufeffA=1\n");
    world.zkrun("submit", "--env-file", "-", "true");
    assertThat(spec("task-0000000002")).contains("\"env\":{\"A\":\"1\"}");
  }

  @Test
  void aValueOfAnEnvFileIsAllThatStandsInItsLine() {
    input("A= x \nB=1\r\n\r\n  # no\nC=a=b\t");
    Left left = world.zkrun("submit", "--env-file", "-", "true");
    assertThat(left.err()).isEmpty();
    assertThat(spec("task-0000000000"))
        .contains("\"env\":{\"A\":\" x \",\"B\":\"1\",\"C\":\"a=b\\t\"}");
  }

  @Test
  void aNameInAnEnvFileThatIsNotUtf8IsRefusedWithItsLine() {
    world.in = new byte[] {'A', '=', '1', '\n', 'B', (byte) 0xff, '=', '1', '\n'};
    Left left = world.zkrun("submit", "--env-file", "-", "true");
    assertThat(left.code()).isEqualTo(ExitCode.USAGE);
    assertThat(left.err()).contains("-:2: 'B\\xff' is no name of a variable");
    world.in = new byte[] {'B', '=', (byte) 0xff, '\n'};
    assertThat(world.zkrun("submit", "--env-file", "-", "true").code()).isZero();
    assertThat(spec("task-0000000000")).contains("\"base64\"", "/w==");
  }

  @Test
  void whatIsZkrunsOwnInAnEnvFileIsPassedOverWithANote() {
    input("A=1\nZKRUN_CONNECT=vm9:2181\n");
    Left left = world.zkrun("submit", "--env-file", "-", "true");
    assertThat(left.code()).isZero();
    assertThat(left.err())
        .isEqualTo("zkrun: -:2: ZKRUN_CONNECT is passed over: zkrun sets its own\n");
    assertThat(spec("task-0000000000")).contains("\"env\":{\"A\":\"1\"}");
    Left direct = world.zkrun("submit", "--env", "ZKRUN_CONNECT=vm9:2181", "true");
    assertThat(direct.code()).isEqualTo(ExitCode.USAGE);
    assertThat(direct.err()).contains("ZKRUN_CONNECT would not be set");
  }

  @Test
  void inputThatNobodyReadsIsTold() {
    input("lost\n");
    assertThat(world.zkrun("submit", "cat").err())
        .isEqualTo(
            "zkrun: standard input is not empty, and the command does not get it; pass it on with"
                + " --stdin -, or give </dev/null where none is meant\n");
    assertThat(world.zkrun("submit", "--stdin", "-", "cat").err()).isEmpty();
    input("");
    assertThat(world.zkrun("submit", "cat").err()).isEmpty();
  }

  @Test
  void outputsStandOneAfterTheOtherAsWithCat() {
    input("1\n2\n3\n");
    world.zkrun("submit", "--each", "-", "echo {}");
    world.write("/tasks/task-0000000000/status", "one\n");
    world.write("/tasks/task-0000000002/status", "three\n");
    assertThat(world.zkrun("output", "task-0000000002", "task-0000000000"))
        .isEqualTo(new Left(0, "three\none\n", ""));
    input("task-0000000000 task-0000000001\ngone\ntask-0000000002\n");
    Left some = world.zkrun("output", "-");
    assertThat(some.out()).isEqualTo("one\nthree\n");
    assertThat(some.code()).isEqualTo(ExitCode.UNKNOWN_ID);
    assertThat(some.err())
        .contains("task task-0000000001 is pending", "no task gone is known")
        .endsWith("zkrun: not every task has an output; what there is was printed\n");
    input("task-0000000000\n");
    assertThat(world.zkrun("output", "--output", "json", "-").out())
        .startsWith("{\"schema\":1,\"tasks\":[{\"id\":\"task-0000000000\",\"stdout\":{")
        .contains("one\\n")
        .endsWith("]}\n");
    assertThat(world.zkrun("output", "--output", "json", "task-0000000000").out())
        .startsWith("{\"schema\":1,\"id\":\"task-0000000000\",\"stdout\":{");
  }

  @Test
  void idsComeFromStandardInputWhereverTheyAreTaken() {
    world.zkrun("submit", "true");
    world.write("/tasks/task-0000000000/status", "done");
    input("task-0000000000\r\n");
    assertThat(world.zkrun("status", "--output", "quiet", "-").out())
        .isEqualTo("task-0000000000\n");
    assertThat(world.zkrun("rerun", "-").out()).isEqualTo("task-0000000001\n");
    assertThat(world.zkrun("cancel", "-").err()).contains("task task-0000000000 had ended");
    assertThat(world.zkrun("release", "-", "--as", "fail").err())
        .contains("task task-0000000000 is not held, but done");
    input("");
    assertThat(world.zkrun("cancel", "-").code()).isEqualTo(ExitCode.NOTHING_DONE);
  }

  private void end(String id, String more) {
    world.write(
        "/tasks/" + id + "/status",
        "{\"state\":\"failed\",\"outcome\":\"timeout\",\"worker\":\"vm1\",\"attempt\":1" + more);
  }

  @Test
  void aTimeoutIsNamedWhereverItsTaskIsShown() {
    world.zkrun("submit", "true");
    end("task-0000000000", ",\"exitCode\":3,\"durationSeconds\":1.04}");
    String told = "zkrun: task task-0000000000: timeout after 1.0 s\n";
    assertThat(world.zkrun("wait", "task-0000000000")).isEqualTo(new Left(124, "", told));
    assertThat(world.zkrun("list").out())
        .containsPattern("task-0000000000 +failed +\\S+ +vm1 +1 +124 +true  # timeout\n");
    assertThat(world.zkrun("status", "task-0000000000").out())
        .containsPattern(" 124 +true  # timeout\n");
    world.zkrun("submit", "--name", "n", "true");
    end("n", ",\"durationSeconds\":1.04}");
    assertThat(world.zkrun("run", "--name", "n", "true").err())
        .endsWith("zkrun: task n: timeout after 1.0 s\n");
  }

  @Test
  void aCancelledTaskShowsNoExitCodeOfItsOwn() {
    world.zkrun("submit", "true");
    world.write(
        "/tasks/task-0000000000/status",
        "{\"state\":\"cancelled\",\"outcome\":\"cancelled\",\"exitCode\":0,\"attempt\":1}");
    assertThat(world.zkrun("list").out()).containsPattern(" cancelled +true\n");
  }

  @Test
  void aNameWhoseTaskEndedLongAgoSaysThatNothingRuns() {
    world.zkrun("submit", "--name", "once", "date");
    world.write("/tasks/once/status", "long ago\n");
    Left left = world.zkrun("run", "--name", "once", "date");
    assertThat(left.out()).isEqualTo("long ago\n");
    assertThat(left.err())
        .containsPattern(
            "^zkrun: task once was there already, with the same spec, and ended \\d+d ago, so this is"
                + " its output of then; nothing runs now: a name is one task; for one each day add"
                + " --once-per 1d, or give another name\n");
    assertThat(world.zkrun("submit", "--name", "once", "date").err())
        .containsPattern("and ended \\d+d ago; nothing runs now: a name is one task");
  }

  @Test
  void oncePerMakesOneTaskForEachTime() {
    Left left = world.zkrun("submit", "--once-per", "1d", "--name", "nightly", "true");
    assertThat(left.out()).matches("nightly\\.\\d{4}-\\d\\d-\\d\\d\n");
    String name = left.out().strip();
    assertThat(world.zkrun("submit", "--once-per", "1d", "--name", "nightly", "true"))
        .isEqualTo(new Left(0, name + "\n", ""));
    assertThat(world.zkrun("submit", "--once-per", "1d", "--name", "nightly", "false").err())
        .contains("a task named " + name + " exists with another spec");
    assertThat(
            world
                .zkrun("submit", "--once-per", "1m", "--tz", "Asia/Tokyo", "--name", "t", "true")
                .out())
        .matches("t\\.\\d{4}-\\d\\d-\\d\\dT\\d{4}\n");
    world.write("/tasks/" + name + "/status", "of another day\n");
    Left old = world.zkrun("run", "--quiet-ok", "--once-per", "1d", "--name", "nightly", "true");
    assertThat(old.err())
        .contains(
            "ended ", " ago, so this is its output of then; nothing runs now; days begin in UTC");
  }

  private Left runEnded(String status) {
    world.zkrun("submit", "--name", "n", "make");
    world.write("/tasks/n/status", status);
    return world.zkrun("run", "--quiet-ok", "--name", "n", "make");
  }

  @Test
  void quietOkIsSilentWhereItEndsWell() {
    assertThat(
            runEnded(
                "{\"state\":\"done\",\"outcome\":\"exited\",\"exitCode\":0,\"attempt\":1,"
                    + "\"stdout\":{\"text\":\"out\\n\",\"bytes\":4,\"truncated\":false}}"))
        .isEqualTo(new Left(0, "", ""));
  }

  @Test
  void quietOkReportsBothOutputsWhereItFails() {
    Left left =
        runEnded(
            "{\"state\":\"failed\",\"outcome\":\"exited\",\"exitCode\":3,\"worker\":\"vm1\","
                + "\"attempt\":1,\"durationSeconds\":0.2,"
                + "\"stdout\":{\"text\":\"out\\n\",\"bytes\":4,\"truncated\":false},"
                + "\"stderr\":{\"text\":\"err\\n\",\"bytes\":4,\"truncated\":false}}");
    assertThat(left.code()).isEqualTo(3);
    assertThat(left.out()).isEqualTo("out\n");
    assertThat(left.err())
        .contains("task n was there already")
        .endsWith("err\nzkrun: task n: exit code 3, on vm1 after 0.2 s\n");
  }

  @Test
  void quietOkReportsWhatZkrunItselfCannotDo() {
    world.zkrun("submit", "--name", "n", "make");
    Left left = world.zkrun("run", "--quiet-ok", "--name", "n", "make all");
    assertThat(left.code()).isEqualTo(ExitCode.REJECTED);
    assertThat(left.err()).contains("a task named n exists with another spec").hasLineCount(1);
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
        "submit --once-per 1d true          | --once-per takes a --name",
        "run --once-per 5h --name n true    | --once-per: give whole minutes that divide a day",
        "run --tz UTC --name n true         | --tz has a meaning only with --once-per",
        "run --once-per 1d --tz X --name n true | --tz: 'X' is no time zone",
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
