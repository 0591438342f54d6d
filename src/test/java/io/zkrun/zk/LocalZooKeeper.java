package io.zkrun.zk;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.zookeeper.server.ServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;

/** A ZooKeeper server inside this process, on a free loopback port that it keeps when restarted. */
final class LocalZooKeeper implements AutoCloseable {
  /** Sessions are granted 20 of them at most: 4 s. */
  private static final int TICK_MILLIS = 200;

  private final Path folder;
  private final int port;
  private ServerCnxnFactory connections;
  private ZooKeeperServer server;

  LocalZooKeeper(Path folder) throws Exception {
    this.folder = folder;
    start(0);
    port = connections.getLocalPort();
  }

  private void start(int onPort) throws Exception {
    System.setProperty("zookeeper.admin.enableServer", "false");
    server = new ZooKeeperServer(folder.toFile(), folder.toFile(), TICK_MILLIS);
    connections = new NIOServerCnxnFactory();
    connections.configure(new InetSocketAddress(InetAddress.getLoopbackAddress(), onPort), 100);
    connections.startup(server);
  }

  String connect() {
    return "127.0.0.1:" + port;
  }

  void expire(long sessionId) {
    server.closeSession(sessionId);
  }

  void stop() {
    connections.shutdown();
  }

  void restart() throws Exception {
    start(port);
  }

  /** Starts it again with nothing of what it knew. */
  void restartEmpty() throws Exception {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each :
          all.sorted(Comparator.reverseOrder()).filter(p -> !p.equals(folder)).toList()) {
        Files.delete(each);
      }
    }
    start(port);
  }

  @Override
  public void close() {
    stop();
  }
}
