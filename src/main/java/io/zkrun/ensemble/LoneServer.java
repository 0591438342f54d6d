package io.zkrun.ensemble;

import java.util.List;
import org.apache.zookeeper.server.ServerConfig;
import org.apache.zookeeper.server.ZooKeeperServerMain;
import org.apache.zookeeper.server.quorum.QuorumPeerConfig;
import org.jspecify.annotations.Nullable;

/** A server without an ensemble. */
final class LoneServer extends ZooKeeperServerMain implements EnsembleMember.Server {
  private volatile boolean serves;

  @Override
  public void run(QuorumPeerConfig parsed) throws Exception {
    ServerConfig config = new ServerConfig();
    config.readFrom(parsed);
    runFromConfig(config);
  }

  @Override
  public void serverStarted() {
    serves = true;
  }

  @Override
  public void stop() {
    serves = false;
    close();
  }

  @Override
  public EnsembleMember.View view() {
    @Nullable String role = serves ? "standalone" : null;
    return new EnsembleMember.View(role, -1, List.of());
  }
}
