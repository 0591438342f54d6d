package io.zkrun.ensemble;

import io.zkrun.config.ConnectString;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/** What the ensemble keeps in its own tree about its members: {@code /zookeeper/config}. */
final class ConfigNode {
  private static final int SESSION_MILLIS = 10_000;

  private ConfigNode() {}

  /** Empty where no session can be had in time, or it may not be read. */
  static Optional<String> read(ConnectString connect, Duration timeout) {
    CountDownLatch connected = new CountDownLatch(1);
    String servers = String.join(",", connect.servers());
    try {
      ZooKeeper zooKeeper =
          new ZooKeeper(
              servers,
              SESSION_MILLIS,
              event -> {
                if (event.getState() == KeeperState.SyncConnected) {
                  connected.countDown();
                }
              });
      try {
        return connected.await(timeout.toMillis(), TimeUnit.MILLISECONDS)
            ? Optional.of(
                new String(zooKeeper.getConfig(false, new Stat()), StandardCharsets.UTF_8))
            : Optional.empty();
      } finally {
        boolean unused = zooKeeper.close((int) timeout.toMillis());
      }
    } catch (IOException | KeeperException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
