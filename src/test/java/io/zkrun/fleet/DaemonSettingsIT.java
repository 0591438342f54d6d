package io.zkrun.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where daemons and clients take their settings from. */
class DaemonSettingsIT {
  @TempDir static Path dir;
  private static Fleet fleet;

  @BeforeAll
  static void start() {
    fleet = new Fleet(dir);
    fleet.zookeeper();
    fleet.master();
  }

  @AfterAll
  static void stop() {
    fleet.closeWithoutStackTraces();
  }

  private static void stop(Proc proc) {
    proc.terminate();
    assertThat(proc.awaitExit()).isZero();
  }

  @Test
  void aDaemonIsWhatItsModeSays() throws Exception {
    Path config = Files.writeString(dir.resolve("mode.conf"), "zkrun { mode = master }\n");
    String connect = fleet.connect() + "/mode";
    Proc byFile =
        fleet
            .daemon("by-file", List.of("daemon", "--config", "" + config, "--connect", connect))
            .awaitLog("ready: leads");
    Proc byDefine =
        fleet
            .daemon(
                "by-define",
                List.of(
                    "daemon",
                    "--config",
                    "" + config,
                    "-Dmode=worker",
                    "-Dzkrun.worker.name=w6",
                    "-Dworker.slots=3",
                    "-Dworker.spool=" + dir.resolve("spool-w6"),
                    "--connect",
                    connect))
            .awaitLog("ready: worker w6 takes 3 at once");
    stop(byDefine);
    stop(byFile);
  }

  @Test
  void whereToConnectIsLookedForInOrder() throws Exception {
    String good = fleet.connect();
    String bad = "127.0.0.1:1";
    Path goodFile =
        Files.writeString(dir.resolve("good.conf"), "zkrun.zookeeper.connect = \"" + good + "\"\n");
    Path badFile =
        Files.writeString(
            dir.resolve("bad.conf"),
            "zkrun.zookeeper { connect = \"" + bad + "\", connect-timeout = 1s }\n");
    masters(Map.of("ZKRUN_CONFIG", "" + goodFile), 0);
    masters(Map.of("ZKRUN_CONFIG", "" + badFile), 75);
    masters(Map.of("ZKRUN_CONFIG", "" + badFile, "ZKRUN_CONNECT", good), 0);
    masters(Map.of("ZKRUN_CONFIG", "" + badFile), 0, "--config", "" + goodFile);
    masters(Map.of("ZKRUN_CONNECT", bad), 0, "-Dzookeeper.connect=" + good);
    masters(Map.of("ZKRUN_CONNECT", bad), 0, "--connect", good);
  }

  private static void masters(Map<String, String> env, int code, String... more) {
    List<String> words = new ArrayList<>(List.of("masters"));
    words.addAll(List.of(more));
    fleet.run(new byte[0], env, Fleet.client(words)).expect(code);
  }

  @Test
  void allMistakesOfTheSettingsAreTold() throws Exception {
    Path config =
        Files.writeString(
            dir.resolve("mistaken.conf"),
            "zkrun { mode = boss\n worker { slots = -1, lease = 5 minuts }\n taks {} }\n");
    for (String[] words : new String[][] {{"worker"}, {"list"}, {"config", "check"}}) {
      List<String> all = new ArrayList<>(List.of(words));
      all.addAll(List.of("--config", "" + config));
      Ran ran = fleet.run(new byte[0], Map.of(), Fleet.client(all)).expect(78);
      assertThat(ran.stderr()).contains("mode", "worker.slots", "worker.lease", "taks");
    }
  }
}
