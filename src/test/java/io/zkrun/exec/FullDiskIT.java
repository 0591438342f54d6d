package io.zkrun.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The spool's disk is full: a small one of its own, which needs root. */
@Tag("namespaces")
class FullDiskIT {
  @TempDir Path dir;
  private DaemonJvm daemon;

  @AfterEach
  void cleanUp() throws Exception {
    if (daemon != null) {
      Path spool = dir.resolve("disk/spool");
      String id = RunFolder.read(inside().resolve("spool/spool-id"));
      daemon.kill();
      // Only the daemon saw that disk: the cleaning up needs the name.
      Files.createDirectories(spool);
      Files.writeString(spool.resolve("spool-id"), id);
      RunFixture.cleanUp(spool);
    }
  }

  /** The small disk, as the daemon sees it. */
  private Path inside() {
    return Path.of("/proc/" + daemon.pid() + "/root" + dir.resolve("disk"));
  }

  @Test
  void taskFailsWithThatReasonAndTheNextRunsOnceThereIsSpace() throws Exception {
    Path disk = Files.createDirectory(dir.resolve("disk"));
    daemon =
        new DaemonJvm(
            disk.resolve("spool"),
            "unshare",
            "-m",
            "sh",
            "-c",
            "mount -t tmpfs -o size=1m none '" + disk + "' && exec \"$@\"",
            "sh");
    daemon.hear("open");
    daemon.tell("shell 1 RERUN true");
    daemon.hear("ended 1 EXITED 0");
    Path filling = inside().resolve("filling");
    fill(filling);
    daemon.tell("shell 2 RERUN true");
    assertThat(daemon.hear("reason 2 ")).contains("is full", disk.resolve("spool").toString());
    assertThat(daemon.hear("ended 2 ")).isEqualTo("ended 2 SPAWN_FAILED 126 null");
    Files.delete(filling);
    daemon.tell("shell 3 RERUN true");
    daemon.hear("ended 3 EXITED 0");
  }

  private static void fill(Path file) throws IOException {
    byte[] block = new byte[4096];
    try (OutputStream out = Files.newOutputStream(file)) {
      assertThatThrownBy(
              () -> {
                while (true) {
                  out.write(block);
                }
              })
          .hasMessageContaining("No space left");
    }
  }
}
