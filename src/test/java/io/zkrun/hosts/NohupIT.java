package io.zkrun.hosts;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.fleet.Fleet;
import io.zkrun.fleet.Proc;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Daemons that the launcher starts, as the README does it: by nohup, in the background. */
class NohupIT {
  @TempDir static Path dir;
  private static Fleet fleet = new Fleet(Path.of("."));

  @BeforeAll
  static void start() throws IOException {
    fleet = new Fleet(dir);
    Installation.unpackTo(dir.resolve("zkrun"));
    fleet.zookeeper();
    fleet.master();
  }

  @AfterAll
  static void stop() {
    fleet.closeWithoutStackTraces();
  }

  private static Proc worker(String name, String... by) {
    List<String> command = new ArrayList<>(List.of(by));
    command.add(dir.resolve("zkrun/bin/zkrun").toString());
    command.addAll(fleet.workerArgs(name, 1, "--label", "w=" + name));
    return fleet
        .start(name, Map.of("JAVA_HOME", System.getProperty("java.home")), command)
        .awaitLog("ready: worker " + name);
  }

  private static int run(String worker, String command) {
    return fleet.zkrun("run", "--require", "w=" + worker, command).code();
  }

  /** A script ignores SIGINT and SIGQUIT in what it starts in the background. */
  @Test
  void aHangupEndsNoDaemonOfNohupAndItsCommandsHaveTheDefaults() {
    Proc worker = worker("vm1", "env", "--ignore-signal=INT,QUIT", "nohup");
    worker.signal("HUP");
    for (String signal : List.of("HUP", "INT")) {
      assertThat(run("vm1", "trap 'exit 3' " + signal + "; kill -" + signal + " $$; exit 4"))
          .as(signal)
          .isEqualTo(3);
    }
    assertThat(worker.isAlive()).isTrue();
    worker.terminate();
    assertThat(worker.awaitExit()).isZero();
    assertThat(worker.log()).contains("SIGTERM: stopping worker vm1").doesNotContain("SIGHUP");
  }

  @Test
  void aHangupStopsADaemonWithoutNohupAsSigtermDoes() {
    Proc worker = worker("vm2");
    assertThat(run("vm2", "exit 5")).isEqualTo(5);
    worker.signal("HUP");
    assertThat(worker.awaitExit()).isZero();
    assertThat(worker.log()).contains("SIGHUP: stopping worker vm2", "stopped");
  }
}
