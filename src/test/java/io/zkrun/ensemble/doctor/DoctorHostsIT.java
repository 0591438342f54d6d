package io.zkrun.ensemble.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.jr.ob.JSON;
import io.zkrun.fleet.Proc;
import io.zkrun.fleet.Ran;
import io.zkrun.hosts.Host;
import io.zkrun.hosts.Hosts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The faults that doctor knows, made for real on three hosts: one error each, the right one. A
 * clock that is behind is left to DiagnosisTest. The ensemble is started once, and mended after
 * each fault; server 2 leads, and server 3 is spoilt.
 */
@Tag("namespaces")
@TestInstance(Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DoctorHostsIT {
  private static final String CONFIG = "/var/lib/zookeeper/zoo.cfg";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Hosts hosts = new Hosts(3);
  private final Map<Integer, Proc> servers = new HashMap<>();
  private final Map<Integer, Path> varLib = new HashMap<>();
  private Host vm1;
  private Host vm2;
  private Host vm3;
  private Proc master;
  private Proc worker;

  private static final String ZOO_CFG =
      """
      tickTime=500
      initLimit=20
      syncLimit=5
      dataDir=/var/lib/zookeeper/data
      dataLogDir=/var/lib/zookeeper/log
      clientPort=2181
      server.1=vm1:2888:3888
      server.2=vm2:2888:3888
      server.3=vm3:2888:3888
      4lw.commands.whitelist=srvr,ruok,mntr,stat,conf,isro
      admin.enableServer=false
      maxClientCnxns=500
      autopurge.snapRetainCount=5
      autopurge.purgeInterval=1
      """;

  @BeforeAll
  void layOut() throws IOException {
    for (int id = 1; id <= 3; id++) {
      Path folder = hosts.host(id).ownFolder("/var/lib").resolve("zookeeper");
      varLib.put(id, folder);
      Files.createDirectories(folder.resolve("data"));
      Files.createDirectories(folder.resolve("log"));
      configure(id, ZOO_CFG);
      Files.writeString(folder.resolve("data/myid"), id + "\n");
    }
    vm1 = hosts.host(1).asNobody();
    vm2 = hosts.host(2).asNobody();
    vm3 = hosts.host(3).asNobody();
  }

  @AfterAll
  void removeHosts() {
    hosts.close();
  }

  // ---- the ensemble

  private void configure(int id, String text) {
    write(varLib.get(id).resolve("zoo.cfg"), text);
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Host host(int id) {
    return List.of(vm1, vm2, vm3).get(id - 1);
  }

  private void start(int id) {
    servers.put(id, host(id).startPlainServer(Path.of(CONFIG)));
  }

  private void stop(int id) {
    Proc server = servers.remove(id);
    if (server != null) {
      server.kill();
    }
  }

  private void awaitServing(int id) {
    await("server " + id + " to serve")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> serves(id));
  }

  private boolean serves(int id) {
    return hosts.host(id).run(ask("srvr")).stdout().contains("Mode: ");
  }

  private static final String[] CONNECT = {"/bin/bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/2181"};

  private static String[] ask(String word) {
    return new String[] {
      "/bin/bash",
      "-c",
      "exec 3<>/dev/tcp/127.0.0.1/2181 && printf " + word + " >&3 && timeout 2 cat <&3"
    };
  }

  /** Before each but the first: all is well again. */
  @BeforeEach
  void mend() {
    if (master == null) {
      return;
    }
    hosts.all().forEach(Host::unblock);
    for (int id : new int[] {1, 2, 3}) {
      if (!servers.containsKey(id) || !servers.get(id).isAlive()) {
        start(id);
      }
    }
    for (int id : new int[] {1, 2, 3}) {
      awaitServing(id);
    }
  }

  /** Server 3 with something of its own wrong, and stopped. */
  private void without3() {
    stop(3);
  }

  // ---- what doctor says

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> findings(Ran ran, String severity) {
    try {
      Map<String, Object> document = JSON.std.mapFrom(ran.stdout());
      assertThat(document).containsEntry("schema", 1).containsKey("checks");
      return ((List<Map<String, Object>>) document.get("findings"))
          .stream().filter(each -> each.get("severity").equals(severity)).toList();
    } catch (IOException e) {
      throw new AssertionError(ran.toString(), e);
    }
  }

  private static Ran json(Host on) {
    return on.zkrun("doctor", "--config", CONFIG, "--output", "json");
  }

  /** Exactly one error, in JSON and in words. */
  private static void assertError(Host on, String code, String... words) {
    Ran ran = json(on);
    List<Map<String, Object>> errors = findings(ran, "error");
    assertThat(errors).as("%s", ran).extracting(each -> each.get("code")).containsExactly(code);
    assertThat(ran.code()).isEqualTo(1);
    assertThat(errors.get(0).get("message") + " " + errors.get(0).get("evidence")).contains(words);
    assertThat((String) errors.get(0).get("mend")).isNotBlank();
    assertThat(ran.stderr()).isEmpty();
  }

  private static void assertSound(Ran ran) {
    assertThat(findings(ran, "error")).as("%s", ran).isEmpty();
    assertThat(findings(ran, "warning")).as("%s", ran).isEmpty();
    assertThat(findings(ran, "unseen")).as("%s", ran).isEmpty();
    assertThat(ran.expect(0).stdout()).contains("\"verdict\":\"healthy\"");
  }

  // ---- all is well

  @ParameterizedTest
  @Order(1)
  @ValueSource(strings = {"1 2 3", "1 3 2", "2 1 3", "2 3 1", "3 1 2", "3 2 1"})
  void everyStartOrderMakesAnEnsembleWithoutFalseAlarm(String order) {
    for (String id : order.split(" ")) {
      start(Integer.parseInt(id));
    }
    for (int id = 1; id <= 3; id++) {
      awaitServing(id);
    }
    assertSound(json(host(order.charAt(0) - '0')));
    for (int id = 1; id <= 3; id++) {
      stop(id);
    }
  }

  @Test
  @Order(2)
  void aHealthyEnsembleWithMasterAndWorkerPassesAllChecks() {
    start(1);
    start(2);
    awaitServing(2);
    start(3);
    awaitServing(3);
    String connect = hosts.connect(2181);
    master = vm1.startZkrun("master", "--connect", connect).awaitLog("ready: ");
    worker = startWorker();
    for (Host each : List.of(hosts.host(1), vm1, vm2, vm3)) {
      assertSound(json(each));
    }
    long begun = System.nanoTime();
    Ran ran = vm1.zkrun("doctor", "--config", CONFIG).expect(0);
    System.out.printf("doctor took %d ms%n", (System.nanoTime() - begun) / 1_000_000);
    assertThat(ran.stdout()).contains("all checks passed").doesNotContain("finding", "unseen");
    assertSound(vm2.zkrun("doctor", "--connect", connect, "--output", "json"));
  }

  private Proc startWorker() {
    return vm1.startZkrun(
            "worker",
            "--connect",
            hosts.connect(2181),
            "--name",
            "vm1",
            "--spool",
            vm1.folder().resolve("spool").toString())
        .awaitLog("ready: ");
  }

  // ---- firewalls and networks

  @ParameterizedTest
  @Order(3)
  @CsvSource({
    "2181, drop, firewallDropped",
    "2888, drop, firewallDropped",
    "3888, drop, firewallDropped",
    "2181, reject, firewallRejected",
    "2888, reject, firewallRejected",
    "3888, reject, firewallRejected",
    "3888, prohibit, firewallRejected"
  })
  void aFirewall(int port, String how, String code) {
    switch (how) {
      case "drop" -> vm3.drop(port);
      case "reject" -> vm3.reject(port);
      default -> vm3.prohibit(port);
    }
    assertError(vm1, code, "port " + port, "vm3");
  }

  @Test
  @Order(4)
  void nothingListens() {
    without3();
    assertError(vm1, "nothingListening", "server 3 (vm3) does not run");
    assertError(vm3, "nothingListening", "server 3 (vm3) does not run");
    Ran words = vm1.zkrun("doctor", "--config", CONFIG).expect(1);
    assertThat(words.stdout())
        .contains("1. ERROR nothingListening: ", "   seen: ", "   mend: ", "1 error, 0 warnings");
  }

  @Test
  @Order(4)
  void aServerIsStopped() {
    servers.get(3).signal("STOP");
    try {
      assertError(vm1, "serverNotServing", "hangs");
    } finally {
      servers.get(3).signal("CONT");
    }
  }

  @Test
  @Order(4)
  void aServerServesNobodyWhatItSeesItself() {
    without3();
    hosts
        .host(3)
        .run(
            "iptables",
            "-A",
            "OUTPUT",
            "-o",
            "eth0",
            "-p",
            "tcp",
            "-m",
            "multiport",
            "--dports",
            "2888,3888",
            "-j",
            "DROP")
        .expect(0);
    try {
      start(3);
      await().atMost(PATIENCE).until(() -> !hosts.host(3).run(ask("srvr")).stdout().isEmpty());
      assertError(vm1, "serverNotServing", "vm3");
      assertError(vm3, "firewallDropped", "vm3 itself");
    } finally {
      hosts.host(3).run("iptables", "-F", "OUTPUT").expect(0);
    }
  }

  @Test
  @Order(4)
  void aHostIsCutOff() {
    vm3.cut();
    try {
      assertError(vm1, "hostUnreachable", "vm3");
      assertError(vm3, "hostUnreachable", "cut off");
    } finally {
      vm3.heal();
    }
  }

  @Test
  @Order(4)
  void aServerOfAnotherEnsemble() {
    without3();
    configure(
        3,
        """
        tickTime=500
        dataDir=/var/lib/zookeeper/alone
        clientPort=2181
        admin.enableServer=false
        4lw.commands.whitelist=*
        """);
    try {
      start(3);
      awaitServing(3);
      assertError(vm1, "otherEnsemble", "vm3:2181");
    } finally {
      configure(3, ZOO_CFG);
      stop(3);
    }
  }

  @Test
  @Order(4)
  void somethingThatIsNotZooKeeper() {
    without3();
    try (Proc stranger = vm3.start("stranger", "/usr/bin/python3", "-m", "http.server", "2181")) {
      assertThat(stranger.isAlive()).isTrue();
      await().atMost(PATIENCE).until(() -> hosts.host(3).run(CONNECT).code() == 0);
      assertError(vm1, "notZooKeeper", "vm3:2181");
    }
  }

  @Test
  @Order(4)
  void wordsThatAreNotAllowedAreUnseenAndNoError() {
    without3();
    configure(3, ZOO_CFG.replace("whitelist=srvr,ruok,mntr,stat,conf,isro", "whitelist=ruok"));
    try {
      start(3);
      await().atMost(PATIENCE).until(() -> hosts.host(3).run(ask("ruok")).stdout().equals("imok"));
      Ran ran = json(vm1).expect(0);
      assertThat(findings(ran, "error")).isEmpty();
      assertThat(findings(ran, "unseen"))
          .singleElement()
          .satisfies(
              each -> {
                assertThat(each).containsEntry("code", "wordsNotAllowed");
                assertThat((String) each.get("mend")).contains("4lw.commands.whitelist=srvr");
              });
    } finally {
      configure(3, ZOO_CFG);
      stop(3);
    }
  }

  // ---- clocks and Java

  @Test
  @Order(4)
  void aClockThatIsAhead() {
    assertError(vm1.withClockOff(Duration.ofSeconds(3)), "clockOff", "ahead");
  }

  @Test
  @Order(4)
  void aJavaThatIsTooOld() throws IOException {
    without3();
    Path real = Path.of(System.getProperty("java.home")).toRealPath();
    Path old = Files.createDirectories(vm3.folder().resolve("java-11"));
    for (String each : List.of("bin", "lib", "conf")) {
      Files.createSymbolicLink(old.resolve(each), real.resolve(each));
    }
    Files.writeString(old.resolve("release"), "JAVA_VERSION=\"11.0.2\"\n");
    Proc server =
        vm3.start(
            "old",
            old.resolve("bin/java").toString(),
            "-cp",
            hosts.installation().resolve("conf") + ":" + hosts.installation().resolve("lib") + "/*",
            "org.apache.zookeeper.server.quorum.QuorumPeerMain",
            CONFIG);
    try {
      awaitServing(3);
      assertError(vm3, "javaTooOld", "11.0.2");
    } finally {
      server.kill();
    }
  }

  // ---- files

  @ParameterizedTest
  @Order(5)
  @CsvSource(
      delimiter = '|',
      value = {
        "dataDir=                | dataDri=                | unknownKey    | dataDri",
        "server.3=vm3            | server.2=vm3            | duplicateId   | server.2",
        "server.3=vm3:2888:3888  | server.3=vm3:2888:2888  | samePorts     | 2888",
        "server.1=vm1:2888       | server.1=vm1:2889       | serversDiffer | 2889",
        "server.2=vm2:2888:3888  | #                       | serverMissing | server.2",
        "server.3=vm3:2888:3888  | #                       | serverMissing | server.3",
      })
  void aMistakeInTheFile(String line, String instead, String code, String word) {
    without3();
    configure(3, ZOO_CFG.replace(line, instead));
    try {
      assertError(vm3, code, word, "zoo.cfg");
    } finally {
      configure(3, ZOO_CFG);
    }
  }

  @ParameterizedTest
  @Order(5)
  @CsvSource({"'', myidEmpty", "vm3, myidNotNumber", "7, myidMismatch", "1, myidMismatch"})
  void aWrongMyid(String text, String code) {
    without3();
    Path myid = varLib.get(3).resolve("data/myid");
    write(myid, text);
    try {
      assertError(vm3, code, "myid");
      assertError(hosts.host(3), code, "myid");
    } finally {
      write(myid, "3\n");
    }
  }

  @Test
  @Order(5)
  void noMyid() throws IOException {
    without3();
    Path myid = varLib.get(3).resolve("data/myid");
    Files.delete(myid);
    try (Proc server = vm3.startPlainServer(Path.of(CONFIG))) {
      assertThat(server.awaitExit()).isNotZero();
      assertError(vm3, "myidMissing", "myid");
    } finally {
      write(myid, "3\n");
    }
  }

  @Test
  @Order(5)
  void theSameMyidOnTwoHosts() {
    without3();
    Path myid = varLib.get(3).resolve("data/myid");
    write(myid, "2\n");
    try {
      Ran ran = compared();
      assertThat(findings(ran, "error"))
          .as("%s", ran)
          .extracting(each -> each.get("code"))
          .containsExactly("myidDuplicate");
    } finally {
      write(myid, "3\n");
    }
  }

  private Ran compared() {
    String[] bundles = new String[3];
    for (int id = 1; id <= 3; id++) {
      Path bundle = host(id).folder().resolve("bundle");
      bundles[id - 1] = bundle.toString();
      host(id).zkrun("doctor", "--config", CONFIG, "--bundle", bundles[id - 1]).expect(0);
    }
    return vm1.zkrun("doctor", "--output", "json", "--compare", bundles[0], bundles[1], bundles[2]);
  }

  @Test
  @Order(5)
  void bundlesOfHealthyHostsAreSound() {
    assertSound(compared());
  }

  @Test
  @Order(5)
  void theDataFolderIsMissing() throws IOException {
    without3();
    Path data = varLib.get(3).resolve("data");
    Path away = varLib.get(3).resolve("away");
    Files.move(data, away);
    try {
      assertError(vm3, "dataDirMissing", "/var/lib/zookeeper/data");
    } finally {
      Files.move(away, data);
    }
  }

  @Test
  @Order(5)
  void theDataFolderIsNotWritable() {
    without3();
    hosts.host(3).run("chown", "root:root", "/var/lib/zookeeper/data").expect(0);
    try {
      assertError(vm3, "dataDirNotWritable", "nobody");
      assertError(hosts.host(3), "dataDirNotWritable", "nobody");
    } finally {
      hosts.host(3).run("chown", "nobody", "/var/lib/zookeeper/data").expect(0);
    }
  }

  @Test
  @Order(5)
  void theDataFolderIsFullAndInMemory() throws Exception {
    without3();
    Path full = Files.createDirectories(vm3.folder().resolve("full"));
    root("mount", "-t", "tmpfs", "-o", "size=256k,mode=777", "tmpfs", full.toString());
    try {
      write(full.resolve("myid"), "3\n");
      root("dd", "if=/dev/zero", "of=" + full.resolve("filler"), "bs=1k", "count=250");
      configure(3, ZOO_CFG.replace("/var/lib/zookeeper/data", full.toString()));
      assertError(vm3, "diskFull", full.toString());
      assertThat(findings(json(vm3), "warning"))
          .singleElement()
          .satisfies(each -> assertThat(each).containsEntry("code", "dataDirInTmp"));
    } finally {
      configure(3, ZOO_CFG);
      root("umount", full.toString());
    }
  }

  private static void root(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertThat(process.waitFor()).as("%s", List.of(command)).isZero();
  }

  @Test
  @Order(5)
  void aDamagedSnapshot() throws IOException {
    without3();
    Path newest;
    try (Stream<Path> files = Files.list(varLib.get(3).resolve("data/version-2"))) {
      newest =
          files
              .filter(each -> each.getFileName().toString().startsWith("snapshot."))
              .max(Comparator.comparing(each -> each.toFile().lastModified()))
              .orElseThrow();
    }
    byte[] sound = Files.readAllBytes(newest);
    byte[] damaged = sound.clone();
    damaged[damaged.length / 2] ^= 0x55;
    Files.write(newest, damaged);
    try {
      assertError(vm3, "snapshotCorrupt", newest.getFileName().toString());
    } finally {
      Files.write(newest, sound);
    }
  }

  // ---- names and addresses

  private static String names(String third) {
    return "127.0.0.1 localhost\n10.77.0.1 vm1\n10.77.0.2 vm2\n" + third + "\n";
  }

  @Test
  @Order(6)
  void itsNameIsLoopback() {
    without3();
    vm3.etcHosts(names("127.0.1.1 vm3"));
    try {
      start(3);
      await().atMost(PATIENCE).until(() -> !hosts.host(3).run(ask("srvr")).stdout().isEmpty());
      assertError(vm3, "addressLoopback", "127.0.1.1");
    } finally {
      stop(3);
      vm3.etcHosts(names("10.77.0.3 vm3"));
    }
  }

  @Test
  @Order(6)
  void itsAddressIsNotHere() {
    without3();
    vm3.etcHosts(names("10.77.0.33 vm3"));
    try {
      assertError(vm3, "addressNotHere", "10.77.0.33", "10.77.0.3");
    } finally {
      vm3.etcHosts(names("10.77.0.3 vm3"));
    }
  }

  @Test
  @Order(6)
  void aNameWithoutAddress() {
    vm1.etcHosts(names(""));
    try {
      assertError(vm1, "nameNotResolved", "vm3");
    } finally {
      vm1.etcHosts(names("10.77.0.3 vm3"));
    }
  }

  // ---- zkrun on top

  @Test
  @Order(7)
  void tasksThatNobodyCanRun() {
    String id =
        vm1.zkrun("submit", "--connect", hosts.connect(2181), "--require", "gpu=true", "true")
            .expect(0)
            .stdout()
            .strip();
    assertError(vm2, "tasksWaitForNobody", id, "gpu=true");
    vm1.zkrun("cancel", "--connect", hosts.connect(2181), id).expect(0);
  }

  @Test
  @Order(8)
  void noWorkerNoMasterAndOneByHand() {
    worker.terminate();
    worker.awaitExit();
    assertError(vm2, "noWorkers", "no worker");
    worker = startWorker();
    master.terminate();
    master.awaitExit();
    assertError(vm2, "noMaster", "no master");
    Ran made =
        vm1.run(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            hosts.installation().resolve("lib") + "/*",
            "org.apache.zookeeper.ZooKeeperMain",
            "-server",
            "vm1:2181",
            "create",
            "/master",
            "niubike3:2888");
    assertThat(made.toString()).contains("Created /master");
    assertError(vm2, "masterByHand", "niubike3");
  }

  // ---- no quorum

  @Test
  @Order(9)
  void fewerThanAQuorum() {
    stop(2);
    stop(3);
    await().atMost(PATIENCE).until(() -> !serves(1));
    assertError(vm1, "noQuorum", "2 of 3");
    assertError(vm3, "noQuorum", "2 of 3");
  }
}
