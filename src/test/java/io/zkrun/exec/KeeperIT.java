package io.zkrun.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The lease is kept also while the daemon is dead or stopped. */
class KeeperIT {
  @TempDir Path dir;
  private Path spool;
  private final List<DaemonJvm> daemons = new ArrayList<>();
  private final List<Process> bystanders = new ArrayList<>();

  @BeforeEach
  void nameTheSpool() {
    spool = dir.resolve("spool");
  }

  @AfterEach
  void cleanUp() throws Exception {
    for (DaemonJvm daemon : daemons) {
      daemon.kill();
    }
    for (Process bystander : bystanders) {
      bystander.destroyForcibly().waitFor();
    }
    RunFixture.cleanUp(spool);
  }

  private DaemonJvm daemon() throws Exception {
    DaemonJvm daemon = new DaemonJvm(spool);
    daemons.add(daemon);
    daemon.hear("open");
    return daemon;
  }

  private static ConditionFactory soon() {
    return await().atMost(Duration.ofSeconds(8)).pollInterval(Duration.ofMillis(20));
  }

  private List<Long> keepers() {
    return ProcessHandle.allProcesses()
        .map(ProcessHandle::pid)
        .filter(pid -> RunFixture.holds(pid, "cmdline", spool + "/keeper.sh\0"))
        .filter(pid -> !RunFixture.isGone(pid))
        .toList();
  }

  private void awaitKeepers(int count) {
    soon().until(() -> keepers().size() == count);
  }

  /** Starts a command that ignores SIGTERM, or not, and gives the pid of its last process. */
  private long sleeper(DaemonJvm daemon, int number, String onLost, String before)
      throws Exception {
    Path file = dir.resolve("pid" + number);
    daemon.start(
        number,
        onLost,
        before + "setsid -f sh -c 'echo $$ >" + file + "; exec sleep 300'" + "; sleep 300; exit 0");
    soon().until(() -> Files.exists(file) && Files.readString(file).endsWith("\n"));
    return Long.parseLong(Files.readString(file).trim());
  }

  @ParameterizedTest
  @ValueSource(strings = {"KILL", "STOP"})
  void endsAllButHoldPastTheLease(String signal) throws Exception {
    DaemonJvm daemon = daemon();
    awaitKeepers(1);
    long rerun = sleeper(daemon, 1, "RERUN", "");
    long fail = sleeper(daemon, 2, "FAIL", "trap '' TERM; ");
    long hold = sleeper(daemon, 3, "HOLD", "");
    daemon.tell("lease 1000 1500");
    soon().until(() -> Files.exists(spool.resolve("deadline")));
    daemon.signal(signal);
    soon().until(() -> RunFixture.isGone(rerun) && RunFixture.isGone(fail));
    soon().until(() -> marked(1) && marked(2));
    assertThat(RunFixture.isGone(hold)).isFalse();
    assertThat(marked(3)).isFalse();
    daemon.kill();
    DaemonJvm next = daemon();
    for (int number = 1; number <= 3; number++) {
      next.tell("adopt " + number);
    }
    assertThat(next.hear("ended 1 ")).isEqualTo("ended 1 LOST null null");
    assertThat(next.hear("ended 2 ")).isEqualTo("ended 2 LOST null null");
    next.hear("started 3 ");
    assertThat(RunFixture.isGone(hold)).isFalse();
  }

  private boolean marked(int number) {
    return RunFolder.of(spool, RunFixture.key(number)).has("lease");
  }

