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
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever shape a command gives its processes, none of them is left. */
class TreeKillIT {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @TempDir Path dir;
  private Path pids;
  private Spool spool;

  @BeforeEach
  void writeScripts() throws Exception {
    pids = Files.createDirectory(dir.resolve("pids"));
    Files.writeString(dir.resolve("leaf"), ": >\"$PIDS/$$\"\nexec sleep 300\n");
    Files.writeString(
        dir.resolve("chain"), "trap '' TERM\n: >\"$PIDS/$$\"\nsleep 0.01\nsh \"$0\" &\n");
  }

  @AfterEach
  void cleanUp() throws Exception {
    if (spool != null) {
      spool.close();
    }
    RunFixture.cleanUp(dir.resolve("spool"));
    pids().forEach(pid -> ProcessHandle.of(pid).ifPresent(TreeKillIT::endOurs));
  }

  private static void endOurs(ProcessHandle process) {
    if (RunFixture.holds(process.pid(), "cmdline", "sleep\0" + "300")) {
      process.destroyForcibly();
    }
  }

  /** A name, how many processes tell their pid at least, and the command. */
  private static final Map<String, List<String>> SHAPES =
      Map.of(
          "leader alone", List.of("1", "exec sh $LEAF"),
          "grandchildren", List.of("2", "sh -c 'sh $LEAF & sh -c \"sh $LEAF; :\"; :'; :"),
          "double fork", List.of("2", "(sh $LEAF &); ( (sh $LEAF &) & ); sleep 300; :"),
          "nohup", List.of("1", "nohup sh $LEAF >/dev/null 2>&1 & sleep 300; :"),
          "setsid", List.of("1", "setsid -f sh $LEAF; sleep 300; :"),
          "ignores SIGTERM", List.of("3", "trap '' TERM; sh $LEAF & sh $LEAF & exec sh $LEAF"),
          "fork chain", List.of("10", "trap '' TERM; sh $CHAIN; sleep 300"),
          "500 children",
              List.of(
                  "500",
                  "i=0; while [ $i -lt 500 ]; do sleep 300 & : >$PIDS/$!; i=$((i+1)); done; wait"));

