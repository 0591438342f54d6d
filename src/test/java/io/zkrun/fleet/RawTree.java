package io.zkrun.fleet;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.jr.ob.JSON;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZKUtil;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/** ZooKeeper's own client, as somebody who knows nothing of zkrun's code would use it. */
final class RawTree implements AutoCloseable {
  private final ZooKeeper zooKeeper;

  RawTree(String connect) throws Exception {
    zooKeeper = new ZooKeeper(connect, 15_000, event -> {});
    await("a session").until(() -> zooKeeper.getState().isConnected());
  }

  String create(String path, byte[] data, CreateMode mode) throws Exception {
    return zooKeeper.create(path, data, ZooDefs.Ids.OPEN_ACL_UNSAFE, mode);
  }

  String create(String path, String data) throws Exception {
    return create(path, data.getBytes(StandardCharsets.UTF_8), CreateMode.PERSISTENT);
  }

  String createSequential(String path, byte[] data) throws Exception {
    return create(path, data, CreateMode.PERSISTENT_SEQUENTIAL);
  }

  void delete(String path) throws Exception {
    zooKeeper.delete(path, -1);
  }

  /** Deletes it with all below it, also what is made there meanwhile. */
  void deleteAll(String path) throws Exception {
    ZKUtil.deleteRecursive(zooKeeper, path);
  }

  boolean exists(String path) throws Exception {
    return zooKeeper.exists(path, false) != null;
  }

  List<String> children(String path) throws Exception {
    return zooKeeper.getChildren(path, false);
  }

  /** How often children of this znode were made or deleted. */
  int childChanges(String path) throws Exception {
    Stat stat = zooKeeper.exists(path, false);
    return stat == null ? -1 : stat.getCversion();
  }

  String text(String path) throws Exception {
    return new String(zooKeeper.getData(path, false, null), StandardCharsets.UTF_8);
  }

  /** Waits for a task's status. */
  Map<String, Object> awaitStatus(String task) {
    return await("a status of " + task)
        .atMost(Duration.ofSeconds(90))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> status(task), status -> !status.isEmpty());
  }

  private Map<String, Object> status(String task) throws Exception {
    try {
      return JSON.std.mapFrom(text("/tasks/" + task + "/status"));
    } catch (KeeperException.NoNodeException e) {
      return Map.of();
    }
  }

  @Override
  public void close() {
    try {
      zooKeeper.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