  /** A trap's own commands are how it ends: the rounds of the keeper ask each but once. */
  @Test
  void whatATrapStartsIsLeftToTidyUp() throws Exception {
    DaemonJvm daemon = daemon();
    awaitKeepers(1);
    Path tidied = dir.resolve("tidied");
    String tidy =
        "i=0; while [ $i -lt 15 ]; do sh -c \"sleep 0.1; echo $i >>"
            + tidied
            + "\"; i=$((i+1)); done; exit 4";
    Path ready = dir.resolve("ready");
    daemon.start(1, "RERUN", "trap '" + tidy + "' TERM; : >" + ready + "; sleep 300 & wait");
    soon().until(() -> Files.exists(ready));
    daemon.tell("lease 1000 60000");
    soon().until(() -> Files.exists(spool.resolve("deadline")));
    daemon.kill();
    soon().until(() -> RunFolder.of(spool, RunFixture.key(1)).exitCode() != null);
    assertThat(RunFolder.of(spool, RunFixture.key(1)).exitCode()).isEqualTo(4);
    assertThat(Files.readAllLines(tidied)).hasSize(15);
  }

  @Test
  void newDeadlineStopsIt() throws Exception {
    DaemonJvm daemon = daemon();
    long first = sleeper(daemon, 1, "RERUN", "");
    daemon.tell("lease 300 600");
    soon().until(() -> RunFixture.isGone(first));
    daemon.hear("ended 1 LOST");
    String before = Files.readString(spool.resolve("deadline"));
    daemon.tell("lease 60000 60000");
    soon().until(() -> !Files.readString(spool.resolve("deadline")).equals(before));
    long second = sleeper(daemon, 2, "RERUN", "");
    long keeper = keepers().get(0);
    daemon.kill();
    // Two more rounds of the keeper, each of which starts a process of its own.
    List<Long> rounds = new ArrayList<>();
    soon()
        .until(
            () -> {
              ProcessHandle.of(keeper).stream()
                  .flatMap(ProcessHandle::children)
                  .map(ProcessHandle::pid)
                  .filter(pid -> !rounds.contains(pid))
                  .forEach(rounds::add);
              return rounds.size() >= 3;
            });
    assertThat(RunFixture.isGone(second)).isFalse();
    assertThat(marked(2)).isFalse();
  }

  @Test
  void endsByItselfWhenNothingRunsAndLeavesNoCgroup() throws Exception {
    DaemonJvm daemon = daemon();
    awaitKeepers(1);
    long task = sleeper(daemon, 1, "RERUN", "");
    daemon.tell("lease 1000 1500");
    soon().until(() -> Files.exists(spool.resolve("deadline")));
    String id = Files.readString(spool.resolve("spool-id")).trim();
    daemon.kill();
    soon().until(() -> RunFixture.isGone(task));
    awaitKeepers(0);
    assertThat(RunFixture.groups(id)).isEmpty();
  }

  @Test
  void endsByItselfWhenTheSpoolIsGone() throws Exception {
    DaemonJvm daemon = daemon();
    awaitKeepers(1);
    Removal.of(spool);
    awaitKeepers(0);
    daemon.kill();
  }

  @Test
  void runsOfRemovedSpoolStillEndWithTheLease() throws Exception {
    DaemonJvm daemon = daemon();
    awaitKeepers(1);
    long command = sleeper(daemon, 1, "RERUN", "trap '' TERM; ");
    daemon.tell("lease 1000 1500");
    soon().until(() -> Files.exists(spool.resolve("deadline")));
    List<Long> before = rounds();
    soon().until(() -> !rounds().isEmpty() && !rounds().equals(before));
    daemon.signal("STOP");
    String id = RunFolder.read(spool.resolve("spool-id"));
    Removal.of(spool);
    try {
      soon().until(() -> RunFixture.isGone(command));
      awaitKeepers(0);
    } finally {
      Files.createDirectories(spool);
      Files.writeString(spool.resolve("spool-id"), id);
    }
  }

  private List<Long> rounds() {
    return keepers().stream()
        .flatMap(pid -> ProcessHandle.of(pid).stream())
        .flatMap(ProcessHandle::children)
        .map(ProcessHandle::pid)
        .toList();
  }

