package io.zkrun.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code zkrun verify}: that it finds nothing where nothing is wrong, and what was sabotaged. */
@Tag("quiet")
class VerifyIT {
  private static final Duration PATIENCE = Duration.ofMinutes(12);

  @TempDir Path dir;
  private Proc drill;

  @AfterEach
  void nothingIsLeft() {
    if (drill != null) {
      drill.close();
    }
    assertThat(processes()).isEmpty();
  }

  /** Every process that was started below the drill's folder, or knows of it. */
  private List<String> processes() {
    List<String> found = new ArrayList<>();
    try (Stream<Path> all = Files.list(Path.of("/proc"))) {
      for (Path each : all.filter(path -> path.getFileName().toString().matches("\\d+")).toList()) {
        String text = read(each.resolve("cmdline")) + read(each.resolve("environ"));
        if (text.contains(dir.resolve("drill").toString())) {
          found.add(each.getFileName() + " " + text.replace('\0', ' '));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  private static String read(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }

  private Proc start(String... words) {
    List<String> all = new ArrayList<>(List.of("verify", "--dir", dir.resolve("drill").toString()));
    all.addAll(List.of(words));
    drill = Proc.start("verify", dir, Map.of("TMPDIR", "/tmp"), Fleet.client(all));
    return drill;
  }

  private int exitCode() {
    await("the drill to end").atMost(PATIENCE).until(() -> !drill.isAlive());
    return drill.awaitExit();
  }

  private String json() {
    return drill.log().lines().filter(line -> line.startsWith("{")).findFirst().orElseThrow();
  }

  @Test
  void keepsItsPromisesThroughAShortDrill() throws Exception {
    start("--duration", "20s", "--tasks", "200", "--seed", "11", "--output", "json");
    assertThat(exitCode()).as("%s", drill.log()).isZero();
    Map<String, Object> report = JSON.std.mapFrom(json());
    assertThat(report).containsEntry("schema", 1).containsEntry("held", true);
    assertThat(report).containsEntry("acknowledged", 200);
    assertThat((Integer) report.get("kills")).isGreaterThanOrEqualTo(6);
    assertThat((Integer) report.get("elections")).isGreaterThanOrEqualTo(3);
    assertThat(drill.log()).contains("no partitions", " faults");
    assertThat(dir.resolve("drill")).doesNotExist();
  }

  @Test
  void noticesMastersWithoutAFence() throws Exception {
    start(
        "--duration",
        "30s",
        "--tasks",
        "800",
        "--seed",
        "12",
        "--sabotage",
        "no-fence",
        "--output",
        "json");
    assertNoticed();
  }

  @Test
  void noticesWorkersWithoutALease() throws Exception {
    start("--duration", "60s", "--seed", "13", "--sabotage", "no-lease", "--output", "json");
    assertNoticed();
  }

  private void assertNoticed() throws IOException {
    assertThat(exitCode()).as("%s", drill.log()).isEqualTo(1);
    Map<String, Object> report = JSON.std.mapFrom(json());
    assertThat((List<?>) report.get("promises"))
        .as("broken promises of %s", report)
        .anySatisfy(promise -> assertThat((Map<?, ?>) promise).extracting("held").isEqualTo(false));
    assertThat(dir.resolve("drill")).as("is kept").isDirectory();
  }

  @Test
  void endsAllAtOnceWhenAsked() {
    start("--duration", "60s", "--tasks", "500").awaitLog("tasks submitted");
    await("tasks to run")
        .atMost(Duration.ofMinutes(1))
        .until(() -> Files.exists(dir.resolve("drill/events")));
    drill.terminate();
    assertThat(exitCode()).isEqualTo(143);
    assertThat(dir.resolve("drill")).doesNotExist();
  }

  @Test
  void refusesWhatItCannotDo() throws Exception {
    Files.createDirectory(dir.resolve("drill"));
    Files.writeString(dir.resolve("drill/mine"), "");
    start();
    assertThat(exitCode()).isEqualTo(64);
    assertThat(drill.log()).contains("is not empty");
    start("--duration", "1s", "--workers", "0", "--sabotage", "no-sense");
    assertThat(exitCode()).isEqualTo(64);
    assertThat(drill.log()).contains("--duration", "--workers", "no-sense");
    assertThat(dir.resolve("drill/mine")).exists();
  }
}
