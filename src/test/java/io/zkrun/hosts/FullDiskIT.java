package io.zkrun.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zkrun.fleet.Proc;
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

/** The disk of one server of three fills up, and is freed again. */
@Tag("namespaces")
class FullDiskIT {
  private static final int FULL = 3;

  private Hosts hosts;
  private Proc[] servers;

  @BeforeEach
  void make() throws IOException {
    hosts = new Hosts(3);
    servers = new Proc[4];
    for (int id = 1; id <= 3; id++) {
      Path data = Files.createDirectory(hosts.host(id).folder().resolve("data"));
      Files.writeString(data.resolve("myid"), "" + id);
      Files.write(config(id), zooCfg(data));
    }
    // A disk of its own, which only this server's processes see; its log files take 1 MiB at once.
    servers[FULL] = startOnSmallDisk(FULL);
    servers[1] = hosts.host(1).startPlainServer(config(1));
    servers[2] = hosts.host(2).startPlainServer(config(2));
    awaitStatus(0, "quorum: 3 of 3 servers serve");
  }

  @AfterEach
  void remove() {
    hosts.close();
  }

  private Path config(int id) {
    return hosts.host(id).folder().resolve("zoo.cfg");
  }

  private static List<String> zooCfg(Path data) {
    return List.of(
        "tickTime=500",
        "initLimit=40",
        "syncLimit=6",
        "dataDir=" + data,
        "clientPort=2181",
        "preAllocSize=1024",
        "admin.enableServer=false",
        "4lw.commands.whitelist=srvr,mntr,conf",
        "server.1=vm1:2888:3888",
        "server.2=vm2:2888:3888",
        "server.3=vm3:2888:3888");
  }

  private Proc startOnSmallDisk(int id) throws IOException {
    Host host = hosts.host(id);
    String data = host.folder().resolve("data").toString();
    String lib = hosts.installation().resolve("lib") + "/*";
    return host.start(
        "server",
        "/bin/sh",
        "-c",
        "mount -t tmpfs -o size=8m small "
            + data
            + " && echo "
            + id
            + " > "
            + data
            + "/myid && exec java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx256m -cp '"
            + hosts.installation().resolve("conf")
            + ":"
            + lib
            + "' org.apache.zookeeper.server.quorum.QuorumPeerMain "
            + config(id));
  }

  private Ran status() {
    return hosts.host(1).zkrun("ensemble", "status", "--connect", hosts.connect(2181));
  }

  private void awaitStatus(int code, String text) {
    await("the status to say: " + text)
        .atMost(Duration.ofMinutes(2))
        .until(() -> status(), ran -> ran.code() == code && ran.stdout().contains(text));
  }

  /** Runs in the server's own view of its files. */
  private Ran beside(String script) {
    return hosts
        .host(1)
        .run("nsenter", "--mount=/proc/" + servers[FULL].pid() + "/ns/mnt", "sh", "-c", script);
  }

  private Ran submit(String name) {
    return hosts.host(1).zkrun("submit", "--connect", hosts.connect(2181), "--name", name, "true");
  }

  @Test
  void theOthersCarryOnAndItCatchesUp() throws Exception {
    submit("before").expect(0);
    String data = hosts.host(FULL).folder().resolve("data").toString();
    Ran filled = beside("dd if=/dev/zero of=" + data + "/filler bs=64k");
    assertThat(filled.stderr()).contains("No space left on device");
    String lines = ("x".repeat(50_000) + "\n").repeat(40);
    hosts
        .host(1)
        .runWithInput(
            lines,
            hosts.installation().resolve("bin/zkrun").toString(),
            "submit",
            "--connect",
            hosts.connect(2181),
            "--each",
            "-",
            "echo {}")
        .expect(0);
    awaitStatus(1, "degraded: 2 of 3 servers serve; none may fail");
    submit("meanwhile").expect(0);
    servers[FULL].kill();
    // A new disk: it fetches everything from the leader.
    servers[FULL] = startOnSmallDisk(FULL);
    awaitStatus(0, "quorum: 3 of 3 servers serve; 1 more may fail");
    assertThat(
            hosts
                .host(1)
                .zkrun("status", "--connect", "vm3:2181", "before", "meanwhile")
                .expect(0)
                .stdout())
        .contains("before", "meanwhile");
  }
}