  static Stream<Arguments> shapes() {
    return SHAPES.keySet().stream()
        .sorted()
        .flatMap(
            shape ->
                Stream.of(SpoolSettings.Tracking.values())
                    .map(tracking -> Arguments.of(shape, tracking)));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void cancelLeavesNothing(String shape, SpoolSettings.Tracking tracking) throws Exception {
    List<String> told = SHAPES.getOrDefault(shape, List.of());
    cancel(tracking, told.get(1), Integer.parseInt(told.get(0)));
  }

  /** A trap's own commands are how it ends, and no more of what is to end. */
  @ParameterizedTest
  @EnumSource
  void whatATrapStartsIsLeftToTidyUp(SpoolSettings.Tracking tracking) throws Exception {
    String tidy =
        "i=0; while [ $i -lt 100 ]; do sh -c \"touch $PIDS/../tidy-$i\"; i=$((i+1)); done";
    CompletableFuture<RunEnd> ended =
        start(tracking, false, "trap '" + tidy + "; exit 4' TERM; : >$PIDS/$$; sleep 300 & wait");
    await().atMost(LIMIT).until(() -> pids().size() == 1);
    spool.end(RunFixture.key(1), EndCause.CANCELLED, Duration.ofMinutes(5));
    RunEnd end = ended.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    assertThat(end.exitCode()).isEqualTo(4);
    assertThat(IntStream.range(0, 100).mapToObj(i -> dir.resolve("tidy-" + i)))
        .allMatch(Files::exists);
  }

  @Test
  void cancelEndsWhatHidInEmptyEnvironment() throws Exception {
    assumeTrue(
        RunFixture.hasCgroups(), "only a cgroup finds a detached process without environment");
    String leaf = "env -i setsid -f sh -c ': >\"$0/$$\"; exec sleep 300' $PIDS; sleep 300";
    RunEnd end = cancel(SpoolSettings.Tracking.AUTO, leaf, 1);
    assertThat(end.trackedBy()).isEqualTo("cgroup");
  }

  private RunEnd cancel(SpoolSettings.Tracking tracking, String line, int processes)
      throws Exception {
    CompletableFuture<RunEnd> ended = start(tracking, false, line);
    // On a busy machine five hundred take their time.
    await().atMost(Duration.ofMinutes(3)).until(() -> pids().size() >= processes);
    Instant asked = Instant.now();
    spool.end(RunFixture.key(1), EndCause.CANCELLED, Duration.ofMillis(300));
    RunEnd end = ended.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    assertThat(pids()).allMatch(RunFixture::isGone);
    assertThat(end.outcome()).isEqualTo(Outcome.CANCELLED);
    assertThat(end.treeEmptyAt()).isBetween(asked, Instant.now());
    assertThat(end.trackedBy()).isEqualTo(means(tracking));
    assertStaysGone();
    return end;
  }

  /** Nothing goes on in secret, and no zombie stays either but where init is slow to reap. */
  private void assertStaysGone() {
    int told = pids().size();
    await().atMost(LIMIT).until(() -> pids().stream().allMatch(TreeKillIT::isReaped));
    assertThat(pids()).hasSize(told);
  }

  private static boolean isReaped(long pid) {
    ProcStat stat = ProcStat.of(pid);
    return stat == null || (stat.isZombie() && stat.parent() == 1);
  }

  private static String means(SpoolSettings.Tracking tracking) {
    boolean cgroup = tracking == SpoolSettings.Tracking.AUTO && RunFixture.hasCgroups();
    return cgroup ? "cgroup" : "cookie";
  }

  @ParameterizedTest
  @EnumSource
  void backgroundIsEndedAfterTheLeader(SpoolSettings.Tracking tracking) throws Exception {
    String line = "sh $LEAF & until [ -e $PIDS/$! ]; do :; done; exit 3";
    RunEnd end = start(tracking, false, line).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    assertThat(end.outcome()).isEqualTo(Outcome.EXITED);
    assertThat(end.exitCode()).isEqualTo(3);
    assertThat(end.treeEmptyAt()).isNotNull();
    assertThat(pids()).hasSize(1).allMatch(RunFixture::isGone);
  }

  @ParameterizedTest
  @EnumSource
  void backgroundLivesWhereItMay(SpoolSettings.Tracking tracking) throws Exception {
    String line = "sh $LEAF & until [ -e $PIDS/$! ]; do :; done; exit 3";
    RunEnd end = start(tracking, true, line).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    assertThat(end.exitCode()).isEqualTo(3);
    assertThat(end.treeEmptyAt()).isNull();
    assertThat(pids()).hasSize(1).noneMatch(RunFixture::isGone);
    assertNextDaemonTidiesUp(tracking);
  }

  private void assertNextDaemonTidiesUp(SpoolSettings.Tracking tracking) throws Exception {
    spool.delivered(RunFixture.key(1));
    Path folder = RunFolder.of(dir.resolve("spool"), RunFixture.key(1)).dir();
    await().atMost(LIMIT).until(() -> Files.notExists(folder));
    String id = spool.spoolId();
    spool.close();
    assertThat(pids()).noneMatch(RunFixture::isGone);
    pids().forEach(pid -> ProcessHandle.of(pid).ifPresent(TreeKillIT::endOurs));
    await().atMost(LIMIT).until(() -> pids().stream().allMatch(RunFixture::isGone));
    spool = open(tracking, true);
    spool.close();
    assertThat(RunFixture.groups(id)).isEmpty();
  }

  private CompletableFuture<RunEnd> start(
      SpoolSettings.Tracking tracking, boolean leaveBackground, String line) throws Exception {
    spool = open(tracking, leaveBackground);
    Map<String, Bytes> env =
        Map.of(
            "PIDS", Bytes.utf8(pids.toString()),
            "LEAF", Bytes.utf8(dir.resolve("leaf").toString()),
            "CHAIN", Bytes.utf8(dir.resolve("chain").toString()));
    CompletableFuture<RunEnd> ended = new CompletableFuture<>();
    RunRequest request = RunFixture.request(1, Command.shell(line), env, OnLost.RERUN);
    spool.start(
        request,
        new Spool.Listener() {
          @Override
          public void started(long pid, Instant at) {}

          @Override
          public void ended(RunEnd end) {
            ended.complete(end);
          }
        });
    return ended;
  }

  private Spool open(SpoolSettings.Tracking tracking, boolean leaveBackground) throws Exception {
    Path folder = dir.resolve("spool");
    Duration age = Duration.ofDays(1);
    return Spool.open(new SpoolSettings(folder, leaveBackground, age, 1 << 20, tracking, false));
  }

  private List<Long> pids() {
    String[] names = pids.toFile().list();
    return names == null ? List.of() : Stream.of(names).map(Long::valueOf).sorted().toList();
  }
}
