package io.zkrun.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code zkrun zookeeper} and {@code zkrun zkcli} as processes, three servers on loopback. */
class ZookeeperCommandIT {
  private static final int SERVERS = 3;

  @TempDir Path dir;

  private Fleet fleet;
  private final List<Integer> clientPorts = new ArrayList<>();

  @BeforeEach
  void make() throws IOException {
    fleet = new Fleet(dir);
    StringBuilder servers = new StringBuilder();
    for (int id = 1; id <= SERVERS; id++) {
      servers.append("server.").append(id).append("=127.0.0.1:").append(Fleet.freePort());
      servers.append(':').append(Fleet.freePort()).append('\n');
      clientPorts.add(Fleet.freePort());
    }
    for (int id = 1; id <= SERVERS; id++) {
      Path data = Files.createDirectory(dir.resolve("data" + id));
      Files.writeString(data.resolve("myid"), id + "\n");
      Files.writeString(
          config(id),
          "tickTime=500\ninitLimit=40\nsyncLimit=10\ndataDir="
              + data
              + "\nclientPort="
              + clientPorts.get(id - 1)
              + "\n"
              + servers);
    }
  }

  @AfterEach
  void end() {
    fleet.close();
  }

  private Path config(int id) {
    return dir.resolve("zoo" + id + ".cfg");
  }

  private Proc start(int id) {
    return fleet.daemon("zookeeper" + id, List.of("zookeeper", "--config", config(id).toString()));
  }

  private Ran zkrun(String... words) {
    return Ran.of(dir, new byte[0], Map.of(), Fleet.client(List.of(words)));
  }

  private String connect() {
    return "127.0.0.1:" + clientPorts.get(0) + ",127.0.0.1:" + clientPorts.get(1);
  }

  @Test
  void serversWaitServeAndStop() {
    Proc one = start(1);
    one.awaitLog("waits for a quorum (2 of 3 servers); no election channel to 127.0.0.1:");
    assertThat(one.log()).contains("(2: refused, nothing listens there)").doesNotContain("\tat ");
    Proc two = start(2);
    one.awaitLog("ready: serves at port " + clientPorts.get(0) + " as ");
    two.awaitLog("ready: serves at port " + clientPorts.get(1) + " as ");

    Ran second = zkrun("zookeeper", "--config", config(1).toString()).expect(78);
    assertThat(second.stderr())
        .contains("another server runs on the data folder " + dir.resolve("data1"))
        .doesNotContain("\tat ");

    zkrun("zkcli", "--connect", connect(), "create", "/prod", "x").expect(0);
    zkrun("zkcli", "--connect", connect() + "/prod", "create", "/below", "a b").expect(0);
    assertThat(zkrun("zkcli", "--connect", connect(), "ls", "-R", "/prod").expect(0).stdout())
        .contains("/prod/below");
    assertThat(zkrun("zkcli", "--connect", connect(), "get", "/none").expect(1).stderr())
        .contains("Node does not exist: /none");
    byte[] lines =
        "get /prod\nget /prod/below\nquit\n".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    Ran typed =
        Ran.of(dir, lines, Map.of(), Fleet.client(List.of("zkcli", "--connect", connect())));
    assertThat(typed.expect(0).stdout()).contains("a b");

    two.terminate();
    assertThat(two.awaitExit()).isZero();
    one.awaitLog("serves no longer; looks for a quorum");
    one.terminate();
    assertThat(one.awaitExit()).isZero();
    assertThat(one.log()).contains("SIGTERM: stopping zookeeper", "stopped");
  }

  @Test
  void oneAloneServes() throws IOException {
    String text = Files.readString(config(1)).replaceAll("server.*\n", "");
    Files.writeString(config(1), text);
    Proc one = start(1).awaitLog("ready: serves alone at port " + clientPorts.get(0));
    String connect = "127.0.0.1:" + clientPorts.get(0);
    zkrun("zkcli", "--connect", connect, "create", "/x").expect(0);
    one.terminate();
    assertThat(one.awaitExit()).isZero();
  }

  @Test
  void refusesWhatCannotServe() throws IOException {
    String missing = dir.resolve("none.cfg").toString();
    assertThat(zkrun("zookeeper", "--config", missing).expect(78).stderr())
        .startsWith("zkrun: " + missing + " does not exist; nothing was started");
    assertThat(zkrun("zookeeper", "--config", dir.toString()).expect(78).stderr())
        .contains("cannot be read (Is a directory)");
    Files.writeString(
        config(1), Files.readString(config(1)).replace("dataDir", "dataDri").replace("=500", "=x"));
    Ran ran = zkrun("zookeeper", "--config", config(1).toString()).expect(78);
    assertThat(ran.stderr())
        .contains("2 mistakes keep the ZooKeeper server from starting:")
        .contains("\n  " + config(1) + ":1: tickTime=x is not what ZooKeeper takes here")
        .contains("\n  " + config(1) + ":4: ", "did you mean 'dataDir'?")
        .doesNotContain("\tat ");
    zkrun("zookeeper", "--bogus").expect(64);
    Path example = Files.copy(Path.of("conf/zoo.cfg"), dir.resolve("example.cfg"));
    assertThat(zkrun("zookeeper", "--config", example.toString()).expect(78).stderr())
        .contains("is the example of the tarball", "zkrun ensemble init --servers");
  }

  @Test
  void zkcliWithoutServersIs75() {
    Ran ran =
        zkrun("zkcli", "-Dzookeeper.connect-timeout=1s", "--connect", "127.0.0.1:1", "ls", "/");
    assertThat(ran.expect(75).stderr())
        .contains("cannot reach ZooKeeper at 127.0.0.1:1", "nothing listens there")
        .doesNotContain("\tat ");
    assertThat(zkrun("zkcli", "--bogus", "ls", "/").expect(64).stderr()).contains("--bogus");
    assertThat(zkrun("zkcli", "-server", "x:1", "ls", "/").expect(64).stderr())
        .contains("--connect");
  }
}
