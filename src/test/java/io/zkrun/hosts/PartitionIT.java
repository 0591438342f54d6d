package io.zkrun.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zkrun.fleet.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code zkrun ensemble status} on both sides of a network that falls apart. */
@Tag("namespaces")
class PartitionIT {
  private Hosts hosts;

  @BeforeEach
  void make() throws IOException {
    hosts = new Hosts(3);
    for (Host host : hosts.all()) {
      startServer(host);
    }
    awaitStatus(1, 0, "quorum: 3 of 3 servers serve; 1 more may fail");
  }

  @AfterEach
  void remove() {
    hosts.close();
  }

  private void startServer(Host host) throws IOException {
    String id = host.name().substring(2);
    Path data = Files.createDirectory(host.folder().resolve("data"));
    Files.writeString(data.resolve("myid"), id);
    Path config = host.folder().resolve("zoo.cfg");
    Files.write(
        config,
        List.of(
            "tickTime=500",
            "initLimit=40",
            "syncLimit=6",
            "dataDir=" + data,
            "clientPort=2181",
            "admin.enableServer=false",
            "4lw.commands.whitelist=srvr,mntr,conf",
            "server.1=vm1:2888:3888",
            "server.2=vm2:2888:3888",
            "server.3=vm3:2888:3888"));
    assertThat(host.startPlainServer(config).isAlive()).isTrue();
  }

  private Ran status(int from) {
    return hosts.host(from).zkrun("ensemble", "status", "--connect", hosts.connect(2181));
  }

  private String awaitStatus(int from, int code, String text) {
    return await("vm" + from + " to say: " + text)
        .atMost(Duration.ofSeconds(90))
        .until(() -> status(from), ran -> ran.code() == code && ran.stdout().contains(text))
        .stdout();
  }

  @Test
  void eachSideSaysWhatItSees() {
    hosts.host(3).cut();
    String most = awaitStatus(1, 1, "degraded: 2 of 3 servers serve; none may fail");
    assertThat(most).containsPattern("vm3:2181 .* # (no answer|not reachable)");
    String alone = awaitStatus(3, 2, "no quorum: 0 of 3 servers serve, 2 are needed");
    assertThat(alone).containsPattern("vm3:2181 .* # runs, but serves nobody");
    hosts.host(3).heal();
    awaitStatus(3, 0, "quorum: 3 of 3 servers serve; 1 more may fail");
  }

  @Test
  void aFirewallInFrontOfOneIsTold() {
    hosts.host(2).drop(2181);
    assertThat(awaitStatus(1, 1, "degraded: 2 of 3"))
        .containsPattern("vm2:2181 .* # no answer: the host is down, or a firewall drops");
    hosts.host(2).unblock();
    hosts.host(2).prohibit(2181);
    assertThat(awaitStatus(1, 1, "degraded: 2 of 3"))
        .containsPattern("vm2:2181 .* # not reachable: No route to host");
  }
}
