package io.zkrun.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zkrun.exec.RunFixture;
import io.zkrun.fleet.Ledger;
import io.zkrun.fleet.Ledger.Line;
import io.zkrun.fleet.Proc;
import io.zkrun.fleet.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A worker and the ZooKeeper server that it talks to are cut off from the leader together. The
 * server goes on answering reads and pings for a long time: only the lease tells the worker.
 */
@Tag("namespaces")
class CutFollowerIT {
  private static final long LEASE_CENTIS = 400;

  /** So much longer the master waits: what a busy machine may need to end them. */
  private static final long MARGIN_CENTIS = 200;

  /** A long session: or else the client library hears the silence before the lease ends. */
  private static final String[] SETTINGS = {
    "-Dworker.lease=4s", "-Dmaster.worker-lost-after=6s", "-Dzookeeper.session-timeout.worker=20s",
  };

  private Hosts hosts;
  private Ledger ledger;
  private final List<Proc> daemons = new ArrayList<>();

  @BeforeEach
  void make() throws IOException {
    hosts = new Hosts(3);
    ledger = new Ledger(hosts.folder().resolve("ledger"));
    for (Host host : hosts.all()) {
      startServer(host);
    }
    await("a quorum").atMost(Duration.ofMinutes(1)).until(() -> leader() > 0);
  }

  @AfterEach
  void remove() throws IOException {
    daemons.forEach(Proc::close);
    RunFixture.cleanUpBelow(hosts.folder());
    hosts.close();
  }

  private static void startServer(Host host) throws IOException {
    Path data = Files.createDirectory(host.folder().resolve("data"));
    Files.writeString(data.resolve("myid"), host.name().substring(2));
    Path config = host.folder().resolve("zoo.cfg");
    Files.write(
        config,
        List.of(
            "tickTime=500",
            "initLimit=40",
            // Forty seconds until either side notices.
            "syncLimit=80",
            "maxSessionTimeout=60000",
            "dataDir=" + data,
            "clientPort=2181",
            "admin.enableServer=false",
            "4lw.commands.whitelist=*",
            "server.1=vm1:2888:3888",
            "server.2=vm2:2888:3888",
            "server.3=vm3:2888:3888"));
    assertThat(host.startPlainServer(config).isAlive()).isTrue();
  }

  private int leader() {
    return IntStream.rangeClosed(1, 3)
        .filter(id -> ask(id, "srvr").contains("Mode: leader"))
        .findFirst()
        .orElse(0);
  }

  /** Asked on the host itself. */
  private String ask(int id, String word) {
    return hosts
        .host(id)
        .run("bash", "-c", "exec 3<>/dev/tcp/vm" + id + "/2181; printf " + word + " >&3; cat <&3")
        .stdout();
  }

  private Proc worker(int id) {
    Host host = hosts.host(id);
    String spool = host.folder().resolve("spool").toString();
    return daemon(host, "worker", "--name", host.name(), "--slots", "4", "--spool", spool);
  }

  /** Each talks to the server on its own host alone. */
  private Proc daemon(Host host, String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(1, List.of("--connect", host.name() + ":2181"));
    all.addAll(List.of(SETTINGS));
    Proc daemon = host.startZkrun(all.toArray(String[]::new));
    daemons.add(daemon);
    return daemon.awaitLog("ready: ");
  }

  private Ran zkrun(int on, String... words) {
    return hosts.host(on).zkrun(words);
  }

  @Test
  void theLeaseHoldsThoughTheServerAnswersOn() {
    int leader = leader();
    int follower = leader == 3 ? 2 : 3;
    int other = 6 - leader - follower;
    Host masters = hosts.host(leader);
    daemon(masters, "master").awaitLog("ready: leads");
    Proc cutOff = worker(follower);
    String at = masters.name() + ":2181";
    for (String name : List.of("polite", "stubborn")) {
      String trap = name.equals("polite") ? "" : "trap '' TERM; ";
      zkrun(leader, "submit", "--connect", at, "--name", name, trap + ledger.beats()).expect(0);
    }
    zkrun(leader, "submit", "--connect", at, "--name", "once", "--on-lost", "fail", ledger.beats())
        .expect(0);
    ledger.awaitStarts(3);
    worker(other);

    long from = Ledger.now();
    hosts.host(follower).cut();
    cutOff.awaitLog("no write was acknowledged for so long that the lease of 4.0 s ended");
    assertThat(cutOff.log()).doesNotContain("lost the connection to ZooKeeper");
    assertThat(ask(follower, "srvr")).as("its server answers on").contains("Mode: follower");
    for (String task : List.of("polite", "stubborn")) {
      ledger.awaitAttempt(task, 2);
      List<Line> first = ledger.lines(task, 1);
      Line last = first.get(first.size() - 1);
      Line next = ledger.lines(task, 2).get(0);
      System.out.printf(
          "%s: ran %d ms on, began again %d ms after the cut%n",
          task, 10 * (last.centis() - from), 10 * (next.centis() - from));
      assertThat(last.centis()).isLessThan(from + LEASE_CENTIS + MARGIN_CENTIS);
      assertThat(next.centis()).isGreaterThan(last.centis());
      assertThat(next.fence()).isGreaterThan(last.fence());
    }
    zkrun(leader, "wait", "--connect", at, "once").expect(69);
    assertThat(ledger.lines("start")).extracting(Line::task).filteredOn("once"::equals).hasSize(1);

    hosts.host(follower).heal();
    await("the worker to register anew by itself")
        .atMost(Duration.ofMinutes(1))
        .until(
            () -> zkrun(leader, "workers", "--connect", at, "--output", "quiet").lines(),
            List.of("vm" + Math.min(follower, other), "vm" + Math.max(follower, other))::equals);
    assertThat(cutOff.isAlive()).isTrue();
    assertThat(ledger.lines("polite", 3)).isEmpty();
  }
}
