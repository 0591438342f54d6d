package io.zkrun.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How daemons start, stop and start again, and what becomes of their commands. */
class DaemonLifecycleIT {
  private static final Duration STOP_TIME = Duration.ofSeconds(5);

  @TempDir static Path dir;
  private static Fleet fleet;
  private static RawTree raw;
  private static Proc master;

  @BeforeAll
  static void start() throws Exception {
    fleet = new Fleet(dir);
    fleet.zookeeper();
    master = fleet.master();
    raw = fleet.raw();
  }

  @AfterAll
  static void stop() {
    fleet.closeWithoutStackTraces();
  }

  /** A command that tells its pid in one file and exits with 7 once the other is there. */
  private static String command(Path pid, Path go) {
    return "echo $$ >"
        + pid
        + ".new; mv "
        + pid
        + ".new "
        + pid
        + "; while [ ! -e "
        + go
        + " ]; do sleep 0.05; done; exit 7";
  }

  private static long awaitPid(Path file) {
    await(file + " to be written").atMost(Duration.ofSeconds(30)).until(() -> Files.exists(file));
    try {
      return Long.parseLong(Files.readString(file).strip());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void awaitDeath(long pid) {
    await("process " + pid + " to end").atMost(Duration.ofSeconds(20)).until(() -> !Proc.runs(pid));
  }

  private static void submitTo(String worker, String name, String command) {
    fleet.zkrun("submit", "--name", name, "--require", "w=" + worker, command).expect(0);
  }

  private static Proc worker(String name, String... more) {
    List<String> args = new ArrayList<>(List.of("--label", "w=" + name));
    args.addAll(List.of(more));
    return fleet.worker(name, 2, args.toArray(String[]::new));
  }

  /** Its lease outlasts a restart on the slowest machine. */
  private static Proc patientWorker(String name) {
    return worker(name, "-Dworker.lease=60s", "-Dmaster.worker-lost-after=70s");
  }

  /** A worker that may well be refused. */
  private static Proc workerOn(String spool, String name, String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "worker",
                "--connect",
                fleet.connect(),
                "--name",
                name,
                "--spool",
                dir.resolve(spool).toString()));
    words.addAll(List.of(more));
    return fleet.daemon("worker-second", words);
  }

  /** Its exit code. */
  private static int stopsInTime(Proc proc) {
    long from = System.nanoTime();
    proc.terminate();
    int code = proc.awaitExit();
    assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(STOP_TIME);
    return code;
  }

  @Test
  void aStoppedWorkerLeavesItsCommandsToTheNext() throws Exception {
    Path pidFile = dir.resolve("adopt.pid");
    Path go = dir.resolve("adopt.go");
    Proc first = patientWorker("w1");
    submitTo("w1", "adopted", command(pidFile, go));
    long pid = awaitPid(pidFile);

    assertThat(stopsInTime(first)).isZero();
    assertThat(Proc.runs(pid)).as("the command lives on").isTrue();

    Proc second = patientWorker("w1");
    Files.createFile(go);
    Map<String, Object> status = raw.awaitStatus("adopted");
    assertThat(status)
        .containsEntry("outcome", "exited")
        .containsEntry("exitCode", 7)
        .containsEntry("attempt", 1);
    assertThat(raw.children("/tasks/adopted")).containsExactly("status");
    assertThat(stopsInTime(second)).isZero();
  }

  /** With the worker's own setting it would be killed at once. */
  @Test
  void anAdoptedCommandHasTheTimeToEndThatItWasGiven() throws Exception {
    Path pidFile = dir.resolve("slow.pid");
    Path go = dir.resolve("slow.go");
    Path asked = dir.resolve("slow.asked");
    String[] settings = {
      "-Dtask.kill-after=0s", "-Dworker.lease=60s", "-Dmaster.worker-lost-after=70s"
    };
    Proc first = worker("w7", settings);
    String onTerm =
        "trap 'touch %s; until [ -e %s ]; do sleep 0.05; done; echo bye; exit 0' TERM; ";
    fleet
        .zkrun(
            "submit",
            "--name",
            "slow",
            "--require",
            "w=w7",
            "--kill-after",
            "1h",
            onTerm.formatted(asked, go) + command(pidFile, dir.resolve("never")))
        .expect(0);
    awaitPid(pidFile);
    first.kill();

    Proc second = worker("w7", settings);
    raw.create("/tasks/slow/cancel", "{}");
    await("the command to be asked")
        .atMost(Duration.ofSeconds(30))
        .until(() -> Files.exists(asked));
    Files.createFile(go);
    assertThat(raw.awaitStatus("slow"))
        .containsEntry("outcome", "cancelled")
        .extractingByKey("stdout")
        .asString()
        .contains("bye");
    stopsInTime(second);
  }

