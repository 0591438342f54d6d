package io.zkrun.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Commands outlive their daemon, and the next one knows their true ends. */
class AdoptionIT {
  @TempDir Path dir;
  private final List<DaemonJvm> daemons = new ArrayList<>();

  @AfterEach
  void cleanUp() throws Exception {
    for (DaemonJvm daemon : daemons) {
      daemon.kill();
    }
    RunFixture.cleanUp(dir.resolve("spool"));
  }

  private DaemonJvm daemon() throws Exception {
    DaemonJvm daemon = new DaemonJvm(dir.resolve("spool"));
    daemons.add(daemon);
    return daemon;
  }

  /** Each command waits for the file "go" first; "$1" of argv is that file. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "shell; WAIT; exit 3; EXITED 3 null",
        "shell; WAIT; exec sh -c 'exit 4'; EXITED 4 null",
        "shell; WAIT; trap 'exit 5' EXIT; EXITED 5 null",
        "argv; sh|-c|WAIT; exit 6; EXITED 6 null",
        "shell; WAIT; kill -9 $$; SIGNALED null 9",
      })
  void trueEndIsKnown(String form, String wait, String then, String expected) throws Exception {
    Path go = dir.resolve("go");
    Path ready = dir.resolve("ready");
    String line =
        wait.replace("WAIT", "echo $$ >" + ready + "; until [ -e " + go + " ]; do sleep 0.02; done")
            + "; "
            + then;
    // Ends while nobody watches, and while the next daemon does.
    for (boolean watched : new boolean[] {false, true}) {
      Files.deleteIfExists(go);
      Files.deleteIfExists(ready);
      int number = watched ? 2 : 1;
      DaemonJvm first = daemon();
      first.hear("open");
      first.tell(form + " " + number + " RERUN " + line);
      long shell = Long.parseLong(first.hear("started " + number + " ").split(" ")[2]);
      await().until(() -> Files.exists(ready));
      first.kill();
      if (!watched) {
        Files.createFile(go);
        await().until(() -> RunFixture.isGone(shell));
      }
      DaemonJvm next = daemon();
      assertThat(next.hear("open")).contains(Integer.toString(number));
      next.tell("adopt " + number);
      if (watched) {
        assertThat(next.hear("started 2 ")).isEqualTo("started 2 " + shell);
        Files.createFile(go);
      }
      assertThat(next.hear("ended " + number + " ")).isEqualTo("ended " + number + " " + expected);
      next.kill();
    }
  }

  @Test
  void watcherKilledWhileNobodyLookedLeavesNoTraceAndCountsAsLost() throws Exception {
    DaemonJvm first = daemon();
    first.hear("open");
    Path ready = dir.resolve("ready");
    long shell = first.start(1, "RERUN", "echo $$ >" + ready + "; exec sleep 300");
    await().until(() -> Files.exists(ready) && !Files.readString(ready).isBlank());
    first.kill();
    ProcessHandle.of(shell).ifPresent(ProcessHandle::destroyForcibly);
    DaemonJvm next = daemon();
    next.hear("open [1]");
    next.tell("adopt 1");
    assertThat(next.hear("ended 1 ")).isEqualTo("ended 1 LOST null null");
    long command = Long.parseLong(Files.readString(ready).trim());
    await().atMost(Duration.ofSeconds(5)).until(() -> RunFixture.isGone(command));
  }

  @Test
  void secondDaemonIsRefusedWhileTheFirstLives() throws Exception {
    DaemonJvm first = daemon();
    first.hear("open");
    assertThat(daemon().hear("refused")).contains("pid " + first.pid());
    first.kill();
    daemon().hear("open");
  }
}
