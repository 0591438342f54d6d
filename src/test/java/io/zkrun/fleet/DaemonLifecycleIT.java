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
    raw = new RawTree(fleet.connect());
  }

  @AfterAll
  static void stop() {
    try {
      fleet.assertNoStackTraces();
    } finally {
      raw.close();
      fleet.close();
    }
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

  /** One that has ended and that nobody has waited for yet does not count. */
  private static boolean lives(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
    } catch (IOException gone) {
      return false;
    }
  }

  private static void awaitDeath(long pid) {
    await("process " + pid + " to end").atMost(Duration.ofSeconds(20)).until(() -> !lives(pid));
  }

  private static void submitTo(String worker, String name, String command) {
    fleet.zkrun("submit", "--name", name, "--require", "w=" + worker, command).expect(0);
  }

  private static Proc worker(String name, String... more) {
    List<String> args = new ArrayList<>(List.of("--label", "w=" + name));
    args.addAll(List.of(more));
    return fleet.worker(name, 2, args.toArray(String[]::new));
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
    Proc first = worker("w1");
    submitTo("w1", "adopted", command(pidFile, go));
    long pid = awaitPid(pidFile);

    assertThat(stopsInTime(first)).isZero();
    assertThat(lives(pid)).as("the command lives on").isTrue();

    Proc second = worker("w1");
    Files.createFile(go);
    Map<String, Object> status = raw.awaitStatus("adopted");
    assertThat(status)
        .containsEntry("outcome", "exited")
        .containsEntry("exitCode", 7)
        .containsEntry("attempt", 1);
    assertThat(raw.children("/tasks/adopted")).containsExactly("status");
    assertThat(stopsInTime(second)).isZero();
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
    assertThat(lives(pid)).isFalse();
    assertThat(raw.awaitStatus("interrupted"))
        .containsEntry("outcome", "lost")
        .containsEntry("reason", "the worker was stopped");
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
    Proc second =
        fleet.daemon(
            "worker-second",
            List.of(
                "worker",
                "--connect",
                fleet.connect(),
                "--name",
                "other",
                "--spool",
                dir.resolve("spool-w4").toString()));
    assertThat(second.awaitExit()).isNotZero();
    assertThat(second.log())
        .contains("zkrun: worker other cannot start")
        .contains(dir.resolve("spool-w4").toString(), "" + holder.pid());
    stopsInTime(holder);
  }

  @Test
  void aSecondWorkerOfTheSameNameIsRefused() {
    Proc holder = worker("w5", "-Dzookeeper.session-timeout.worker=4s");
    Proc second =
        fleet.daemon(
            "worker-second",
            List.of(
                "worker",
                "--connect",
                fleet.connect(),
                "--name",
                "w5",
                "-Dzookeeper.session-timeout.worker=4s",
                "--spool",
                dir.resolve("spool-elsewhere").toString()));
    assertThat(second.awaitExit()).isNotZero();
    assertThat(second.log())
        .contains("another worker of this name is registered by host '", "process " + holder.pid())
        .contains("--name");
    stopsInTime(holder);
  }

  // ---- standalone

  private static Proc standalone(int port) {
    return fleet
        .daemon(
            "standalone",
            List.of(
                "standalone",
                "--port",
                "" + port,
                "--slots",
                "2",
                "--data-dir",
                dir.resolve("standalone").toString()))
        .awaitLog("ready: serves 2 slots at 127.0.0.1:" + port);
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
    assertThat(lives(pid)).as("its command").isFalse();

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
    assertThat(lives(awaitPid(pidFile))).as("what ran in the background").isFalse();
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
    assertThat(lives(pid)).isFalse();
    assertThat(run.log()).contains("interrupted; cancelling task");
    assertNothingLeft(temp);
  }

  // ---- settings

  @Test
  void aDaemonIsWhatItsModeSays() throws Exception {
    Path config = Files.writeString(dir.resolve("mode.conf"), "zkrun { mode = master }\n");
    String connect = fleet.connect() + "/mode";
    Proc byFile =
        fleet
            .daemon("by-file", List.of("daemon", "--config", "" + config, "--connect", connect))
            .awaitLog("ready: leads");
    Proc byDefine =
        fleet
            .daemon(
                "by-define",
                List.of(
                    "daemon",
                    "--config",
                    "" + config,
                    "-Dmode=worker",
                    "-Dzkrun.worker.name=w6",
                    "-Dworker.slots=3",
                    "-Dworker.spool=" + dir.resolve("spool-w6"),
                    "--connect",
                    connect))
            .awaitLog("ready: worker w6 takes 3 at once");
    stopsInTime(byDefine);
    stopsInTime(byFile);
  }

  @Test
  void whereToConnectIsLookedForInOrder() throws Exception {
    String good = fleet.connect();
    String bad = "127.0.0.1:1";
    Path goodFile =
        Files.writeString(dir.resolve("good.conf"), "zkrun.zookeeper.connect = \"" + good + "\"\n");
    Path badFile =
        Files.writeString(
            dir.resolve("bad.conf"),
            "zkrun.zookeeper { connect = \"" + bad + "\", connect-timeout = 1s }\n");
    masters(Map.of("ZKRUN_CONFIG", "" + goodFile), 0);
    masters(Map.of("ZKRUN_CONFIG", "" + badFile), 75);
    masters(Map.of("ZKRUN_CONFIG", "" + badFile, "ZKRUN_CONNECT", good), 0);
    masters(Map.of("ZKRUN_CONFIG", "" + badFile), 0, "--config", "" + goodFile);
    masters(Map.of("ZKRUN_CONNECT", bad), 0, "-Dzookeeper.connect=" + good);
    masters(Map.of("ZKRUN_CONNECT", bad), 0, "--connect", good);
  }

  private static void masters(Map<String, String> env, int code, String... more) {
    List<String> words = new ArrayList<>(List.of("masters"));
    words.addAll(List.of(more));
    fleet.run(new byte[0], env, Fleet.client(words)).expect(code);
  }

  @Test
  void allMistakesOfTheSettingsAreTold() throws Exception {
    Path config =
        Files.writeString(
            dir.resolve("mistaken.conf"),
            "zkrun { mode = boss\n worker { slots = -1, lease = 5 minuts }\n taks {} }\n");
    for (String[] words : new String[][] {{"worker"}, {"list"}, {"config", "check"}}) {
      List<String> all = new ArrayList<>(List.of(words));
      all.addAll(List.of("--config", "" + config));
      Ran ran = fleet.run(new byte[0], Map.of(), Fleet.client(all)).expect(78);
      assertThat(ran.stderr()).contains("mode", "worker.slots", "worker.lease", "taks");
    }
  }
}
