package io.zkrun.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person sees at a terminal; {@code script} makes one. */
class TerminalIT {
  private static final String CLEAR = "\r\033[K";
  private static final String CLEARED = "\\r\033\\[K";

  @TempDir Path dir;
  private Fleet fleet = new Fleet(Path.of("."));

  @BeforeEach
  void start() {
    fleet = new Fleet(dir);
    fleet.zookeeper();
  }

  @AfterEach
  void stop() {
    fleet.close();
  }

  /** Starts {@code zkrun} at a terminal, but for its standard output. */
  private Proc atTerminal(Path out, String... words) {
    assumeTrue(hasTerminals(), "a terminal needs /dev/pts, and none is mounted here");
    List<String> all = new ArrayList<>(List.of(words[0], "--connect", fleet.connect()));
    all.addAll(List.of(words).subList(1, words.length));
    String line =
        Fleet.client(all).stream()
            .map(word -> "'" + word.replace("'", "'\\''") + "'")
            .collect(Collectors.joining(" "));
    List<String> script =
        List.of("script", "-qec", "exec " + line + " >'" + out + "'", "/dev/null");
    return fleet.start("terminal", Map.of("SHELL", "/bin/sh"), script);
  }

  private boolean hasTerminals() {
    return fleet.run(new byte[0], Map.of(), List.of("script", "-qec", "true", "/dev/null")).code()
        == 0;
  }

  @Test
  void waitTellsHowLongInOneLineThatIsGoneAtTheEnd() throws IOException {
    fleet.master();
    fleet.worker("vm1", 1);
    Path go = dir.resolve("go");
    String command = "while [ ! -e " + go + " ]; do sleep 0.05; done; exit 3";
    String id = fleet.zkrun("submit", command).expect(0).lines().get(0);
    Path out = dir.resolve("out");
    Proc wait = atTerminal(out, "wait", id).awaitLog(CLEAR + "waiting for task " + id + ", 1 s");
    Files.createFile(go);
    assertThat(wait.awaitExit()).isEqualTo(3);
    assertThat(wait.log())
        .matches("(" + CLEARED + "waiting for task " + id + ", \\d+ s)+" + CLEARED)
        .containsOnlyOnce("waiting for task " + id + ", 1 s");
    assertThat(out).isEmptyFile();
  }

  @Test
  void submittingLineByLineTellsHowMany() throws IOException, InterruptedException {
    Path lines = dir.resolve("lines");
    assertThat(new ProcessBuilder("mkfifo", lines.toString()).start().waitFor()).isZero();
    Path out = dir.resolve("out");
    Proc submit = atTerminal(out, "submit", "--each", lines.toString(), "echo {}");
    AtomicInteger written = new AtomicInteger();
    // To read and to write, since opening it for the one alone waits for somebody to do the other.
    try (RandomAccessFile each = new RandomAccessFile(lines.toFile(), "rw")) {
      await("the progress to be shown")
          .atMost(Duration.ofSeconds(60))
          .until(
              () -> {
                each.writeBytes("x\n");
                assertThat(submit.isAlive()).as(submit.log()).isTrue();
                written.incrementAndGet();
                return submit.log().contains("submitted");
              });
    }
    assertThat(submit.awaitExit()).isZero();
    assertThat(submit.log())
        .matches("(" + CLEARED + "(\\d+ submitted, \\d+ a second)?)+")
        .endsWith(CLEAR);
    assertThat(Files.readAllLines(out))
        .hasSize(written.get())
        .allMatch(line -> line.matches("task-\\d{10}"));
  }

  @Test
  void whereNobodyWatchesNothingIsTold() {
    fleet.master();
    fleet.worker("vm1", 1);
    Ran ran = fleet.zkrun("submit", "--wait", "sleep 1").expect(0);
    assertThat(ran.stderr()).isEmpty();
  }
}
