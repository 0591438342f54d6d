package io.zkrun.ensemble.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zkrun.ensemble.FourLetterWords;
import io.zkrun.ensemble.WordAnswer;
import io.zkrun.fleet.Fleet;
import io.zkrun.fleet.Proc;
import io.zkrun.fleet.Ran;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.server.DataTree;
import org.apache.zookeeper.server.persistence.FileSnap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Doctor on real servers at 127.0.0.1 to 127.0.0.3, which need neither root nor namespaces; their
 * data are below a folder for temporary files, which is a warning, and no error.
 */
class DoctorIT {
  private static final String WHITELIST = "4lw.commands.whitelist=srvr,ruok,mntr,stat,conf,isro\n";

  @TempDir static Path dir;
  private static Fleet fleet;
  private static final Map<Integer, Proc> SERVERS = new HashMap<>();
  private static int clientPort;
  private static int peerPort;
  private static int electionPort;

  @BeforeAll
  static void start() throws IOException {
    fleet = new Fleet(dir);
    clientPort = Fleet.freePort();
    peerPort = Fleet.freePort();
    electionPort = Fleet.freePort();
    for (int id = 1; id <= 3; id++) {
      Files.createDirectories(data(id));
      Files.writeString(data(id).resolve("myid"), id + "\n");
      write(id, config(id));
      SERVERS.put(id, server("server-" + id, cfg(id)));
    }
    for (int id = 1; id <= 3; id++) {
      awaitServing(id);
    }
  }

  @AfterAll
  static void stop() {
    fleet.closeWithoutStackTraces();
  }

  // ---- the ensemble

  private static Path data(int id) {
    return dir.resolve("data-" + id);
  }

  private static Path cfg(int id) {
    return dir.resolve("zoo-" + id + ".cfg");
  }

  private static String config(int id) {
    StringBuilder text =
        new StringBuilder(
            "tickTime=500\ninitLimit=20\nsyncLimit=5\nadmin.enableServer=false\n"
                + "maxClientCnxns=500\nautopurge.purgeInterval=1\n"
                + WHITELIST);
    text.append("dataDir=").append(data(id)).append('\n');
    for (int each = 1; each <= 3; each++) {
      text.append("server." + each + "=127.0.0." + each + ":" + peerPort + ":" + electionPort)
          .append(":participant;127.0.0." + each + ":" + clientPort + "\n");
    }
    return text.toString();
  }

