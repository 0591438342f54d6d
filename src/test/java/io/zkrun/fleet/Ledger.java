package io.zkrun.fleet;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** What commands themselves have written down, in a file of which zkrun knows nothing. */
public final class Ledger {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Path file;

  /**
   * @param centis in hundredths of a second since the machine was booted
   */
  public record Line(String word, String task, int attempt, long fence, long centis) {
    private static Line of(String text) {
      String[] words = text.split(" ");
      return new Line(
          words[0],
          words[1],
          Integer.parseInt(words[2]),
          Long.parseLong(words[3]),
          Ledger.centis(words[4]));
    }
  }

  public Ledger(Path file) {
    this.file = file;
  }

  /** Shell words that write one line. */
  public String write(String word) {
    return "read -r up rest </proc/uptime; echo "
        + word
        + " $ZKRUN_TASK_ID $ZKRUN_ATTEMPT $ZKRUN_FENCE $up >>"
        + file;
  }

  /** Shell words that write a first line and then one after the other, for ever. */
  public String beats() {
    return write("start") + "; while :; do " + write("beat") + "; sleep 0.05; done";
  }

  public List<Line> lines() {
    try {
      return Files.exists(file)
          ? Files.readAllLines(file).stream().map(Line::of).toList()
          : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public List<Line> lines(String word) {
    return lines().stream().filter(line -> line.word().equals(word)).toList();
  }

  /** Of one attempt. */
  public List<Line> lines(String task, int attempt) {
    return lines().stream()
        .filter(line -> line.task().equals(task) && line.attempt() == attempt)
        .toList();
  }

  public void awaitStarts(int atLeast) {
    await(atLeast + " starts").atMost(PATIENCE).until(() -> lines("start").size() >= atLeast);
  }

  public void awaitAttempt(String task, int attempt) {
    await("attempt " + attempt + " of " + task)
        .atMost(PATIENCE)
        .until(() -> !lines(task, attempt).isEmpty());
  }

  /** The same clock as that of the lines. */
  public static long now() {
    try {
      return centis(Files.readString(Path.of("/proc/uptime")).split(" ")[0]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long centis(String seconds) {
    return Long.parseLong(seconds.replace(".", ""));
  }
}
