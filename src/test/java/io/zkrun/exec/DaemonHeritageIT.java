package io.zkrun.exec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** However a daemon was started: its commands find the same. */
class DaemonHeritageIT {
  @TempDir Path dir;
  private DaemonJvm daemon;

  @AfterEach
  void cleanUp() throws Exception {
    if (daemon != null) {
      daemon.kill();
    }
    RunFixture.cleanUp(dir.resolve("spool"));
  }

  private String endOf(String line) throws Exception {
    daemon.start(1, "RERUN", line);
    return daemon.hear("ended 1 ");
  }

  /** As nohup and the background of a script do, and what no shell can undo. */
  @Test
  void signalsThatTheDaemonIgnoresHaveTheirDefaultsInCommands() throws Exception {
    String ignoring = "trap '' HUP INT QUIT PIPE USR1; exec \"$@\"";
    daemon = new DaemonJvm(dir.resolve("spool"), "sh", "-c", ignoring, "sh");
    String out = dir.resolve("out").toString();
    String end =
        endOf(
            "grep -E 'Sig(Ign|Blk)' /proc/self/status >"
                + out
                + "; trap 'exit 3' INT; kill -INT $$");
    assertThat(end).isEqualTo("ended 1 EXITED 3 null");
    String masks = Files.readString(Path.of(out));
    assertThat(ExecPrefix.signals(masks, "SigIgn:")).isEmpty();
    assertThat(ExecPrefix.signals(masks, "SigBlk:")).isEmpty();
  }

  /** The JVM raises its own to the hard one. */
  @Test
  void theLimitOfOpenFilesIsTheOneThatTheDaemonWasStartedWith() throws Exception {
    String limited =
        "JAVA_TOOL_OPTIONS=-D"
            + ExecPrefix.OPEN_FILES
            + "=77; export JAVA_TOOL_OPTIONS; exec \"$@\"";
    daemon = new DaemonJvm(dir.resolve("spool"), "sh", "-c", limited, "sh");
    assertThat(endOf("exit $(ulimit -Sn)")).isEqualTo("ended 1 EXITED 77 null");
  }

  @Test
  void whoHasNoHomeIsAtHomeInTheScratchFolder() throws Exception {
    String homeless =
        "JAVA_TOOL_OPTIONS='-Duser.home=? -Duser.name=?'; export JAVA_TOOL_OPTIONS;"
            + " unset HOME USER LOGNAME; exec \"$@\"";
    daemon = new DaemonJvm(dir.resolve("spool"), "sh", "-c", homeless, "sh");
    assertThat(endOf("[ \"$HOME\" = \"$PWD\" ] && [ -z \"${USER+x}${LOGNAME+x}\" ]"))
        .isEqualTo("ended 1 EXITED 0 null");
  }
}
