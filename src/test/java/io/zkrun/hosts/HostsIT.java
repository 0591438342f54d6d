package io.zkrun.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zkrun.ensemble.FourLetterWords;
import io.zkrun.fleet.Proc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The hosts are what they claim to be: else the tests on them prove nothing. */
@Tag("namespaces")
class HostsIT {
  private static final int PORT = 7000;

  private static Hosts hosts;
  private static Host one;
  private static Host two;

  @BeforeAll
  static void make() {
    hosts = new Hosts(2);
    one = hosts.host(1);
    two = hosts.host(2);
  }

  @AfterAll
  static void remove() {
    hosts.close();
  }

  @AfterEach
  void mend() {
    one.heal();
    two.unblock();
  }

  /** What {@code one} hears from the port on {@code two}: bash's own words. */
  private static String knock(int seconds) {
    return one.run(
            "timeout", "" + seconds, "bash", "-c", "exec 3<>/dev/tcp/vm2/" + PORT + " && echo open")
        .toString();
  }

  private static Proc listener() {
    String script =
        "import socket,time; s=socket.create_server(('',"
            + PORT
            + ")); print('listens',flush=True); time.sleep(600)";
    return two.start("listener", "python3", "-c", script).awaitLog("listens");
  }

  @Test
  void theyReachEachOtherByName() {
    try (Proc listener = listener()) {
      assertThat(listener.isAlive()).isTrue();
      assertThat(knock(20)).contains("open");
    }
    assertThat(knock(20)).contains("Connection refused");
  }

  @Test
  void firewallsDropRejectAndProhibit() {
    try (Proc listener = listener()) {
      two.drop(PORT);
      assertThat(knock(2)).startsWith("exit code 124");
      two.unblock();
      two.reject(PORT);
      assertThat(knock(20)).contains("Connection refused");
      two.unblock();
      two.prohibit(PORT);
      assertThat(knock(20)).contains("No route to host");
      two.unblock();
      assertThat(knock(20)).contains("open");
      assertThat(listener.isAlive()).isTrue();
    }
  }

  @Test
  void aCableCanBePulledAndPluggedInAgain() {
    try (Proc listener = listener()) {
      one.cut();
      assertThat(knock(2)).doesNotContain("open");
      one.heal();
      await("the way back").atMost(Duration.ofSeconds(20)).until(() -> knock(2).contains("open"));
      assertThat(listener.isAlive()).isTrue();
    }
  }

  @Test
  void eachHasItsOwnNamesAndFolders() throws Exception {
    two.etcHosts("127.0.1.1 vm2\n");
    two.ownFolder("/var/lib");
    try {
      assertThat(two.run("getent", "hosts", "vm2").stdout()).startsWith("127.0.1.1");
      assertThat(one.run("getent", "hosts", "vm2").stdout()).startsWith(two.address());
      assertThat(two.run("ls", "/var/lib").stdout()).isEmpty();
      assertThat(one.run("ls", "/var/lib").stdout()).contains("dpkg");
      two.run("touch", "/var/lib/mine").expect(0);
      assertThat(Path.of("/var/lib/mine")).doesNotExist();
      assertThat(Path.of("/etc/hosts")).content().doesNotContain("127.0.1.1 vm2");
    } finally {
      two.nameEverybody();
    }
  }

  @Test
  void nobodyHasNoRights() {
    Host nobody = two.asNobody();
    assertThat(nobody.run("id", "-u").stdout()).isEqualTo("65534\n");
    assertThat(nobody.run("touch", "/etc/mine").code()).isNotZero();
    nobody.run("touch", two.folder() + "/mine").expect(0);
    assertThat(nobody.zkrun("--version").expect(0).stdout()).startsWith("zkrun ");
  }

  @Test
  void aClockCanBeOff() {
    String ahead = one.withClockOff(Duration.ofSeconds(100)).run("date", "+%s").stdout().strip();
    assertThat(Long.parseLong(ahead)).isGreaterThan(Instant.now().getEpochSecond() + 90);
    String behind = one.withClockOff(Duration.ofSeconds(-100)).run("date", "+%s").stdout().strip();
    assertThat(Long.parseLong(behind)).isLessThan(Instant.now().getEpochSecond() - 90);
  }

  @Test
  void theTestItselfIsOnNoneOfThem() {
    assertThat(FourLetterWords.ask(two.address(), PORT, "srvr", Duration.ofSeconds(1)))
        .isNotInstanceOf(io.zkrun.ensemble.WordAnswer.Text.class);
    assertThat(Root.run("ip", "-o", "link")).doesNotContain("v1@", "sw:");
  }

  private static Set<String> traces() throws IOException {
    Set<String> traces = new TreeSet<>();
    for (String folder : List.of("/run/netns", "/tmp")) {
      try (Stream<Path> entries = Files.list(Path.of(folder))) {
        entries
            .map(Path::toString)
            .filter(name -> name.contains("/zkrun-" + ProcessHandle.current().pid() + "-"))
            .forEach(traces::add);
      }
    }
    return traces;
  }

  @Test
  void nothingIsLeftOfThem() throws Exception {
    Set<String> before = traces();
    long pid;
    try (Hosts more = new Hosts(3)) {
      assertThat(traces()).hasSize(before.size() + 5);
      pid = more.host(3).start("sleeper", "sh", "-c", "setsid sleep 600 & exec sleep 600").pid();
      await("the second process").until(() -> Lab.pids(more.host(3).namespace()).size() == 2);
    }
    assertThat(traces()).isEqualTo(before);
    assertThat(Proc.runs(pid)).isFalse();
  }

  @Test
  void whatADeadJvmHasLeftIsRemoved() {
    // No process has this number and has started then.
    String stale = "zkrun-1-99999999999-1";
    Root.run("ip", "netns", "add", stale + "-vm1");
    Root.run("mkdir", "/tmp/" + stale);
    Lab.removeStale();
    assertThat(Path.of("/run/netns/" + stale + "-vm1")).doesNotExist();
    assertThat(Path.of("/tmp/" + stale)).doesNotExist();
    assertThat(two.run("true").code()).isZero();
  }
}