  @Test
  void whatEndedWhileNoDaemonWatchedIsReportedByTheNext() throws Exception {
    Path pidFile = dir.resolve("meanwhile.pid");
    Path go = dir.resolve("meanwhile.go");
    Proc first = worker("w2");
    submitTo("w2", "meanwhile", command(pidFile, go));
    long pid = awaitPid(pidFile);
    first.kill();
    Files.createFile(go);
    awaitDeath(pid);

    Proc second = worker("w2");
    assertThat(raw.awaitStatus("meanwhile"))
        .containsEntry("outcome", "exited")
        .containsEntry("exitCode", 7)
        .containsEntry("attempt", 1);
    assertThat(raw.children("/tasks/meanwhile")).containsExactly("status");
    stopsInTime(second);
  }

  @Test
  void anInterruptedWorkerEndsItsCommands() throws Exception {
    Path pidFile = dir.resolve("interrupted.pid");
    Proc worker = worker("w3");
    fleet
        .zkrun(
            "submit",
            "--name",
            "interrupted",
            "--require",
            "w=w3",
            "--on-lost",
            "fail",
            command(pidFile, dir.resolve("never")))
        .expect(0);
    long pid = awaitPid(pidFile);
    worker.interrupt();
    assertThat(worker.awaitExit()).isZero();
    assertThat(Proc.runs(pid)).isFalse();
    assertThat(raw.awaitStatus("interrupted"))
        .containsEntry("outcome", "lost")
        .containsEntry("reason", "the worker was stopped");
  }

  @Test
  void aHangupStopsADaemonAsSigtermDoes() throws Exception {
    Path pidFile = dir.resolve("hangup.pid");
    Path go = dir.resolve("hangup.go");
    Proc first = patientWorker("w8");
    submitTo("w8", "hangup", command(pidFile, go));
    long pid = awaitPid(pidFile);
    first.signal("HUP");
    assertThat(first.awaitExit()).isZero();
    assertThat(first.log()).contains("SIGHUP: stopping worker w8", "stopped");
    assertThat(Proc.runs(pid)).as("the command lives on").isTrue();

    Proc second = patientWorker("w8");
    Files.createFile(go);
    assertThat(raw.awaitStatus("hangup")).containsEntry("exitCode", 7).containsEntry("attempt", 1);
    stopsInTime(second);
  }

  /** Both signals come; one that were not ignored would be told of first. */
  @Test
  void aHangupIsIgnoredWhereADaemonWasStartedByNohup() {
    List<String> command = new ArrayList<>(List.of("env", "--ignore-signal=HUP"));
    command.addAll(Fleet.daemonCommand(List.of(), fleet.workerArgs("w9", 1)));
    Proc worker = fleet.start("worker-w9", Map.of(), command).awaitLog("ready: ");
    worker.signal("HUP");
    stopsInTime(worker);
    assertThat(worker.log()).contains("SIGTERM: stopping").doesNotContain("SIGHUP");
  }

  /** The launcher resets what is ignored, so that commands need no program that does. */
  @Test
  void aHangupIsIgnoredWhereTheLauncherHasResetIt() {
    List<String> ignoring = List.of("-Dzkrun.ignored-signals=HUP");
    List<String> command =
        Fleet.daemonCommand(ignoring, fleet.workerArgs("w10", 1, "--label", "w=w10"));
    Proc worker = fleet.start("worker-w10", Map.of(), command).awaitLog("ready: ");
    worker.signal("HUP");
    submitTo("w10", "masks", "set -- $(grep SigIgn /proc/self/status); exit $((0x$2 & 1))");
    assertThat(raw.awaitStatus("masks")).containsEntry("exitCode", 0);
    stopsInTime(worker);
    assertThat(worker.log()).contains("SIGTERM: stopping").doesNotContain("SIGHUP");
  }

  @Test
  void aStoppedMasterIsReplacedAtOnce() {
    Proc standby = fleet.master();
    assertThat(standby.log()).contains("stands by");
    long from = System.nanoTime();
    assertThat(stopsInTime(master)).isZero();
    standby.awaitLog("ready: leads");
    assertThat(Duration.ofNanos(System.nanoTime() - from))
        .as("well before the session of the old one would have ended")
        .isLessThan(Duration.ofSeconds(4));
  }

  @Test
  void aSecondWorkerOnTheSameSpoolIsRefused() {
    Proc holder = worker("w4");
    Proc second = workerOn("spool-w4", "other");
    assertThat(second.awaitExit()).isNotZero();
    assertThat(second.log())
        .contains("zkrun: worker other cannot start")
        .contains(dir.resolve("spool-w4").toString(), "" + holder.pid());
    stopsInTime(holder);
  }

  @Test
  void aSecondWorkerOfTheSameNameIsRefused() {
    Proc holder = worker("w5", "-Dzookeeper.session-timeout.worker=4s");
    String[] soon = {"-Dzookeeper.session-timeout.worker=4s", "-Dzookeeper.connect-timeout=500ms"};
    Proc second = workerOn("spool-elsewhere", "w5", soon);
    assertThat(second.awaitExit()).isNotZero();
    assertThat(second.log())
        .contains("another worker of this name is registered by host '", "process " + holder.pid())
        .contains("--name")
        .contains("does not serve: is not registered: the name is held by another worker")
        .doesNotContain("cannot reach ZooKeeper");
    stopsInTime(holder);
  }

