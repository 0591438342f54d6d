package io.zkrun.exec;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.core.Bytes;
import io.zkrun.core.ClusterId;
import io.zkrun.core.Command;
import io.zkrun.core.OnLost;
import io.zkrun.core.Outcome;
import io.zkrun.core.RunEnd;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a command finds around it when it starts, and what is said where it cannot start. */
class CommandStartIT {
  private static final String SERVERS = "vm1:2181,vm2:2181/prod";
  private static final Bytes BIG = Bytes.utf8("x".repeat(200_000));

  @TempDir Path dir;
  private Spool spool;

  @BeforeEach
  void open() throws Exception {
    SpoolSettings.Tracking auto = SpoolSettings.Tracking.AUTO;
    spool =
        Spool.open(
            new SpoolSettings(
                dir.resolve("spool"), false, Duration.ofDays(1), 1 << 20, auto, false, SERVERS));
  }

  @AfterEach
  void close() throws Exception {
    spool.close();
    RunFixture.cleanUp(dir.resolve("spool"));
  }

  private static Command argv(String... words) {
    return new Command.Argv(Stream.of(words).map(Bytes::utf8).toList());
  }

  private RunEnd run(String line) throws Exception {
    return run(Command.shell(line), Map.of(), null);
  }

  private RunEnd run(Command command, Map<String, Bytes> env, @Nullable Path cwd) throws Exception {
    Duration kill = Duration.ofMillis(300);
    Bytes in = cwd == null ? null : Bytes.utf8(cwd.toString());
    CompletableFuture<RunEnd> ended = new CompletableFuture<>();
    spool.start(
        new RunRequest(
            RunFixture.key(1),
            ClusterId.parse("c"),
            1,
            "w",
            command,
            env,
            in,
            null,
            null,
            kill,
            100_000,
            OnLost.RERUN),
        new Spool.Listener() {
          @Override
          public void started(long pid, Instant at) {}

          @Override
          public void ended(RunEnd end) {
            ended.complete(end);
          }
        });
    return ended.get(20, TimeUnit.SECONDS);
  }

  private static String stdout(RunEnd end) {
    return end.stdout().kept().lossy();
  }

  private static void assertNotStarted(RunEnd end, int code, String... reason) {
    assertThat(end.outcome()).isEqualTo(Outcome.SPAWN_FAILED);
    assertThat(end.exitCode()).isEqualTo(code);
    assertThat(end.reason()).startsWith("cannot start the command: ").contains(reason);
    assertThat(end.reason()).doesNotContain("setsid", "launch.sh");
  }

  private Path file(String name, String text, String rights) throws Exception {
    Path file = Files.writeString(dir.resolve(name), text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(rights));
  }

  /** Else its {@code kill 0} ends the daemon and all other commands, or the shell beside it. */
  @Test
  void aCommandSignalsItsOwnGroupAtMost() throws Exception {
    RunEnd end =
        run(
            "set -- $(cat /proc/$$/stat); [ \"$$ $$ 0\" = \"$5 $6 $7\" ] || exit 9;"
                + " echo of its own; kill -9 0");
    assertThat(stdout(end)).isEqualTo("of its own\n");
    assertThat(end.outcome()).isEqualTo(Outcome.SIGNALED);
    assertThat(end.signal()).isEqualTo(9);
  }

  @Test
  void aReopenedOutputKeepsEveryLineInOrder() throws Exception {
    RunEnd end =
        run(
            "echo 1 >&2; echo 2 >>/dev/stderr; echo 3 >&2; echo 4 | tee -a /dev/stderr;"
                + " echo 5 >&2; echo 6 >>/dev/stdout; echo 7");
    assertThat(end.stderr().kept()).isEqualTo(Bytes.utf8("1\n2\n3\n4\n5\n"));
    assertThat(end.stdout().kept()).isEqualTo(Bytes.utf8("4\n6\n7\n"));
  }

  /** As with any file: but what comes after it is not written behind a gap of NULs. */
  @Test
  void anOutputThatIsTruncatedByItsCommandGoesOnWithoutAGap() throws Exception {
    RunEnd end = run("echo first >&2; echo mid >/dev/stderr; echo last >&2");
    assertThat(end.stderr().kept()).isEqualTo(Bytes.utf8("mid\nlast\n"));
  }

  /** Else a command that kills whatever bears its name kills what watches over it. */
  @Test
  void noNameOfATaskStandsInTheCommandLineOfWhatWatchesOverIt() throws Exception {
    RunEnd end = run("tr '\\0' ' ' </proc/$PPID/cmdline");
    assertThat(stdout(end)).isEqualTo("/bin/sh ../../launch.sh ");
  }