  @Test
  void oneKeeperOutlivesItsDaemonsAndTheirControlC() throws Exception {
    DaemonJvm daemon = daemon();
    awaitKeepers(1);
    long keeper = keepers().get(0);
    long command = sleeper(daemon, 1, "RERUN", "trap '' INT; ");
    daemon.tell("lease 60000 60000");
    soon().until(() -> Files.exists(spool.resolve("deadline")));
    daemon.signalGroup("INT");
    // Where the tests themselves were started with SIGINT ignored, so is the daemon.
    daemon.kill();
    assertThat(keepers()).containsExactly(keeper);
    DaemonJvm next = daemon();
    assertThat(keepers()).containsExactly(keeper);
    next.tell("adopt 1");
    next.hear("started 1 ");
    String before = Files.readString(spool.resolve("deadline"));
    next.tell("lease 1000 1500");
    soon().until(() -> !Files.readString(spool.resolve("deadline")).equals(before));
    next.kill();
    soon().until(() -> RunFixture.isGone(command));
  }

  @Test
  void leaderlessTreeEndsWithTheLease() throws Exception {
    DaemonJvm daemon = daemon();
    awaitKeepers(1);
    Path file = dir.resolve("pid1");
    long shell = daemon.start(1, "RERUN", "echo $$ >" + file + "; exec sleep 300");
    soon().until(() -> Files.exists(file) && Files.readString(file).endsWith("\n"));
    long command = Long.parseLong(Files.readString(file).trim());
    daemon.tell("lease 1000 1500");
    soon().until(() -> Files.exists(spool.resolve("deadline")));
    daemon.kill();
    ProcessHandle.of(shell).ifPresent(ProcessHandle::destroyForcibly);
    soon().until(() -> RunFixture.isGone(command));
    awaitKeepers(0);
  }

  private Process bystander(Map<String, String> env) throws Exception {
    ProcessBuilder sleep = new ProcessBuilder("sleep", "300");
    sleep.environment().putAll(env);
    Process process = sleep.start();
    bystanders.add(process);
    return process;
  }

  private void endWithTheLease(DaemonJvm daemon, long command) throws Exception {
    daemon.tell("lease 1000 1500");
    soon().until(() -> Files.exists(spool.resolve("deadline")));
    daemon.kill();
    soon().until(() -> RunFixture.isGone(command));
    awaitKeepers(0);
  }

  /** Anybody may give a process of his own a cookie. */
  @ParameterizedTest
  @ValueSource(strings = {" ", "\n"})
  void noCookieNamesAnotherProcess(String between) throws Exception {
    DaemonJvm daemon = daemon();
    awaitKeepers(1);
    long command = sleeper(daemon, 1, "RERUN", "trap '' TERM; ");
    Process other = bystander(Map.of());
    String start = RunFolder.read(spool.resolve("spool-id")).trim() + "/lease/";
    String run = RunFolder.of(spool, RunFixture.key(1)).name();
    String forged = "/proc/" + other.pid() + "/environ:ZKRUN_COOKIE=" + start + run;
    Process carrier = bystander(Map.of("ZKRUN_COOKIE", start + run + between + forged));
    endWithTheLease(daemon, command);
    assertThat(other.isAlive()).isTrue();
    assertThat(carrier.isAlive()).isTrue();
  }

  /**
   * Says by PR_SET_MM_MAP that its environment is elsewhere, and 256 GiB long, of which the
   * beginning is as it was. Any user may.
   */
  private static final String CLAIM =
      """
      import ctypes, struct, sys, time
      libc = ctypes.CDLL(None, use_errno=True)
      libc.mmap.restype = libc.sbrk.restype = ctypes.c_void_p
      size = 256 << 30
      at = libc.mmap(None, ctypes.c_size_t(size), 3, 0x4022, -1, ctypes.c_long(0))
      own = open('/proc/self/environ', 'rb').read()
      ctypes.memmove(at, own, len(own))
      stat = open('/proc/self/stat').read().rpartition(')')[2].split()
      start_code, end_code, stack, start_data, end_data, start_brk, arg_start, arg_end = (
          int(stat[field - 3]) for field in (26, 27, 28, 45, 46, 47, 48, 49))
      claim = struct.pack('11QQIi', start_code, end_code, start_data, end_data, start_brk,
          libc.sbrk(ctypes.c_long(0)), stack, arg_start, arg_end, at, at + size, 0, 0, -1)
      done = libc.prctl(35, 14, claim, ctypes.c_ulong(len(claim)), ctypes.c_ulong(0)) == 0
      print('claims' if done else 'may not', flush=True)
      time.sleep(300)
      """;

