package io.zkrun.ensemble;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StandaloneServerIT {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  @TempDir Path dir;

  @Test
  void whatWasWrittenIsThereAfterARestart() throws Exception {
    try (StandaloneServer server = StandaloneServer.start(ANY_PORT, dir)) {
      ZooKeeper client = client(server);
      byte[] data = "kept".getBytes(StandardCharsets.UTF_8);
      client.create("/a", data, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
      client.close();
    }
    try (StandaloneServer server = StandaloneServer.start(ANY_PORT, dir)) {
      ZooKeeper client = client(server);
      assertThat(client.getData("/a", false, null)).asString().isEqualTo("kept");
      client.close();
    }
  }

  @Test
  void aSecondServerOnTheSameFolderIsRefused() throws Exception {
    try (StandaloneServer first = StandaloneServer.start(ANY_PORT, dir)) {
      assertThat(first.port()).isPositive();
      assertThatThrownBy(() -> StandaloneServer.start(ANY_PORT, dir))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another server already runs on the data folder " + dir);
    }
  }

  @Test
  void aPortThatIsTakenIsNamedAndTheFolderIsFreeAgain() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      InetSocketAddress address =
          new InetSocketAddress(InetAddress.getLoopbackAddress(), taken.getLocalPort());
      assertThatThrownBy(() -> StandaloneServer.start(address, dir))
          .hasMessageContaining(":" + taken.getLocalPort())
          .hasMessageContaining("--port");
    }
    StandaloneServer.start(ANY_PORT, dir).close();
  }

  @Test
  void aFolderThatCannotBeMadeIsNamed() throws Exception {
    Path file = Files.writeString(dir.resolve("file"), "x");
    assertThatThrownBy(() -> StandaloneServer.start(ANY_PORT, file.resolve("data")))
        .hasMessageContaining("cannot make the data folder " + file);
  }

  @Test
  void itLeavesNoThreadBehind() throws Exception {
    Set<Thread> before = Set.copyOf(Thread.getAllStackTraces().keySet());
    StandaloneServer.start(ANY_PORT, dir).close();
    await()
        .untilAsserted(
            () ->
                assertThat(
                        Thread.getAllStackTraces().keySet().stream()
                            .filter(thread -> !before.contains(thread))
                            .map(Thread::getName)
                            .filter(name -> !name.startsWith("awaitility"))
                            .collect(Collectors.toSet()))
                    .isEmpty());
  }

  private static ZooKeeper client(StandaloneServer server) throws IOException {
    return new ZooKeeper("127.0.0.1:" + server.port(), 10_000, event -> {});
  }
}
