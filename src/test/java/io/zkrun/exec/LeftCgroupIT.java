package io.zkrun.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.zkrun.core.Bytes;
import io.zkrun.core.Command;
import io.zkrun.core.EndCause;
import io.zkrun.core.OnLost;
import io.zkrun.core.Outcome;
import io.zkrun.core.RunEnd;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A command that moves its processes out of its cgroup, as a login session or a scope does. */
class LeftCgroupIT {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @TempDir Path dir;
  private Path elsewhere;
  private Path pid;
  private Spool spool;

  @BeforeEach
  void makeAnotherGroup() throws Exception {
    assumeTrue(RunFixture.hasCgroups(), "there is no cgroup to leave");
    pid = dir.resolve("pid");
    Path own =
        Cgroups.own(
            RunFolder.read(Path.of("/proc/self/mountinfo")),
            RunFolder.read(Path.of("/proc/self/cgroup")));
    elsewhere = own.resolve("elsewhere-" + ProcessHandle.current().pid());
    Files.createDirectories(elsewhere);
  }

  @AfterEach
  void cleanUp() throws Exception {
    if (spool != null) {
      spool.close();
    }
    if (elsewhere != null) {
      Cgroups.members(elsewhere).forEach(ProcessHandle::destroyForcibly);
      await().until(() -> !Cgroups.isPopulated(elsewhere));
      Files.delete(elsewhere);
    }
    RunFixture.cleanUp(dir.resolve("spool"));
  }

  private CompletableFuture<RunEnd> start(boolean leaveBackground, String after) throws Exception {
    return start(1, leaveBackground, elsewhere, after);
  }

  private CompletableFuture<RunEnd> start(
      int number, boolean leaveBackground, Path group, String after) throws Exception {
    spool = open(leaveBackground);
    String line =
        "sh -c 'echo 0 >$OUT && echo $$ >$PID && exec sleep 300' & until [ -s $PID ]; do :; done; "
            + after;
    Map<String, Bytes> env =
        Map.of(
            "OUT", Bytes.utf8(group + "/cgroup.procs"),
            "PID", Bytes.utf8(pid.toString()));
    CompletableFuture<RunEnd> ended = new CompletableFuture<>();
    spool.start(
        RunFixture.request(number, Command.shell(line), env, OnLost.RERUN),
        new Spool.Listener() {
          @Override
          public void started(long shell, Instant at) {}

          @Override
          public void ended(RunEnd end) {
            ended.complete(end);
          }
        });
    return ended;
  }

  private Spool open(boolean leaveBackground) throws Exception {
    return Spool.open(
        new SpoolSettings(
            dir.resolve("spool"),
            leaveBackground,
            Duration.ofDays(1),
            1 << 20,
            SpoolSettings.Tracking.AUTO,
            false));
  }

  private static RunEnd end(CompletableFuture<RunEnd> ended) throws Exception {
    return ended.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
  }

  private long moved() throws Exception {
    await().atMost(LIMIT).until(() -> Files.exists(pid) && RunFolder.read(pid).endsWith("\n"));
    return Long.parseLong(Files.readString(pid).trim());
  }

  @Test
  void itsTaskEndsWellAndNobodyClaimsThatNothingLivesUntilItIsEnded() throws Exception {
    RunEnd end = end(start(false, "exit 0"));
    assertThat(end.outcome()).isEqualTo(Outcome.EXITED);
    assertThat(end.trackedBy()).isEqualTo("cgroup");
    assertThat(end.treeEmptyAt()).isNull();
    long stray = moved();
    await().atMost(Duration.ofSeconds(5)).until(() -> RunFixture.isGone(stray));
  }

  /** Another attempt may follow at once, also elsewhere. */
  @Test
  void isDeadBeforeTheFailureOfItsTaskIsTold() throws Exception {
    RunEnd end = end(start(false, "exit 3"));
    assertThat(RunFixture.isGone(moved())).isTrue();
    assertThat(end.exitCode()).isEqualTo(3);
    assertThat(end.treeEmptyAt()).isNotNull();
    assertThat(end.reason()).contains(moved() + "", "left its cgroup");
  }

  @Test
  void isDeadBeforeTheCancelOfItsTaskIsTold() throws Exception {
    CompletableFuture<RunEnd> ended = start(false, "sleep 300");
    long stray = moved();
    spool.end(RunFixture.key(1), EndCause.CANCELLED, Duration.ofMillis(300));
    assertThat(end(ended).outcome()).isEqualTo(Outcome.CANCELLED);
    assertThat(RunFixture.isGone(stray)).isTrue();
    assertThat(end(ended).treeEmptyAt()).isNotNull();
  }

  /** The group above its own is one that it may move to wherever it may make processes at all. */
  @Test
  void theGroupAboveIsNoHidingPlace() throws Exception {
    spool = open(false);
    Path above = RunFixture.groups(spool.spoolId()).orElseThrow();
    spool.close();
    assertThat(end(start(1, false, above, "exit 0")).exitCode()).isZero();
    long stray = moved();
    await().atMost(Duration.ofSeconds(5)).until(() -> RunFixture.isGone(stray));
  }

  @Test
  void whatADaemonHadNoTimeToEndIsEndedByTheNext() throws Exception {
    Path result = RunFolder.of(dir.resolve("spool"), RunFixture.key(1)).dir().resolve("result");
    CompletableFuture<RunEnd> ended = start(false, "exit 0");
    var unused = ended.thenRun(() -> spool.close());
    end(ended);
    assertThat(result).exists();
    long stray = moved();
    assertThat(RunFixture.isGone(stray)).isFalse();
    spool = open(false);
    await().atMost(Duration.ofSeconds(5)).until(() -> RunFixture.isGone(stray));
  }

  @Test
  void livesOnWhereTheBackgroundMayAlsoUnderADaemonWithoutThatLeave() throws Exception {
    CompletableFuture<RunEnd> ended = start(true, "exit 3");
    assertThat(end(ended).treeEmptyAt()).isNull();
    long left = moved();
    spool.close();
    // It ends what another has left, and so has looked at all.
    pid = dir.resolve("pid2");
    assertThat(end(start(2, false, elsewhere, "exit 0")).exitCode()).isZero();
    long stray = moved();
    await().atMost(Duration.ofSeconds(5)).until(() -> RunFixture.isGone(stray));
    assertThat(RunFixture.isGone(left)).isFalse();
  }
}
