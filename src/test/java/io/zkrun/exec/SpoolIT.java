package io.zkrun.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.zkrun.core.Bytes;
import io.zkrun.core.ClusterId;
import io.zkrun.core.Command;
import io.zkrun.core.EndCause;
import io.zkrun.core.OnLost;
import io.zkrun.core.Outcome;
import io.zkrun.core.Output;
import io.zkrun.core.RunEnd;
import io.zkrun.core.RunKey;
import io.zkrun.core.TaskId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpoolIT {
  @TempDir Path dir;

  private Spool open(SpoolSettings.Tracking tracking) throws Exception {
    Duration age = Duration.ofDays(1);
    return Spool.open(new SpoolSettings(dir, false, age, 1 << 20, tracking, false));
  }

  private static RunRequest request(Command command, Map<String, Bytes> env) {
    RunKey key = new RunKey(new TaskId("task-0000000001"), 1, 2);
    Duration kill = Duration.ofMillis(300);
    return new RunRequest(
        key,
        ClusterId.parse("c"),
        1,
        "w",
        command,
        env,
        null,
        null,
        null,
        kill,
        1000,
        OnLost.RERUN);
  }

  private static CompletableFuture<RunEnd> run(Spool spool, RunRequest request, Runnable started) {
    CompletableFuture<RunEnd> ended = new CompletableFuture<>();
    spool.start(
        request,
        new Spool.Listener() {
          @Override
          public void started(long pid, Instant at) {
            started.run();
          }

          @Override
          public void ended(RunEnd end) {
            ended.complete(end);
          }
        });
    return ended;
  }

  @Test
  void aCommandThatBearsTheNameOfAnErrorIsNotFound() throws Exception {
    Command command =
        new Command.Argv(
            List.of(Bytes.utf8("launch.sh: 9: cannot create stdout: No space left on device")));
    try (Spool spool = open(SpoolSettings.Tracking.AUTO)) {
      RunEnd end = run(spool, request(command, Map.of()), () -> {}).get(20, TimeUnit.SECONDS);
      assertThat(end.outcome()).isEqualTo(Outcome.SPAWN_FAILED);
      assertThat(end.exitCode()).isEqualTo(127);
    }
  }

  /** A disk may fill up before it is renewed for the first time. */
  @Test
  void theFirstLeaseTakesTheSpaceForTheNext() throws Exception {
    long never = Long.MAX_VALUE / 1_000;
    try (Spool spool = open(SpoolSettings.Tracking.AUTO)) {
      spool.deadline(never, never);
      await().until(() -> Files.exists(dir.resolve("deadline")));
      await().until(() -> Files.exists(dir.resolve("deadline.spare")));
      assertThat(dir.resolve("deadline.spare")).hasSameTextualContentAs(dir.resolve("deadline"));
    }
  }

  /** A keeper that is told late ends what innocent tasks run. */
  @Test
  void theLeaseIsHandedOverWhateverHoldsUpTheRuns() throws Exception {
    long never = Long.MAX_VALUE / 1_000;
    CountDownLatch go = new CountDownLatch(1);
    try (Spool spool = open(SpoolSettings.Tracking.AUTO)) {
      CountDownLatch held = new CountDownLatch(1);
      var unused =
          run(
              spool,
              request(Command.shell("exit 0"), Map.of()),
              () -> {
                held.countDown();
                awaitQuietly(go);
              });
      assertThat(held.await(20, TimeUnit.SECONDS)).isTrue();
      spool.deadline(never, never);
      await().until(() -> Files.exists(dir.resolve("deadline")));
    } finally {
      go.countDown();
    }
  }

  private static void awaitQuietly(CountDownLatch go) {
    try {
      go.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Removing a million files takes longer than anybody should wait for a result. */
  @Test
  void anEndIsToldBeforeWhatItLeftIsRemoved() throws Exception {
    RunRequest request = request(Command.shell("touch left; mkdir -m 0 shut"), Map.of());
    Path folder = RunFolder.of(dir, request.key()).dir();
    CompletableFuture<Boolean> wasThere = new CompletableFuture<>();
    try (Spool spool = open(SpoolSettings.Tracking.AUTO)) {
      spool.start(
          request,
          new Spool.Listener() {
            @Override
            public void started(long pid, Instant at) {}

            @Override
            public void ended(RunEnd end) {
              wasThere.complete(Files.exists(folder.resolve("scratch/left")));
            }
          });
      assertThat(wasThere.get(20, TimeUnit.SECONDS)).isTrue();
      await().until(() -> Files.notExists(folder.resolve("scratch")));
      assertThat(folder.resolve("stdout")).exists();
      await().until(() -> isEmpty(dir.resolve("trash")));
    }
  }

  @Test
  void whatADaemonLeftHalfRemovedTheNextOneRemoves() throws Exception {
    Files.createDirectories(dir.resolve("trash/1-scratch/a"));
    Files.createFile(dir.resolve("trash/1-scratch/a/b"));
    try (Spool spool = open(SpoolSettings.Tracking.AUTO)) {
      assertThat(spool.found()).isEmpty();
      await().until(() -> isEmpty(dir.resolve("trash")));
    }
  }

  /** Both measure the same: else what was cut on its way to ZooKeeper would be nowhere. */
  @ParameterizedTest
  @ValueSource(
      strings = {"head -c 900 /dev/urandom", "i=0; while [ $((i += 1)) -le 450 ]; do echo a; done"})
  void whatIsLongerAsWrittenThanAsReadStaysWholeInTheSpool(String line) throws Exception {
    RunRequest request = request(Command.shell(line), Map.of());
    Path file = RunFolder.of(dir, request.key()).dir().resolve("stdout");
    try (Spool spool = open(SpoolSettings.Tracking.AUTO)) {
      Output out = run(spool, request, () -> {}).get(20, TimeUnit.SECONDS).stdout();
      assertThat(out.truncated()).isTrue();
      assertThat(out.file()).isEqualTo(file.toString());
      assertThat(out.kept().length()).isLessThan((int) out.bytes());
      spool.delivered(request.key());
      await().until(() -> Files.exists(file.resolveSibling(Retention.MARK)));
      assertThat(file).hasSize(out.bytes());
    }
  }

  @Test
  void outputsThatTheResultDoesNotHoldStay() throws Exception {
    RunRequest request = request(Command.shell("echo hi"), Map.of());
    Path file = RunFolder.of(dir, request.key()).dir().resolve("stdout");
    try (Spool spool = open(SpoolSettings.Tracking.AUTO)) {
      RunEnd unused = run(spool, request, () -> {}).get(20, TimeUnit.SECONDS);
      spool.keepOutputs(request.key());
      spool.delivered(request.key());
      await().until(() -> Files.exists(file.resolveSibling(Retention.MARK)));
      assertThat(file).hasContent("hi");
    }
  }

  /** An open that waits for another end would be the end of all that the spool does. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "mkfifo $f",
        "mkdir -p $f/x",
        "ln -s /dev/zero $f",
        "ln -s /proc/self/fd/0 $f",
        "truncate -s 9G $f",
        "echo 99999999999999999999 =x end >$f"
      })
  void noFileThatACommandReplacesHoldsUpTheSpool(String replace) throws Exception {
    String files = "stdout stderr diag failed lease ungrouped asked cause result keep delivered";
    String line = "cd ..; for f in " + files + "; do rm -rf $f; " + replace + "; done; exit 3";
    RunRequest request = request(Command.shell(line), Map.of());
    try (Spool spool = open(SpoolSettings.Tracking.AUTO)) {
      RunEnd end = run(spool, request, () -> {}).get(20, TimeUnit.SECONDS);
      assertThat(end.stdout().kept().length()).isLessThan(2000);
      spool.keepOutputs(request.key());
      spool.end(request.key(), EndCause.CANCELLED, Duration.ZERO);
    }
    try (Spool spool = open(SpoolSettings.Tracking.AUTO)) {
      if (!spool.found().isEmpty()) {
        spool.end(request.key(), EndCause.DROPPED, Duration.ZERO);
        spool.delivered(request.key());
      }
      RunKey other = new RunKey(new TaskId("task-0000000002"), 1, 3);
      assertThat(
              run(spool, with(request, other, "exit 4"), () -> {})
                  .get(20, TimeUnit.SECONDS)
                  .exitCode())
          .isEqualTo(4);
    }
  }

  /** Those of the spool itself lie two folders above. */
  @ParameterizedTest
  @ValueSource(strings = {"mkfifo $f", "mkdir -p $f/x", "ln -s /dev/zero $f"})
  void noFileOfTheSpoolThatACommandReplacesHoldsUpTheLease(String replace) throws Exception {
    String files =
        "daemon daemon.new deadline deadline.last deadline.spare keeper keeper.log keeper.sh"
            + " keeper.sh.new launch.sh launch.sh.new lock worker worker.new";
    String line = "cd ../../..; for f in " + files + "; do rm -rf $f; " + replace + "; done";
    RunRequest request = request(Command.shell(line), Map.of());
    try {
      try (Spool spool = Spool.open(SpoolSettings.of(dir))) {
        spool.claim("w");
        spool.deadline(1_000_000_000_000L, 1_000_000_000_010L);
        assertThat(run(spool, request, () -> {}).get(20, TimeUnit.SECONDS).exitCode()).isEqualTo(0);
        spool.deadline(2_000_000_000_000L, 2_000_000_000_010L);
        await()
            .until(
                () ->
                    PlainFile.text(dir.resolve("deadline"))
                        .startsWith("200000000000 200000000001\n"));
      }
      try (Spool spool = Spool.open(SpoolSettings.of(dir))) {
        spool.claim("w");
        RunKey other = new RunKey(new TaskId("task-0000000002"), 1, 3);
        assertThat(
                run(spool, with(request, other, "exit 4"), () -> {})
                    .get(20, TimeUnit.SECONDS)
                    .exitCode())
            .isEqualTo(4);
      }
    } finally {
      RunFixture.cleanUp(dir);
    }
  }

  @Test
  void whatALinkInPlaceOfTheTrashLeadsToIsLeftAlone(@TempDir Path foreign) throws Exception {
    Path file = Files.writeString(foreign.resolve("file"), "x");
    String line = "cd ../../..; rm -rf trash; ln -s '" + foreign + "' trash";
    RunRequest request = request(Command.shell(line), Map.of());
    try (Spool spool = open(SpoolSettings.Tracking.AUTO)) {
      run(spool, request, () -> {}).get(20, TimeUnit.SECONDS);
      spool.delivered(request.key());
      await().until(() -> !Files.isSymbolicLink(dir.resolve("trash")));
    }
    assertThat(file).exists();
  }

  private static RunRequest with(RunRequest like, RunKey key, String line) {
    return new RunRequest(
        key,
        like.cluster(),
        1,
        "w",
        Command.shell(line),
        Map.of(),
        null,
        null,
        null,
        like.killAfter(),
        1000,
        OnLost.RERUN);
  }

  /** The end of its command cannot be recorded then: it must not be waited for either. */
  @ParameterizedTest
  @ValueSource(strings = {"mkfifo ../exit", "mkdir ../exit", "ln -s /dev/zero ../exit"})
  void aCommandThatTakesThePlaceOfItsEndIsLost(String line) throws Exception {
    try (Spool spool = open(SpoolSettings.Tracking.AUTO)) {
      RunEnd end =
          run(spool, request(Command.shell(line), Map.of()), () -> {}).get(20, TimeUnit.SECONDS);
      assertThat(end.outcome()).isEqualTo(Outcome.LOST);
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> inside = Files.list(folder)) {
      return inside.findAny().isEmpty();
    }
  }

  /** It would hold its output in memory for as long as it might have run. */
  @Test
  void theTimeLimitOfAnEndedRunIsForgotten() throws Exception {
    try (SpoolFolder spool = (SpoolFolder) open(SpoolSettings.Tracking.AUTO)) {
      int before = spool.waiting();
      RunRequest with = request(Command.shell("exit 0"), Map.of());
      RunRequest limited =
          new RunRequest(
              with.key(),
              ClusterId.parse("c"),
              1,
              "w",
              with.command(),
              Map.of(),
              null,
              null,
              Duration.ofHours(1),
              with.killAfter(),
              1000,
              OnLost.RERUN);
      RunEnd unused = run(spool, limited, () -> {}).get(20, TimeUnit.SECONDS);
      await().until(() -> spool.waiting() == before);
    }
  }

  /** Else the worker would fail every task that it is given, and being empty be given most. */
  @Test
  void aSpoolThatSomebodyHasCleanedIsMadeAgain() throws Exception {
    try (Spool spool = open(SpoolSettings.Tracking.AUTO)) {
      Files.delete(dir.resolve("tasks"));
      RunEnd end =
          run(spool, request(Command.shell("exit 3"), Map.of()), () -> {})
              .get(20, TimeUnit.SECONDS);
      assertThat(end.outcome()).isEqualTo(Outcome.EXITED);
      assertThat(end.exitCode()).isEqualTo(3);
    }
  }

  /** Else half a character would make all of it look like no text. */
  @Test
  void aCutLeavesNoHalfOfACharacter() throws Exception {
    String command = "printf x; i=0; while [ $i -lt 1000 ]; do printf ü; i=$((i + 1)); done";
    try (Spool spool = open(SpoolSettings.Tracking.AUTO)) {
      RunEnd end =
          run(spool, request(Command.shell(command), Map.of()), () -> {}).get(20, TimeUnit.SECONDS);
      assertThat(end.stdout().truncated()).isTrue();
      assertThat(end.stdout().bytes()).isEqualTo(2001);
      assertThat(end.stdout().kept().asUtf8())
          .hasValueSatisfying(kept -> assertThat(kept).matches("xü+").hasSizeBetween(490, 500));
    }
  }

  /** Else the folder would be closed to all others, as /tmp or a home would be. */
  @Test
  void aFolderOfAnotherUseIsRefusedAndStaysAsItWas() throws Exception {
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.createFile(dir.resolve("letter.txt"));
    assertThatThrownBy(() -> open(SpoolSettings.Tracking.COOKIE))
        .isInstanceOf(SpoolException.class)
        .hasMessageContainingAll(dir.toString(), "letter.txt", "a folder of its own");
    assertThat(dir).isDirectoryContaining("glob:**letter.txt");
    assertThat(dir.resolve("tasks")).doesNotExist();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dir)))
        .isEqualTo("rwxr-xr-x");
  }

  @ParameterizedTest
  @ValueSource(strings = {"letters", "my-own-work", "1-2-", "1-2-delivered!"})
  void whatIsNoRunStaysBelowTasks(String name) throws Exception {
    Path others = Files.createDirectories(dir.resolve("tasks").resolve(name));
    Files.createFile(others.resolve(Retention.MARK));
    Files.setLastModifiedTime(others.resolve(Retention.MARK), FileTime.fromMillis(0));
    try (Spool spool = open(SpoolSettings.Tracking.COOKIE)) {
      assertThat(spool.found()).isEmpty();
      assertThat(others.resolve(Retention.MARK)).exists();
    }
    Files.delete(others.resolve(Retention.MARK));
    try (Spool spool = open(SpoolSettings.Tracking.COOKIE)) {
      assertThat(spool.found()).isEmpty();
      assertThat(others).exists();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "exit 3|EXITED|3|",
        "exit 127|EXITED|127|",
        "exec sh -c 'exit 126'|EXITED|126|",
        "trap 'exit 9' EXIT; exit 1|EXITED|9|",
        "exit 137|EXITED|137|",
        "kill -9 $$|SIGNALED||9",
        "kill -15 $$|SIGNALED||15",
      })
  void exitCodeIsTrue(String line, Outcome outcome, Integer code, Integer signal) throws Exception {
    try (Spool spool = open(SpoolSettings.Tracking.AUTO)) {
      RunEnd end =
          run(spool, request(Command.shell(line), Map.of()), () -> {}).get(20, TimeUnit.SECONDS);
      assertThat(end.outcome()).isEqualTo(outcome);
      assertThat(end.exitCode()).isEqualTo(code);
      assertThat(end.signal()).isEqualTo(signal);
    }
  }

  @Test
  void programThatIsMissingIsNamed() throws Exception {
    try (Spool spool = open(SpoolSettings.Tracking.AUTO)) {
      Command command = new Command.Argv(List.of(Bytes.utf8("no-such-program")));
      RunEnd end = run(spool, request(command, Map.of()), () -> {}).get(20, TimeUnit.SECONDS);
      assertThat(end.outcome()).isEqualTo(Outcome.SPAWN_FAILED);
      assertThat(end.exitCode()).isEqualTo(127);
      assertThat(end.reason()).contains("no-such-program");
    }
  }

  @Test
  void bytesOfEnvironmentAndOutputStayAsTheyAre() throws Exception {
    byte[] all = new byte[255];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) (i + 1);
    }
    try (Spool spool = open(SpoolSettings.Tracking.AUTO)) {
      Command command = Command.shell("printf %s \"$V\"");
      RunEnd end =
          run(spool, request(command, Map.of("V", Bytes.of(all))), () -> {})
              .get(20, TimeUnit.SECONDS);
      assertThat(end.stdout().kept()).isEqualTo(Bytes.of(all));
    }
  }

  @ParameterizedTest
  @EnumSource
  void cancelEndsTheWholeTree(SpoolSettings.Tracking tracking) throws Exception {
    try (Spool spool = open(tracking)) {
      Command command =
          Command.shell("trap '' TERM; nohup sleep 98 & setsid -f sleep 99; sleep 97; sleep 96");
      RunRequest request = request(command, Map.of());
      CompletableFuture<RunEnd> ended =
          run(
              spool,
              request,
              () -> spool.end(request.key(), EndCause.CANCELLED, Duration.ofMillis(300)));
      RunEnd end = ended.get(20, TimeUnit.SECONDS);
      assertThat(end.outcome()).isEqualTo(Outcome.CANCELLED);
      assertThat(end.treeEmptyAt()).isNotNull();
    }
  }

  @Test
  void secondDaemonIsRefused() throws Exception {
    try (Spool spool = open(SpoolSettings.Tracking.COOKIE)) {
      assertThat(spool.found()).isEmpty();
      assertThatThrownBy(() -> open(SpoolSettings.Tracking.COOKIE))
          .isInstanceOf(SpoolException.class)
          .hasMessageContaining(dir.toString())
          .hasMessageContaining("pid " + ProcessHandle.current().pid());
    }
  }
}
