package io.zkrun.ensemble;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.ensemble.WordAnswer.NotWhitelisted;
import io.zkrun.ensemble.WordAnswer.Text;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is read out of answers that real servers have given. */
class ServerStatusTest {
  static final String SRVR =
      """
      Zookeeper version: 3.9.5-293c895a8d966a3ecb92872be4a1daf87d725da2, built on 2026-02-11 20:18 UTC
      Latency min/avg/max: 0/1.5/17
      Received: 2
      Sent: 1
      Connections: 4
      Outstanding: 0
      Zxid: 0x10000002a
      Mode: leader
      Node count: 5
      Proposal sizes last/min/max: -1/-1/-1
      """;
  static final String MNTR =
      """
      zk_version\t3.9.5-293c895a8d966a3ecb92872be4a1daf87d725da2, built on 2026-02-11 20:18 UTC
      zk_server_state\tfollower
      zk_num_alive_connections\t7
      zk_avg_latency\t0.25
      zk_min_latency\t0
      zk_max_latency\t3
      zk_znode_count\t12
      zk_watch_count\t9
      zk_approximate_data_size\t182
      zk_synced_followers\t2
      """;
  static final String CONF =
      """
      clientPort=2181
      secureClientPort=-1
      dataDir=/var/lib/zookeeper/data/version-2
      serverId=1
      peerType=0
      membership:\s
      server.1=vm1:2888:3888:participant
      server.2=[fd00::2]:2888:3888:participant;0.0.0.0:2182
      server.3=vm3:2888:3888:observer
      version=0""";

  private static ServerStatus status(WordAnswer srvr, WordAnswer mntr, WordAnswer conf) {
    return new ServerStatus("vm1", 2181, srvr, mntr, conf);
  }

  @Test
  void allThatAServerTells() {
    ServerStatus status = status(new Text(SRVR), new Text(MNTR), new Text(CONF));
    assertThat(status.serves()).isTrue();
    assertThat(status.id()).hasValue(1);
    assertThat(status.role()).contains(Role.LEADER);
    assertThat(status.version()).contains("3.9.5");
    assertThat(status.zxid()).hasValue(0x10000002aL);
    assertThat(status.latency()).contains(new ServerStatus.Latency(0, 1.5, 17));
    assertThat(status.connections()).hasValue(4);
    assertThat(status.znodes()).hasValue(5);
    assertThat(status.dataBytes()).hasValue(182);
    assertThat(status.watches()).hasValue(9);
    assertThat(status.syncedFollowers()).hasValue(2);
    assertThat(status.notAllowed()).isEmpty();
    assertThat(status.members())
        .containsExactly(
            new Member(1, "vm1", Optional.empty(), true),
            new Member(2, "fd00::2", Optional.of(2182), true),
            new Member(3, "vm3", Optional.empty(), false));
  }

  @Test
  void mntrAloneTellsAlmostAsMuch() {
    ServerStatus status =
        status(new NotWhitelisted("srvr"), new Text(MNTR), new NotWhitelisted("conf"));
    assertThat(status.serves()).isTrue();
    assertThat(status.role()).contains(Role.FOLLOWER);
    assertThat(status.version()).contains("3.9.5");
    assertThat(status.latency()).contains(new ServerStatus.Latency(0, 0.25, 3));
    assertThat(status.connections()).hasValue(7);
    assertThat(status.znodes()).hasValue(12);
    assertThat(status.zxid()).isEmpty();
    assertThat(status.members()).isEmpty();
    assertThat(status.notAllowed()).containsExactly("srvr", "conf");
  }

  @Test
  void aServerThatMayNotBeAskedRuns() {
    ServerStatus status =
        status(new NotWhitelisted("srvr"), new NotWhitelisted("mntr"), new NotWhitelisted("conf"));
    assertThat(status.runs()).isTrue();
    assertThat(status.serves()).isFalse();
    assertThat(status.answer()).isEqualTo(new NotWhitelisted("srvr"));
  }

  @Test
  void aServerThatServesNobodyRuns() {
    ServerStatus status =
        status(
            new NotWhitelisted("srvr"), WordAnswer.Plain.NOT_SERVING, new NotWhitelisted("conf"));
    assertThat(status.runs()).isTrue();
    assertThat(status.serves()).isFalse();
    assertThat(status.answer()).isEqualTo(WordAnswer.Plain.NOT_SERVING);
    assertThat(status.role()).isEmpty();
  }

  @Test
  void oneThatIsNotThereTellsNothing() {
    ServerStatus status =
        status(WordAnswer.Plain.REFUSED, WordAnswer.Plain.REFUSED, WordAnswer.Plain.REFUSED);
    assertThat(status.runs()).isFalse();
    assertThat(status.serves()).isFalse();
    assertThat(status.answer()).isEqualTo(WordAnswer.Plain.REFUSED);
    assertThat(status.id()).isEmpty();
    assertThat(status.latency()).isEmpty();
    assertThat(status.members()).isEmpty();
  }

  @Test
  void numbersThatAreNoneAreLeftOut() {
    ServerStatus status =
        status(
            new Text("Zookeeper version: x\nZxid: 0xzz\nNode count: many\nMode: dancing\n"),
            new Text("zk_version\t4\nzk_watch_count\t-1\nzk_avg_latency\tslow\n"),
            new Text("clientPort=2181\nserverId=me\n"));
    assertThat(status.zxid()).isEmpty();
    assertThat(status.znodes()).isEmpty();
    assertThat(status.role()).isEmpty();
    assertThat(status.watches()).isEmpty();
    assertThat(status.id()).isEmpty();
    assertThat(status.latency()).isEmpty();
  }
}