  private static void write(int id, String text) {
    try {
      Files.writeString(cfg(id), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Proc server(String name, Path config) {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx256m",
            "-cp",
            System.getProperty("java.class.path"),
            "org.apache.zookeeper.server.quorum.QuorumPeerMain",
            config.toString());
    return fleet.start("zookeeper-" + name, Map.of(), command);
  }

  private static void stopThird() {
    Proc third = SERVERS.remove(3);
    assertThat(third).isNotNull();
    third.kill();
  }

  /** Whatever a test has done to server 3, the next one finds it as it was. */
  @BeforeEach
  void mend() throws IOException {
    Files.writeString(data(3).resolve("myid"), "3\n");
    write(3, config(3));
    if (!SERVERS.containsKey(3)) {
      SERVERS.put(3, server("server-3", cfg(3)));
      awaitServing(3);
    }
  }

  private static void awaitServing(int id) {
    awaitServing("127.0.0." + id, clientPort);
  }

  private static void awaitServing(String host, int port) {
    await("the server at " + host + " to serve")
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () ->
                assertThat(FourLetterWords.ask(host, port, "srvr", Duration.ofSeconds(1)))
                    .as(() -> "logs of the servers: " + logs())
                    .isInstanceOf(WordAnswer.Text.class));
  }

  private static String logs() {
    return SERVERS.values().stream().map(Proc::log).collect(Collectors.joining("\n----\n"));
  }

  // ---- what doctor says

  private static Ran doctor(String... words) {
    List<String> all = new ArrayList<>(List.of("doctor"));
    all.addAll(List.of(words));
    return fleet.run(new byte[0], Map.of(), Fleet.client(all));
  }

  private static Ran json(int id) {
    return doctor("--config", cfg(id).toString(), "--output", "json");
  }

  private static void assertErrors(Ran ran, String... codes) {
    var unused = new DoctorReport(ran).assertErrors(codes);
  }

  // ---- the cases

  @Test
  void aHealthyEnsembleHasNoError() {
    for (int id = 1; id <= 3; id++) {
      Ran ran = json(id);
      assertErrors(ran);
      assertThat(ran.stdout()).startsWith("{\"schema\":1,\"verdict\":");
    }
    assertErrors(doctor("--connect", "127.0.0.2:" + clientPort, "--output", "json"));
    assertThat(doctor("--config", cfg(1).toString()).expect(0).stdout())
        .contains("CHECK", "quorum", "3 of 3 servers serve", "0 errors");
  }

  @Test
  void aServerIsDown() {
    stopThird();
    assertErrors(json(1), "nothingListening");
    assertErrors(json(3), "nothingListening");
    assertThat(doctor("--config", cfg(1).toString(), "--output", "quiet").expect(1).lines())
        .contains("nothingListening");
  }

  @Test
  void aNumberThatIsNone() throws IOException {
    stopThird();
    Files.writeString(data(3).resolve("myid"), "three\n");
    assertErrors(json(3), "myidNotNumber");
  }

  @Test
  void aMisspeltFile() {
    stopThird();
    write(3, config(3).replace("dataDir", "dataDri"));
    Ran ran = json(3);
    assertErrors(ran, "unknownKey");
    assertThat(ran.stdout()).contains("dataDri", "dataDir", "line 8");
  }

  @Test
  void bundlesShowTheSameNumberAndDifferingLines() throws IOException {
    assertErrors(compared());
    write(3, config(3).replace("server.2=127.0.0.2", "server.2=127.0.0.22"));
    assertErrors(compared(), "serversDiffer");
    write(3, config(3));
    Files.writeString(data(3).resolve("myid"), "2\n");
    assertErrors(compared(), "myidDuplicate");
  }

  private static Ran compared() {
    List<String> words = new ArrayList<>(List.of("--output", "json", "--compare"));
    for (int id = 1; id <= 3; id++) {
      String bundle = dir.resolve("bundle-" + id).toString();
      doctor("--config", cfg(id).toString(), "--bundle", bundle).expect(0);
      words.add(bundle);
    }
    return doctor(words.toArray(String[]::new));
  }

  @Test
  void usersMistakes() {
    assertThat(doctor("--config", "/nowhere/zoo.cfg").expect(78).stderr())
        .contains("/nowhere/zoo.cfg does not exist");
    assertThat(doctor("--compare", "/nowhere/bundle").expect(64).stderr())
        .contains("--compare /nowhere/bundle: no such file");
    assertThat(doctor("--compare", cfg(1).toString()).expect(64).stderr()).contains("not a bundle");
    assertThat(doctor("--compare", cfg(1).toString(), "--bundle", "x").expect(64).stderr())
        .contains("leave --bundle");
    assertThat(doctor("--config", cfg(1).toString(), "--bundle", "/nowhere/x").expect(64).stderr())
        .contains("--bundle /nowhere/x");
    assertThat(doctor("--connect", "a b").expect(78).stderr()).contains("--connect");
  }

  // ---- one server alone

  private static String alone(String name, Path data, int port, String... more) throws IOException {
    Path file = dir.resolve(name + ".cfg");
    Files.writeString(
        file,
        "dataDir="
            + data
            + "\nclientPort="
            + port
            + "\nclientPortAddress=127.0.0.1\n"
            + "admin.enableServer=false\ntickTime=500\n"
            + WHITELIST
            + "\n"
            + String.join("\n", more));
    Proc unused = server(name, file);
    awaitServing("127.0.0.1", port);
    return "127.0.0.1:" + port;
  }

  /**
   * As {@code ensemble init --servers HOST} sets it up: the ports for peers are not listened on.
   */
  @Test
  void oneServerThatNamesItselfIsWell() throws Exception {
    Path data = Files.createDirectories(dir.resolve("single"));
    Files.writeString(data.resolve("myid"), "1\n");
    String line = "server.1=127.0.0.1:" + Fleet.freePort() + ":" + Fleet.freePort();
    String unused = alone("single", data, Fleet.freePort(), line);
    Ran ran = doctor("--config", dir.resolve("single.cfg").toString(), "--output", "json");
    assertErrors(ran);
    assertThat(ran.stdout()).contains("{\"name\":\"session\",\"state\":\"passed\"");
  }

  /** Nobody can make 2^30 tasks; a snapshot can say that somebody did. */
  @Test
  void numbersPast2To30() throws Exception {
    Path data = Files.createDirectories(dir.resolve("many/version-2")).getParent();
    DataTree tree = new DataTree();
    tree.createNode("/tasks", new byte[0], List.of(), 0, 1, 1, 1);
    tree.createNode("/workers", new byte[0], List.of(), 0, 2, 2, 2);
    tree.getNode("/tasks").stat.setCversion((1 << 30) + 5);
    tree.lastProcessedZxid = 2;
    FileSnap snapshots = new FileSnap(data.resolve("version-2").toFile());
    snapshots.serialize(
        tree, new ConcurrentHashMap<>(), data.resolve("version-2/snapshot.2").toFile(), true);
    snapshots.close();
    String connect = alone("many", data, Fleet.freePort());
    Ran ran = doctor("--connect", connect, "--output", "json");
    assertErrors(ran, "noMaster", "noWorkers", "counterHigh");
    assertThat(ran.stdout()).contains("the next number is " + ((1L << 30) + 5));
  }

  @Test
  @Tag("slow")
  @SuppressWarnings("try") // close() may be interrupted, and then the test fails.
  void moreTasksThanADefaultReaderCanList() throws Exception {
    int tasks = 56_000;
    String connect = alone("long", dir.resolve("long"), Fleet.freePort());
    try (ZooKeeper zooKeeper = new ZooKeeper(connect, 30_000, event -> {})) {
      await().atMost(Duration.ofSeconds(30)).until(() -> zooKeeper.getState().isConnected());
      String unused =
          zooKeeper.create("/tasks", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
      byte[] task = "true".getBytes(StandardCharsets.UTF_8);
      for (int made = 0; made < tasks; made += 1_000) {
        List<Op> ops = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
          ops.add(
              Op.create(
                  "/tasks/task-", task, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_SEQUENTIAL));
        }
        assertThat(zooKeeper.multi(ops)).hasSize(1_000);
      }
    }
    Ran ran = doctor("--connect", connect, "--output", "json");
    assertErrors(ran, "noMaster", "noWorkers", "tasksTooManyToList");
    assertThat(ran.stdout()).contains("56000 tasks");
  }

  @Test
  void anEvenNumberOfServersIsAWarning() throws IOException {
    String text =
        config(1).replaceAll("server\\.[123]=.*\n", "").replace(data(1).toString(), "/DATA");
    int client = Fleet.freePort();
    int peer = Fleet.freePort();
    int election = Fleet.freePort();
    for (int id = 1; id <= 2; id++) {
      text +=
          "server."
              + id
              + "=127.0.0."
              + id
              + ":"
              + peer
              + ":"
              + election
              + ";127.0.0."
              + id
              + ":"
              + client
              + "\n";
    }
    for (int id = 1; id <= 2; id++) {
      Path data = Files.createDirectories(dir.resolve("even-" + id));
      Files.writeString(data.resolve("myid"), id + "\n");
      Path file = dir.resolve("even-" + id + ".cfg");
      Files.writeString(file, text.replace("/DATA", data.toString()));
      Proc unused = server("even-" + id, file);
    }
    awaitServing("127.0.0.1", client);
    awaitServing("127.0.0.2", client);
    Ran ran = doctor("--config", dir.resolve("even-1.cfg").toString(), "--output", "json");
    assertErrors(ran);
    assertThat(new DoctorReport(ran).findings("warning"))
        .extracting(each -> each.get("code"))
        .contains("evenServers");
  }
}
