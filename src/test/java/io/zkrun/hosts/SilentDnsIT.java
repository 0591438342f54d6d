package io.zkrun.hosts;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.fleet.Proc;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A name server that never answers, and a host whose own name stands in no file. */
@Tag("namespaces")
class SilentDnsIT {
  private static final String LISTEN =
      "import socket,sys; s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM);"
          + " s.bind(('',53)); print('listens',flush=True)\n"
          + "while True: print('asked', s.recv(600), flush=True)";

  private static Hosts hosts;
  private static Host host;
  private static Proc nameServer;

  @BeforeAll
  static void start() {
    hosts = new Hosts(2);
    nameServer = hosts.host(2).start("dns", "python3", "-c", LISTEN).awaitLog("listens");
    host = hosts.host(1);
    host.replace("/etc/resolv.conf", "nameserver " + hosts.host(2).address() + "\n");
  }

  @AfterAll
  static void end() {
    nameServer.close();
    hosts.close();
  }

  private static long asked() {
    return nameServer.log().lines().filter(line -> line.startsWith("asked")).count();
  }

  @Test
  void noDaemonAndNoCommandAsksIt() {
    String local = host.address() + ":2181";
    Path data = host.folder().resolve("data");
    try (Proc daemon =
        host.startZkrun("standalone", "--data-dir", data.toString(), "--listen", host.address())) {
      daemon.awaitLog("ready:");
      for (String connect : new String[] {local, "vm1:2181"}) {
        assertThat(host.zkrun("run", "--connect", connect, "echo done").expect(0).stdout())
            .isEqualTo("done\n");
      }
      assertThat(asked()).as("%s", nameServer.log()).isZero();
    }
    host.run("timeout", "2", "getent", "hosts", "nobody.example");
    assertThat(asked()).as("a question reaches it").isPositive();
  }
}
