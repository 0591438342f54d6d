package io.zkrun.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zkrun.fleet.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * From nothing to a first task's output on three hosts, by what stands in README.md and no more.
 */
@Tag("namespaces")
class ReadmeIT {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private Hosts hosts;
  private List<String> blocks;

  @BeforeEach
  void make() throws IOException {
    blocks = blocks("## Three VMs");
    hosts = new Hosts(3);
    for (Host host : hosts.all()) {
      host.ownFolder("/var/lib");
      tarball(host);
    }
  }

  @AfterEach
  void remove() {
    hosts.close();
  }

  /** The shell blocks of a section, in their order. */
  private static List<String> blocks(String section) throws IOException {
    String readme = Files.readString(Path.of("README.md"));
    String text = readme.substring(readme.indexOf(section) + section.length());
    Matcher block =
        Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL)
            .matcher(text.substring(0, text.indexOf("\n## ")));
    List<String> found = new ArrayList<>();
    while (block.find()) {
      found.add(block.group(1));
    }
    return found;
  }

  /** What lies on a bare host: the tarball that the README names, as it was built. */
  private void tarball(Host host) throws IOException {
    Matcher name = Pattern.compile("zkrun-[0-9.]+\\.tar\\.gz").matcher(blocks.get(0));
    assertThat(name.find()).as("a tarball in:%n%s", blocks.get(0)).isTrue();
    Path built = Path.of("target", name.group());
    assertThat(built).as("made by: mvn package -DskipTests").isRegularFile();
    Files.copy(built, host.folder().resolve(name.group()));
  }

  private static Path unpacked(Host host) throws IOException {
    try (var found = Files.newDirectoryStream(host.folder(), "zkrun-[0-9.]*[0-9]")) {
      return found.iterator().next();
    }
  }

  @Test
  void fourCommandsForEachHost() throws IOException {
    List<String> onEach = blocks.get(0).lines().toList();
    List<String> onOne = blocks.get(1).lines().toList();
    assertThat(onEach.size() + onOne.size()).isLessThanOrEqualTo(4);
    for (Host host : hosts.all()) {
      Ran ran = host.run("/bin/sh", "-ec", blocks.get(0)).expect(0);
      assertThat(ran.stdout()).contains("this host: server " + host.name().substring(2));
    }
    List<byte[]> files = new ArrayList<>();
    for (Host host : hosts.all()) {
      Path home = unpacked(host);
      files.add(Files.readAllBytes(home.resolve("conf/zoo.cfg")));
      Path log = home.resolve("zookeeper.log");
      await("a quorum at " + host)
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(Files.readString(log)).contains("ready: serves"));
    }
    assertThat(files.get(1)).isEqualTo(files.get(0));
    assertThat(files.get(2)).isEqualTo(files.get(0));
    Host any = hosts.host(2);
    Ran ran = any.run("/bin/sh", "-ec", "cd " + unpacked(any) + "\n" + blocks.get(1)).expect(0);
    assertThat(ran.stdout()).contains("load average");
    any.run(unpacked(any).resolve("bin/zkrun").toString(), "ensemble", "status").expect(0);
  }

  /** Debian's own entry: each host's name means 127.0.1.1 there. */
  @Test
  void theLoopbackTrapOfDebian() throws IOException {
    for (Host host : hosts.all()) {
      StringBuilder text =
          new StringBuilder("127.0.0.1 localhost\n127.0.1.1 " + host.name() + "\n");
      for (Host other : hosts.all()) {
        if (other != host) {
          text.append(other.address()).append(' ').append(other.name()).append('\n');
        }
      }
      host.etcHosts(text.toString());
      Ran ran = host.run("/bin/sh", "-ec", blocks.get(0)).expect(0);
      assertThat(ran.stderr()).contains("'" + host.name() + "' is 127.0.1.1 on this host");
    }
    for (Host host : hosts.all()) {
      Path log = unpacked(host).resolve("zookeeper.log");
      await("a quorum at " + host)
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(Files.readString(log)).contains("ready: serves"));
    }
  }

  /** Who has no root keeps all below the home folder. */
  @Test
  void withoutRoot() throws IOException {
    for (Host host : hosts.all()) {
      Host user = host.asNobody().with("HOME", host.folder().toString());
      Root.run("chown", "0:0", host.ownFolder("/var/lib").toString());
      Ran ran = user.run("/bin/sh", "-ec", blocks.get(0)).expect(0);
      assertThat(ran.stdout()).contains(host.folder() + "/.local/state/zkrun/zookeeper/data");
    }
    for (Host host : hosts.all()) {
      Path log = unpacked(host).resolve("zookeeper.log");
      await("a quorum at " + host)
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(Files.readString(log)).contains("ready: serves"));
    }
  }
}