  private Process claimer(Map<String, String> env) throws Exception {
    ProcessBuilder python = new ProcessBuilder("python3", "-c", CLAIM);
    python.redirectError(dir.resolve("claimer.err").toFile());
    python.environment().putAll(env);
    Process process = python.start();
    bystanders.add(process);
    assumeTrue(
        "claims".equals(process.inputReader().readLine()),
        "no process can claim another environment here");
    return process;
  }

  @Test
  void anEndlessEnvironmentHoldsUpNothingAndIsKnownByHowItBegins() throws Exception {
    assumeTrue(hasPython(), "python3 with ctypes is not installed");
    DaemonJvm daemon = daemon();
    awaitKeepers(1);
    long command = sleeper(daemon, 1, "RERUN", "trap '' TERM; ");
    String id = RunFolder.read(spool.resolve("spool-id")).trim();
    String run = RunFolder.of(spool, RunFixture.key(1)).name();
    Process other = claimer(Map.of());
    Process held = claimer(Map.of("ZKRUN_COOKIE", id + "/hold/" + run));
    Process ours = claimer(Map.of("ZKRUN_COOKIE", id + "/lease/" + run));
    endWithTheLease(daemon, command);
    soon().until(() -> !ours.isAlive());
    assertThat(other.isAlive()).isTrue();
    assertThat(held.isAlive()).isTrue();
  }

  private static boolean hasPython() throws Exception {
    return new ProcessBuilder("sh", "-c", "python3 -c 'import ctypes'").start().waitFor() == 0;
  }

  /** What stands in place of its files must not keep the others alive, nor itself. */
  @Test
  void endsAllThoughACommandPutFifosInPlaceOfItsFiles() throws Exception {
    DaemonJvm daemon = daemon();
    awaitKeepers(1);
    String fifos = "for f in meta pid exit; do rm -f ../$f; mkfifo ../$f; done; ";
    long first = sleeper(daemon, 1, "RERUN", fifos);
    long second = sleeper(daemon, 2, "RERUN", "trap '' TERM; ");
    daemon.tell("lease 1000 1500");
    soon().until(() -> Files.exists(spool.resolve("deadline")));
    daemon.kill();
    soon().until(() -> RunFixture.isGone(first) && RunFixture.isGone(second));
    soon().until(() -> marked(2));
    awaitKeepers(0);
  }

  /** The keeper has begun to look for what to end when a late daemon renews the lease after all. */
  @Test
  void aLeaseThatIsRenewedBeforeAnythingWasSignalledEndsNothing() throws Exception {
    Path programs = Files.createDirectory(dir.resolve("bin"));
    Path renewed = dir.resolve("renewed");
    Path grep = programs.resolve("grep");
    Files.writeString(
        grep,
        "#!/bin/sh\necho 99999999999 99999999999 >deadline.new && mv deadline.new deadline\n: >"
            + renewed
            + "\nexec /usr/bin/env PATH=/usr/bin:/bin grep \"$@\"\n");
    assertThat(grep.toFile().setExecutable(true)).isTrue();
    DaemonJvm daemon = new DaemonJvm(spool, "env", "PATH=" + programs + ":/usr/bin:/bin");
    daemons.add(daemon);
    daemon.hear("open");
    awaitKeepers(1);
    Path go = dir.resolve("go");
    daemon.start(1, "RERUN", "until [ -e " + go + " ]; do sleep 0.05; done; exit 5");
    daemon.tell("lease 500 60000");
    soon().until(() -> Files.exists(renewed));
    List<Long> before = rounds();
    soon().until(() -> !rounds().isEmpty() && !rounds().equals(before));
    Files.createFile(go);
    assertThat(daemon.hear("ended 1 ")).isEqualTo("ended 1 EXITED 5 null");
  }
}
