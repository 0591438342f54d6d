package io.zkrun.zk;

import io.zkrun.znode.Loop;
import io.zkrun.znode.Tree;
import io.zkrun.znode.TreeEvent;
import java.util.function.Consumer;
import org.apache.zookeeper.client.ConnectStringParser;
import org.apache.zookeeper.common.PathUtils;

/**
 * Opens sessions with a ZooKeeper ensemble.
 *
 * @param connect {@code host:port,host:port/chroot}; a missing chroot is made
 * @param sessionTimeoutMillis wished for; the server bounds it
 * @param juteMaxBufferBytes the longest answer that is read
 */
public record ZkTrees(String connect, int sessionTimeoutMillis, int juteMaxBufferBytes)
    implements Tree.Opener {
  public static final int JUTE_MAX_BUFFER_BYTES_DEFAULT = 64 * 1024 * 1024;

  /**
   * @throws IllegalArgumentException when {@code connect} is not a connect string
   */
  public ZkTrees {
    if (new ConnectStringParser(Chroot.hosts(connect)).getServerAddresses().isEmpty()) {
      throw new IllegalArgumentException("'" + connect + "' names no host");
    }
    Chroot chroot = Chroot.of(connect);
    if (!chroot.path().isEmpty()) {
      PathUtils.validatePath(chroot.path());
    }
  }

  public ZkTrees(String connect, int sessionTimeoutMillis) {
    this(connect, sessionTimeoutMillis, JUTE_MAX_BUFFER_BYTES_DEFAULT);
  }

  @Override
  public ZkTree open(Loop loop, Consumer<TreeEvent> events) {
    return new ZkTree(this, loop, events);
  }
}