  // ---- standalone

  private static Proc standalone(int port) {
    return fleet.standalone(port, 2, dir.resolve("standalone"));
  }

  @Test
  void standaloneKeepsItsDataAndEndsItsCommands() throws Exception {
    int port = Fleet.freePort();
    String connect = "127.0.0.1:" + port;
    Proc first = standalone(port);
    assertServesLoopbackAlone(port);
    assertThat(fleet.zkrunAt(connect, "run", "--name", "one", "echo hello").expect(0).stdout())
        .isEqualTo("hello\n");
    Path pidFile = dir.resolve("standalone.pid");
    fleet
        .zkrunAt(
            connect,
            "submit",
            "--name",
            "long",
            "--on-lost",
            "fail",
            command(pidFile, dir.resolve("never")))
        .expect(0);
    long pid = awaitPid(pidFile);
    first.terminate();
    assertThat(first.awaitExit()).isZero();
    assertThat(Proc.runs(pid)).as("its command").isFalse();

    Proc second = standalone(port);
    assertThat(fleet.zkrunAt(connect, "output", "one").expect(0).stdout()).isEqualTo("hello\n");
    fleet.zkrunAt(connect, "wait", "long", "--timeout", "20s").expect(69);
    second.terminate();
    assertThat(second.awaitExit()).isZero();
  }

  private static void assertServesLoopbackAlone(int port) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      assertThat(socket.isConnected()).isTrue();
    }
    // Also an address of this machine: a server on all of them would answer.
    InetAddress another = InetAddress.getByAddress(new byte[] {127, 0, 0, 2});
    assertThatThrownBy(() -> new Socket(another, port).close())
        .isInstanceOf(ConnectException.class);
  }

  // ---- run --local

  private static List<String> local(Path temp, String... words) {
    List<String> command = new ArrayList<>(List.of("run", "--local"));
    command.addAll(List.of(words));
    List<String> java = new ArrayList<>(Fleet.client(command));
    java.add(1, "-Djava.io.tmpdir=" + temp);
    return java;
  }

  private static void assertNothingLeft(Path temp) throws IOException {
    try (Stream<Path> left = Files.list(temp)) {
      assertThat(left.filter(path -> !path.getFileName().toString().startsWith("hsperf")))
          .isEmpty();
    }
    assertThat(ProcessHandle.allProcesses().map(DaemonLifecycleIT::commandLine))
        .noneMatch(line -> line.contains(temp.toString()));
  }

  private static String commandLine(ProcessHandle process) {
    return process.info().commandLine().orElse("");
  }

  @Test
  void aLocalRunLeavesNothingBehind() throws Exception {
    Path temp = Files.createDirectory(dir.resolve("local"));
    Path pidFile = dir.resolve("local.pid");
    String escape = "setsid -f sh -c 'echo $$ >" + pidFile + "; exec sleep 300'";
    String wait = "while [ ! -s " + pidFile + " ]; do sleep 0.05; done";
    Ran ran =
        fleet
            .run(
                new byte[0],
                Map.of(),
                local(temp, escape + "; " + wait + "; echo out; echo err >&2; exit 5"))
            .expect(5);
    assertThat(ran.stdout()).isEqualTo("out\n");
    assertThat(ran.stderr()).isEqualTo("err\n");
    assertThat(Proc.runs(awaitPid(pidFile))).as("what ran in the background").isFalse();
    assertNothingLeft(temp);
  }

  @Test
  void aLocalRunGoesByTheSettingsThatItIsGiven() throws Exception {
    Path temp = Files.createDirectory(dir.resolve("local-set"));
    Path config = Files.writeString(dir.resolve("local.conf"), "zkrun.task.output-limit = 10B\n");
    for (String setting : List.of("-Dtask.output-limit=10B", "--config=" + config)) {
      Ran ran = fleet.run(new byte[0], Map.of(), local(temp, setting, "printf 0123456789abcdef"));
      assertThat(ran.expect(0).stderr()).contains("stdout was cut: 10 of 16 bytes");
    }
    assertNothingLeft(temp);
  }

  @Test
  void anInterruptedLocalRunLeavesNothingBehind() throws Exception {
    Path temp = Files.createDirectory(dir.resolve("local-int"));
    Path pidFile = dir.resolve("local-int.pid");
    Proc run =
        fleet.start("local-int", Map.of(), local(temp, command(pidFile, dir.resolve("never"))));
    long pid = awaitPid(pidFile);
    run.interrupt();
    assertThat(run.awaitExit()).isEqualTo(130);
    assertThat(Proc.runs(pid)).isFalse();
    assertThat(run.log()).contains("interrupted; cancelling task");
    assertNothingLeft(temp);
  }
}
