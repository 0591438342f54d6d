package io.zkrun.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.zkrun.core.Command;
import io.zkrun.core.OnLost;
import io.zkrun.core.SpecProblem;
import io.zkrun.core.TaskSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
  @TempDir Path folder;

  @Test
  void everythingHasADefault() throws Exception {
    Settings settings = load("", Map.of(), Map.of());

    assertThat(settings.mode()).isEqualTo(Mode.WORKER);
    assertThat(settings.zookeeper().connect()).hasToString("127.0.0.1:2181");
    assertThat(settings.zookeeper().juteMaxBufferBytes()).isEqualTo(64 << 20);
    assertThat(settings.zookeeper().sessionTimeout().master()).isEqualTo(Duration.ofSeconds(6));
    assertThat(settings.master().retention().maxAge()).isEqualTo(Duration.ofHours(24));
    assertThat(settings.master().history().file())
        .isEqualTo(Path.of("/home/u/.local/state/zkrun/history.jsonl"));
    assertThat(settings.worker().name()).isEqualTo("vm_1");
    assertThat(settings.worker().slots()).isEqualTo(3);
    assertThat(settings.worker().labels()).isEmpty();
    assertThat(settings.worker().spool()).isEqualTo(Path.of("/home/u/.local/state/zkrun/spool"));
    assertThat(settings.worker().lease()).isEqualTo(Duration.ofSeconds(13));
    assertThat(settings.task())
        .isEqualTo(new TaskSettings(OnLost.RERUN, Duration.ofSeconds(10), 65536));
    assertThat(settings.effective()).extracting(e -> e.origin().text()).containsOnly("default");
  }

  @Test
  void systemdsStateFolderHoldsTheSpool() throws Exception {
    Settings settings = load("", Map.of("STATE_DIRECTORY", "/var/lib/a:/var/lib/b"), Map.of());

    assertThat(settings.worker().spool()).isEqualTo(Path.of("/var/lib/a/spool"));
  }

  @Test
  void whatATaskCanRequireAWorkerCanHave() throws Exception {
    String longest = "a".repeat(128);
    TaskSpec spec =
        TaskSpec.builder(Command.shell("true")).requires(Map.of(longest, longest)).build();
    assertThat(SpecProblem.check(spec)).isEmpty();

    Settings settings = load("", Map.of(), Map.of(), Given.label(longest, longest));

    assertThat(settings.worker().labels()).isEqualTo(spec.requires());
    String tooLong = longest + "a";
    assertThat(SpecProblem.check(spec.toBuilder().requires(Map.of(tooLong, "1")).build()))
        .hasSize(1);
    assertThat(mistaken("", Given.label(tooLong, "1"))).hasMessageContaining("1 to 128 letters");
  }

  @Test
  void eachSourceOverridesThoseBeforeIt() throws Exception {
    String file =
        """
        zkrun {
          zookeeper.connect = "a:1"
          worker { slots = 1, labels { gpu = true, rack.row = 7 } }
          task.on-lost = hold
        }
        """;
    Settings settings =
        load(
            file,
            Map.of("ZKRUN_CONNECT", "b/prod"),
            Map.of("zkrun.worker.slots", "2", "zookeeper.sasl.client", "x", "zkrun.home", "/opt"),
            Given.define("worker.slots", "3"),
            Given.define("zkrun.worker.lease", "5s"),
            Given.option("--spool", "worker.spool", "here"),
            Given.option("--slots", "worker.slots", "4"),
            Given.label("gpu", "a100"));

    assertThat(settings.zookeeper().connect()).hasToString("b:2181/prod");
    assertThat(settings.worker().slots()).isEqualTo(4);
    assertThat(settings.worker().labels()).isEqualTo(Map.of("gpu", "a100", "rack.row", "7"));
    assertThat(settings.worker().spool()).isEqualTo(folder.resolve("here"));
    assertThat(settings.effective())
        .extracting(e -> e.key() + " " + e.value() + " from " + e.origin().text())
        .contains(
            "zookeeper.connect b:2181/prod from environment ZKRUN_CONNECT",
            "worker.slots 4 from command line --slots",
            "worker.lease 5s from command line -Dzkrun.worker.lease",
            "worker.labels.gpu a100 from command line --label gpu",
            "task.on-lost hold from " + conf() + ":4",
            "task.kill-after 10s from default");
  }

  @Test
  void everyMistakeIsToldAtOnce() throws Exception {
    String file =
        """
        worker.slots = 9
        zkrun {
          worker { slot = 4, slots = many, lease = 13, leave-background = yes
            name = "-x", labels { "a b" = 1, os = "Debian 12" }
            spool = relative/path
          }
          zookeeper { connect = "vm1:2181,vm2:99999", jute-max-buffer = 64MB }
          master.retention { min-age = 5m, max-count = [1] }
          task { output-limit = 1MiB, on-lost = maybe }
          metrics = off
          sesion-timeout = 5s
        }
        """;
    MistakenSettingsException mistaken = mistaken(file, Given.define("worker.slots", "0"));

    assertThat(mistaken.getMessage().replace(conf() + ":", ""))
        .isEqualTo(
            """
            18 mistakes in the settings:
              1: worker.slots = 9: stands outside of zkrun { … }; write it as zkrun.worker.slots
              3: worker.lease = 13: the unit is missing; write ms, s, m, h or d after the number, such as 13s
              3: worker.leave-background = yes: not a choice; write true or false
              3: worker.slot = 4: there is no such setting; did you mean worker.slots?
              3: worker.slots = many: not a number; write a whole number
              4: worker.labels.a b = 1: 'a b' is no name for a label; write 1 to 128 letters, digits, '.', '_', '/' or '-', a letter or digit first
              4: worker.labels.os = Debian 12: not possible; write 1 to 128 letters, digits, '.', '_', '/' or '-', a letter or digit first
              4: worker.name = -x: not possible; write 1 to 128 letters, digits, '.', '_' or '-', a letter or digit first
              5: worker.spool = relative/path: not an absolute path; begin it with /
              7: zookeeper.connect = vm1:2181,vm2:99999: '99999' is no port; write a number from 1 to 65535
              7: zookeeper.jute-max-buffer = 64MB: unknown unit 'MB'; sizes are written with B, KiB, MiB, GiB or TiB (powers of 1024), such as 64MiB
              8: master.retention.max-count = [ … ]: a list stands here; write a whole number, 0 to 10000000
              8: master.retention.min-age = 5m: out of bounds; write a value from 10m to 3650d
              9: task.on-lost = maybe: not a choice; write rerun, fail or hold
              9: task.output-limit = 1MiB: out of bounds; write a value from 0B to 256KiB
              10: metrics = off: is a block of settings; write metrics { … }
              11: sesion-timeout = 5s: there is no such setting; see 'zkrun config show' for all of them
              command line -Dworker.slots: worker.slots = 0: out of bounds; write a value from 1 to 10000""");
  }

  @Test
  void aLeaseHasToEndBeforeItsWorkerIsLost() throws Exception {
    assertThat(mistaken("zkrun.master.worker-lost-after = 10s").getMessage())
        .endsWith(
            conf()
                + ":1: master.worker-lost-after = 10s: does not fit worker.lease = 13s (default); a"
                + " task must have ended before it runs again elsewhere: worker.lease + 2s must be"
                + " at most master.worker-lost-after");
  }

  @Test
  void brokenSyntaxIsToldWithItsLine() throws Exception {
    assertThat(mistaken("zkrun {\n  worker.slots = 4\n  worker {{\n").getMessage())
        .startsWith("1 mistake in the settings:\n  " + conf() + ":3: cannot be parsed: ");
  }

  @Test
  void aFileThatWasNamedHasToExist() {
    Path missing = folder.resolve("none.conf");
    Sources sources = sources(missing, Map.of(), Map.of());

    assertThat(catchThrowableOfType(MistakenSettingsException.class, () -> Settings.load(sources)))
        .hasMessage(
            "1 mistake in the settings:\n  "
                + missing
                + ": there is no such file; it was named by --config");
  }

  private Path conf() {
    return folder.resolve("zkrun.conf");
  }

  private Settings load(
      String file, Map<String, String> environment, Map<String, String> properties, Given... given)
      throws IOException, MistakenSettingsException {
    Files.writeString(conf(), file);
    return Settings.load(sources(conf(), environment, properties, given));
  }

  private MistakenSettingsException mistaken(String file, Given... given) throws IOException {
    Files.writeString(conf(), file);
    Sources sources = sources(conf(), Map.of(), Map.of(), given);
    return catchThrowableOfType(MistakenSettingsException.class, () -> Settings.load(sources));
  }

  private Sources sources(
      Path file, Map<String, String> environment, Map<String, String> properties, Given... given) {
    Map<String, String> withHome = new HashMap<>(environment);
    withHome.put("HOME", "/home/u");
    return new Sources(
        file,
        null,
        folder,
        withHome,
        properties,
        List.of(given),
        new FixedMachine("vm_1.example.org", 3, false));
  }
}
