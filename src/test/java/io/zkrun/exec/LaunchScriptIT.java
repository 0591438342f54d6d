package io.zkrun.exec;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.core.Bytes;
import io.zkrun.core.Command;
import io.zkrun.core.OnLost;
import io.zkrun.core.Outcome;
import io.zkrun.core.RunEnd;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The script beside each command, in both shells that are somewhere {@code /bin/sh}. */
class LaunchScriptIT {
  private static final List<String> SHELLS = List.of("dash", "bash");

  @TempDir Path dir;

  static Stream<Arguments> ends() {
    return both(
        Arguments.of("exit 200", Outcome.EXITED, 200),
        Arguments.of("exit 137", Outcome.EXITED, 137),
        Arguments.of("exit 127", Outcome.EXITED, 127),
        Arguments.of("echo not quiet >&2; exit 143", Outcome.EXITED, 143),
        Arguments.of("kill -9 $$", Outcome.SIGNALED, 9),
        Arguments.of("kill -TERM $$", Outcome.SIGNALED, 15),
        Arguments.of("kill -40 $$", Outcome.SIGNALED, 40),
        Arguments.of("kill -9 0", Outcome.SIGNALED, 9));
  }

  static Stream<Arguments> failures() {
    return both(
        Arguments.of("/no/such/program", 127, "not found"),
        Arguments.of("no-such-program", 127, "not found"),
        Arguments.of("/etc", 126, "is a folder"),
        Arguments.of("/etc/passwd", 126, "Permission denied"),
        Arguments.of("/bin/echo " + "x".repeat(200_000), 126, "Argument list too long"));
  }

  private static Stream<Arguments> both(Arguments... cases) {
    return SHELLS.stream()
        .flatMap(
            shell ->
                Stream.of(cases)
                    .map(Arguments::get)
                    .map(each -> Arguments.of(shell, each[0], each[1], each[2])));
  }

  private RunEnd run(String shell, Command command, Map<String, Bytes> env, ExecPrefix prefix)
      throws Exception {
    Path spool = dir;
    try (var script = SpoolFiles.class.getResourceAsStream("launch.sh")) {
      Files.copy(script, spool.resolve("launch.sh"));
    }
    RunFolder folder = RunFolder.of(spool, RunFixture.key(1));
    Files.createDirectories(folder.dir());
    folder.prepare(RunFixture.request(1, command, env, OnLost.RERUN), spool, "boot", prefix, null);
    Process watcher =
        new ProcessBuilder("bash", "-c", "exec -a sh " + shell + " ../../launch.sh")
            .directory(folder.dir().toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    watcher.waitFor();
    return new Run(folder, 1000, null, Instant.now()).end(null, null);
  }

  /** The warning of a shell whose locale is not installed is no word of a signal. */
  @ParameterizedTest
  @MethodSource("ends")
  void itsEndIsTrue(String shell, String line, Outcome outcome, int number) throws Exception {
    Map<String, Bytes> env = Map.of("LC_ALL", Bytes.utf8("xx_YY.UTF-8"));
    RunEnd end = run(shell, Command.shell(line), env, ExecPrefix.find());
    assertThat(end.outcome()).isEqualTo(outcome);
    assertThat(outcome == Outcome.EXITED ? end.exitCode() : end.signal()).isEqualTo(number);
    assertThat(end.stderr().kept().lossy()).doesNotContain("setlocale");
  }

  @ParameterizedTest
  @MethodSource("failures")
  void whyNothingStartedIsTold(String shell, String words, int code, String reason)
      throws Exception {
    Command command = new Command.Argv(Stream.of(words.split(" ")).map(Bytes::utf8).toList());
    RunEnd end = run(shell, command, Map.of(), ExecPrefix.find());
    assertThat(end.outcome()).isEqualTo(Outcome.SPAWN_FAILED);
    assertThat(end.exitCode()).isEqualTo(code);
    assertThat(end.reason()).startsWith("cannot start the command: ").contains(reason);
  }

  /** A daemon that ignores signals, in the background of a script say, starts it through env. */
  @ParameterizedTest
  @MethodSource("failures")
  void whereSignalsAreResetTheSameIsTold(String shell, String words, int code, String reason)
      throws Exception {
    Command command = new Command.Argv(Stream.of(words.split(" ")).map(Bytes::utf8).toList());
    ExecPrefix prefix = new ExecPrefix("/usr/bin/setsid", "/usr/bin/env", true, null);
    RunEnd end = run(shell, command, Map.of(), prefix);
    assertThat(end.outcome()).isEqualTo(Outcome.SPAWN_FAILED);
    assertThat(end.exitCode()).isEqualTo(code);
    assertThat(end.reason()).startsWith("cannot start the command: ").contains(reason);
  }

  @ParameterizedTest
  @MethodSource("failures")
  void whereThereIsNoOtherProgramTheShellTellsTheSame(
      String shell, String words, int code, String reason) throws Exception {
    Command command = new Command.Argv(Stream.of(words.split(" ")).map(Bytes::utf8).toList());
    RunEnd end = run(shell, command, Map.of(), new ExecPrefix(null, null, false, null));
    assertThat(end.outcome()).isEqualTo(Outcome.SPAWN_FAILED);
    assertThat(end.exitCode()).isEqualTo(code);
    assertThat(end.reason()).startsWith("cannot start the command: ").contains(reason);
  }
}
