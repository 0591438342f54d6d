package io.zkrun.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands leave mounts behind, in mounts of the test's own, which need root. */
@Tag("namespaces")
class MountedIT {
  @TempDir Path dir;
  private Process namespace;
  private Path spool;
  private Path theirs;

  @BeforeEach
  void prepare() throws Exception {
    spool = dir.resolve("spool");
    Path folder = Files.createDirectories(dir.resolve("theirs"));
    theirs = Files.writeString(folder.resolve("f"), "x");
    namespace = new ProcessBuilder("unshare", "-m", "sleep", "1000").start();
    Path own = Path.of("/proc/self/ns/mnt");
    Path its = Path.of("/proc/" + namespace.pid() + "/ns/mnt");
    await().until(() -> !Files.readSymbolicLink(its).equals(Files.readSymbolicLink(own)));
  }

  @AfterEach
  void cleanUp() throws Exception {
    RunFixture.cleanUp(spool);
    namespace.destroyForcibly().waitFor();
  }

  private DaemonJvm daemon() throws IOException {
    return new DaemonJvm(spool, "nsenter", "-m", "-t", Long.toString(namespace.pid()));
  }

  private String log() throws IOException {
    return Files.readString(dir.resolve("daemon.log"));
  }

  private long left() throws IOException {
    Path trash = spool.resolve("trash");
    if (Files.notExists(trash)) {
      return 0;
    }
    try (Stream<Path> all = Files.list(trash)) {
      return all.count();
    }
  }

  @Test
  void whatIsMountedBelowARunIsLeftAloneUntilItIsUnmounted() throws Exception {
    DaemonJvm first = daemon();
    String line =
        "mkdir -p m a/n && mount --bind '"
            + theirs.getParent()
            + "' m && mount -t tmpfs none a/n && touch a/n/y rest a/rest && mount --bind '"
            + theirs
            + "' rest";
    first.hear("open");
    first.tell("shell 1 RERUN " + line);
    first.hear("ended 1 EXITED 0");
    first.tell("delivered 1");
    await().until(() -> Files.notExists(RunFolder.of(spool, RunFixture.key(1)).dir()));
    await().until(() -> log().contains("umount"));
    assertThat(theirs).hasContent("x");
    first.kill();

    DaemonJvm second = daemon();
    second.hear("open");
    await().until(() -> log().lines().filter(each -> each.contains("umount")).count() >= 2);
    second.tell("shell 2 RERUN true");
    second.hear("ended 2 EXITED 0");
    second.kill();
    assertThat(theirs).hasContent("x");
    assertThat(left()).isPositive();

    String unmount =
        "grep ' "
            + spool.toRealPath()
            + "/' /proc/self/mountinfo | while read -r a b c d at rest; do umount \"$at\"; done";
    Process unmounted =
        new ProcessBuilder(
                "nsenter", "-m", "-t", Long.toString(namespace.pid()), "sh", "-c", unmount)
            .start();
    assertThat(unmounted.waitFor()).isZero();
    DaemonJvm third = daemon();
    third.hear("open");
    await().until(() -> left() == 0);
    third.kill();
    assertThat(theirs).hasContent("x");
  }
}