  @Test
  void whatIsTooLongForTheKernelIsSaidToBe() throws Exception {
    assertNotStarted(
        run(argv("printf", "%s", "" + BIG), Map.of(), null), 126, "Argument list too long");
    String[] many = Stream.generate(() -> "x".repeat(100_000)).limit(100).toArray(String[]::new);
    many[0] = "true";
    assertNotStarted(run(argv(many), Map.of(), null), 126, "Argument list too long");
  }

  @Test
  void aVariableThatIsTooLongForTheKernelIsSaidToBe() throws Exception {
    assertNotStarted(run(argv("true"), Map.of("BIG", BIG), null), 126, "Argument list too long");
    assertNotStarted(run(argv("true"), Map.of("b.g", BIG), null), 126, "Argument list too long");
  }

  @Test
  void aLineThatIsTooLongForAnArgumentRuns() throws Exception {
    assertThat(stdout(run("echo begins; : " + BIG + "; echo ends"))).isEqualTo("begins\nends\n");
  }

  @Test
  void aWordWithoutASlashIsNoFileOfTheWorkingFolder() throws Exception {
    Files.createDirectory(dir.resolve("true"));
    assertThat(run(argv("true"), Map.of(), dir).exitCode()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "./gone, 127, ./gone: not found",
    "./folder, 126, ./folder: is a folder",
    "./plain, 126, ./plain: Permission denied",
    "no-such-program, 127, no-such-program: not found",
    "cd, 127, cd: not found",
    "./orphan, 127, not found: the interpreter that ./orphan names",
    "./without, 126, ./without: Permission denied",
  })
  void whyItCannotStartIsSaid(String program, int code, String reason) throws Exception {
    Files.createDirectory(dir.resolve("folder"));
    file("plain", "echo never\n", "rw-------");
    file("orphan", "#!/no/such/interpreter\n", "rwx------");
    file("without", "#!" + dir.resolve("plain") + "\n", "rwx------");
    assertNotStarted(run(argv(program), Map.of(), dir), code, reason);
    assertNotStarted(run(argv(program), Map.of("my.var", Bytes.utf8("1")), dir), code, reason);
  }

  @Test
  void aProgramThatIsFoundButMayNotBeExecutedIsNamed() throws Exception {
    Path plain = file("plain", "echo never\n", "rw-------");
    Map<String, Bytes> path = Map.of("PATH", Bytes.utf8("/no/such:" + dir));
    assertNotStarted(run(argv("plain"), path, null), 126, plain + ": Permission denied");
  }

  @Test
  void aScriptWithoutAnInterpreterRunsInAShell() throws Exception {
    file("script", "echo \"$#\" from a shell\n", "rwx------");
    assertThat(stdout(run(argv("./script", "a b"), Map.of(), dir))).isEqualTo("1 from a shell\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "setsid /no/such/program | 127",
        "echo 'setsid: failed to execute /no/such: No such file or directory' >&2; exit 127 | 127",
        "echo /bin/sh: gone >&2; exit 126 | 126",
        "setsid /bin/sh-beside | 127",
        "echo 'setsid: failed to execute /opt/bin/sh: Permission denied' >&2; exit 126 | 126",
      })
  void whatACommandSaysOfOthersIsNoFailureOfItsStart(String line, int code) throws Exception {
    RunEnd end = run(line);
    assertThat(end.outcome()).isEqualTo(Outcome.EXITED);
    assertThat(end.exitCode()).isEqualTo(code);
    assertThat(end.stderr().bytes()).isPositive();
  }

  @Test
  void thePathOfATaskIsItsOwnAlone() throws Exception {
    file("env", "#!/bin/sh\necho foreign\n", "rwx------");
    file("a=b", "#!/bin/sh\necho \"$V $run\"; /usr/bin/env\n", "rwx------");
    for (String path : new String[] {"/no/such", dir.toString()}) {
      Map<String, Bytes> env =
          Map.of(
              "PATH", Bytes.utf8(path),
              "my.var", Bytes.utf8("1"),
              "-x", Bytes.utf8("2"),
              "run", Bytes.utf8("3"),
              "V", Bytes.utf8("it's"));
      assertThat(stdout(run(argv("/usr/bin/env"), env, null)).lines())
          .contains("PATH=" + path, "my.var=1", "-x=2", "run=3", "V=it's");
      assertThat(stdout(run(argv("./a=b"), env, dir))).startsWith("it's 3\n");
    }
  }

  @Test
  void aZkrunInACommandFindsItsCluster() throws Exception {
    assertThat(stdout(run("echo $ZKRUN_CONNECT"))).isEqualTo(SERVERS + "\n");
    Map<String, Bytes> other = Map.of("ZKRUN_CONNECT", Bytes.utf8("elsewhere"));
    assertThat(stdout(run(Command.shell("echo $ZKRUN_CONNECT"), other, null)))
        .isEqualTo(SERVERS + "\n");
  }
}
