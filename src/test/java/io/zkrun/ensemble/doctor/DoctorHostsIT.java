package io.zkrun.ensemble.doctor;

import static io.zkrun.ensemble.doctor.EnsembleOnHosts.CONFIG;
import static io.zkrun.ensemble.doctor.EnsembleOnHosts.PATIENCE;
import static io.zkrun.ensemble.doctor.EnsembleOnHosts.ZOO_CFG;
import static io.zkrun.ensemble.doctor.EnsembleOnHosts.doctor;
import static io.zkrun.ensemble.doctor.EnsembleOnHosts.doctorInWords;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zkrun.fleet.Proc;
import io.zkrun.fleet.Ran;
import io.zkrun.hosts.Host;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The faults of networks, servers, clocks and of zkrun on top that doctor knows, made for real on
 * three hosts: one error each, the right one. The ensemble is started once, and mended after each
 * fault.
 */
@Tag("namespaces")
@TestInstance(Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DoctorHostsIT {
  private final EnsembleOnHosts it = new EnsembleOnHosts();
  private boolean started;

  @AfterAll
  void removeHosts() {
    it.close();
  }

  /** All is well again, once it has been. */
  @BeforeEach
  void mend() {
    if (started) {
      it.mend();
    }
  }

  // ---- all is well

  @ParameterizedTest
  @Order(1)
  @ValueSource(strings = {"1 2 3", "1 3 2", "2 1 3", "2 3 1", "3 1 2", "3 2 1"})
  void everyStartOrderMakesAnEnsembleWithoutFalseAlarm(String order) {
    for (String id : order.split(" ")) {
      it.start(Integer.parseInt(id));
    }
    for (int id = 1; id <= 3; id++) {
      it.awaitServing(id);
    }
    doctor(it.host(order.charAt(0) - '0')).assertSound();
    for (int id = 1; id <= 3; id++) {
      it.stop(id);
    }
  }

  @Test
  @Order(2)
  void aHealthyEnsembleWithMasterAndWorkerPassesAllChecks() {
    it.startAll();
    started = true;
    for (Host each : List.of(it.hosts.host(1), it.vm1, it.vm2, it.vm3)) {
      doctor(each).assertSound();
    }
    long begun = System.nanoTime();
    Ran ran = doctorInWords(it.vm1).expect(0);
    System.out.printf("doctor took %d ms%n", (System.nanoTime() - begun) / 1_000_000);
    assertThat(ran.stdout()).contains("all checks passed").doesNotContain("finding", "unseen");
    new DoctorReport(it.vm2.zkrun("doctor", "--connect", it.connect(), "--output", "json"))
        .assertSound();
  }

  // ---- firewalls and networks

  @ParameterizedTest
  @Order(3)
  @CsvSource({
    "2181, drop, firewallDropped",
    "2888, drop, firewallDropped",
    "3888, drop, firewallDropped",
    "2181, reject, firewallRejected",
    "2888, reject, firewallRejected",
    "3888, reject, firewallRejected",
    "3888, prohibit, firewallRejected",
    "3888, rejectSeldom, firewallRejected"
  })
  void aFirewall(int port, String how, String code) {
    switch (how) {
      case "drop" -> it.vm3.drop(port);
      case "reject" -> it.vm3.reject(port);
      case "rejectSeldom" -> it.vm3.rejectSeldom(port);
      default -> it.vm3.prohibit(port);
    }
    doctor(it.vm1).assertError(code, "port " + port, "vm3");
  }

  @Test
  @Order(4)
  void nothingListens() {
    it.stop(3);
    doctor(it.vm1).assertError("nothingListening", "server 3 (vm3) does not run");
    doctor(it.vm3).assertError("nothingListening", "server 3 (vm3) does not run");
    Ran words = doctorInWords(it.vm1).expect(1);
    assertThat(words.stdout())
        .contains("1. ERROR nothingListening: ", "   seen: ", "   mend: ", "1 error, 0 warnings");
  }

  @Test
  @Order(4)
  void aServerIsStopped() {
    it.server(3).signal("STOP");
    try {
      doctor(it.vm1).assertError("serverNotServing", "hangs");
    } finally {
      it.server(3).signal("CONT");
    }
  }

  @Test
  @Order(4)
  void aServerServesNobodyWhatItSeesItself() {
    it.stop(3);
    it.hosts
        .host(3)
        .run(
            "iptables",
            "-A",
            "OUTPUT",
            "-o",
            "eth0",
            "-p",
            "tcp",
            "-m",
            "multiport",
            "--dports",
            "2888,3888",
            "-j",
            "DROP")
        .expect(0);
    try {
      it.start(3);
      await().atMost(PATIENCE).until(() -> !it.ask(3, "srvr").isEmpty());
      doctor(it.vm1).assertError("serverNotServing", "vm3");
      doctor(it.vm3).assertError("firewallDropped", "vm3 itself");
    } finally {
      it.hosts.host(3).run("iptables", "-F", "OUTPUT").expect(0);
    }
  }

  @Test
  @Order(4)
  void aHostIsCutOff() {
    it.vm3.cut();
    try {
      doctor(it.vm1).assertError("hostUnreachable", "vm3");
      doctor(it.vm3).assertError("hostUnreachable", "cut off");
    } finally {
      it.vm3.heal();
    }
  }

  @Test
  @Order(4)
  void aServerOfAnotherEnsemble() {
    it.stop(3);
    it.configure(
        3,
        """
        tickTime=500
        dataDir=/var/lib/zookeeper/alone
        clientPort=2181
        admin.enableServer=false
        4lw.commands.whitelist=*
        """);
    try {
      it.start(3);
      it.awaitServing(3);
      doctor(it.vm1).assertError("otherEnsemble", "vm3:2181");
    } finally {
      it.configure(3, ZOO_CFG);
      it.stop(3);
    }
  }

  @Test
  @Order(4)
  void somethingThatIsNotZooKeeper() {
    it.stop(3);
    try (Proc stranger =
        it.vm3.start("stranger", "/usr/bin/python3", "-m", "http.server", "2181")) {
      assertThat(stranger.isAlive()).isTrue();
      await().atMost(PATIENCE).until(() -> it.listens(3));
      doctor(it.vm1).assertError("notZooKeeper", "vm3:2181");
    }
  }

  @Test
  @Order(4)
  void wordsThatAreNotAllowedAreUnseenAndNoError() {
    it.stop(3);
    it.configure(3, ZOO_CFG.replace("whitelist=srvr,ruok,mntr,stat,conf,isro", "whitelist=ruok"));
    try {
      it.start(3);
      await().atMost(PATIENCE).until(() -> it.ask(3, "ruok").equals("imok"));
      assertThat(doctor(it.vm1).assertErrors().findings("unseen"))
          .singleElement()
          .satisfies(
              each -> {
                assertThat(each).containsEntry("code", "wordsNotAllowed");
                assertThat((String) each.get("mend")).contains("4lw.commands.whitelist=srvr");
              });
    } finally {
      it.configure(3, ZOO_CFG);
      it.stop(3);
    }
  }

  // ---- clocks and Java

  @Test
  @Order(4)
  void aClockThatIsAhead() {
    doctor(it.vm1.withClockOff(Duration.ofSeconds(3))).assertError("clockOff", "ahead");
  }

  /** Behind the leader's, that is: its own is ahead. */
  @Test
  @Order(4)
  void aClockThatIsBehind() {
    it.stopAll();
    it.startAll(Duration.ofSeconds(3));
    try {
      doctor(it.vm1).assertError("clockOff", "behind");
    } finally {
      it.stopAll();
      it.startAll();
    }
  }

  @Test
  @Order(4)
  void aJavaThatIsTooOld() throws IOException {
    it.stop(3);
    Path real = Path.of(System.getProperty("java.home")).toRealPath();
    Path old = Files.createDirectories(it.vm3.folder().resolve("java-11"));
    for (String each : List.of("bin", "lib", "conf")) {
      Files.createSymbolicLink(old.resolve(each), real.resolve(each));
    }
    Files.writeString(old.resolve("release"), "JAVA_VERSION=\"11.0.2\"\n");
    Proc server =
        it.vm3.start(
            "old",
            old.resolve("bin/java").toString(),
            "-cp",
            it.hosts.installation().resolve("conf")
                + ":"
                + it.hosts.installation().resolve("lib")
                + "/*",
            "org.apache.zookeeper.server.quorum.QuorumPeerMain",
            CONFIG);
    try {
      it.awaitServing(3);
      doctor(it.vm3).assertError("javaTooOld", "11.0.2");
    } finally {
      server.kill();
    }
  }

  // ---- zkrun on top

  @Test
  @Order(7)
  void tasksThatNobodyCanRun() {
    String id =
        it.vm1
            .zkrun("submit", "--connect", it.connect(), "--require", "gpu=true", "true")
            .expect(0)
            .stdout()
            .strip();
    doctor(it.vm2).assertError("tasksWaitForNobody", id, "gpu=true");
    it.vm1.zkrun("cancel", "--connect", it.connect(), id).expect(0);
  }

  @Test
  @Order(8)
  void noWorkerNoMasterAndOneByHand() {
    it.stopWorker();
    doctor(it.vm2).assertError("noWorkers", "no worker");
    it.startWorker();
    it.stopMaster();
    doctor(it.vm2).assertError("noMaster", "no master");
    Ran made =
        it.vm1.run(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            it.hosts.installation().resolve("lib") + "/*",
            "org.apache.zookeeper.ZooKeeperMain",
            "-server",
            "vm1:2181",
            "create",
            "/master",
            "niubike3:2888");
    assertThat(made.toString()).contains("Created /master");
    doctor(it.vm2).assertError("masterByHand", "niubike3");
  }

  // ---- no quorum

  @Test
  @Order(9)
  void fewerThanAQuorum() {
    it.stop(2);
    it.stop(3);
    await().atMost(PATIENCE).until(() -> !it.serves(1));
    doctor(it.vm1).assertError("noQuorum", "2 of 3");
    doctor(it.vm3).assertError("noQuorum", "2 of 3");
  }
}
