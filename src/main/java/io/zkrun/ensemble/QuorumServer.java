package io.zkrun.ensemble;

import java.util.List;
import java.util.SortedMap;
import org.apache.zookeeper.server.ZooKeeperServer;
import org.apache.zookeeper.server.quorum.QuorumCnxManager;
import org.apache.zookeeper.server.quorum.QuorumPeer;
import org.apache.zookeeper.server.quorum.QuorumPeerConfig;
import org.apache.zookeeper.server.quorum.QuorumPeerMain;
import org.jspecify.annotations.Nullable;

/** A member of an ensemble. */
final class QuorumServer extends QuorumPeerMain implements EnsembleMember.Server {
  private final SortedMap<Integer, ServerLine> peers;

  QuorumServer(SortedMap<Integer, ServerLine> peers) {
    this.peers = peers;
  }

  @Override
  public void run(QuorumPeerConfig config) throws Exception {
    runFromConfig(config);
  }

  @Override
  public void stop() {
    close();
  }

  @Override
  public EnsembleMember.View view() {
    @Nullable QuorumPeer peer = quorumPeer;
    if (peer == null) {
      return new EnsembleMember.View(null, -1, List.of());
    }
    @Nullable ZooKeeperServer serving = peer.getActiveServer();
    @Nullable String role = serving != null && serving.isRunning() ? role(peer) : null;
    long leader = role == null ? -1 : peer.getCurrentVote().getId();
    return new EnsembleMember.View(role, leader, missing(peer));
  }

  private static @Nullable String role(QuorumPeer peer) {
    return switch (peer.getPeerState()) {
      case LEADING -> "leader";
      case FOLLOWING -> "follower";
      case OBSERVING -> "observer";
      case LOOKING -> null;
    };
  }

  private List<Integer> missing(QuorumPeer peer) {
    @Nullable QuorumCnxManager channels = peer.getQuorumCnxManager();
    return peers.keySet().stream()
        .filter(id -> id != peer.getMyId())
        .filter(id -> channels == null || !channels.connectedToPeer(id))
        .toList();
  }
}
