package io.zkrun.master;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.core.Bytes;
import io.zkrun.core.TaskId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryFileTest {
  private static final long LARGE = 1 << 20;

  @TempDir Path dir;

  private static boolean append(HistoryFile history, String task) {
    CompletableFuture<Boolean> kept = new CompletableFuture<>();
    history.append(new TaskId(task), Bytes.utf8("true"), Bytes.utf8("done"), kept::complete);
    return kept.join();
  }

  private static String line(String task) {
    return "{\"schema\":1,\"id\":\"" + task + "\",\"task\":\"true\",\"status\":\"done\"}";
  }

  @Test
  void aTaskIsALine() throws Exception {
    Path file = dir.resolve("below/history.jsonl");
    HistoryFile history = new HistoryFile(file, LARGE);
    assertThat(append(history, "a")).isTrue();
    assertThat(append(history, "b")).isTrue();
    assertThat(append(new HistoryFile(file, LARGE), "c")).isTrue();
    assertThat(file).hasContent(String.join("\n", line("a"), line("b"), line("c")) + "\n");
  }

  /** As a full disk or a crash leaves it. */
  @Test
  void halfALineDoesNotSpoilTheNext() throws Exception {
    Path file = Files.writeString(dir.resolve("history.jsonl"), line("a") + "\n{\"schema\":1,\"i");
    assertThat(append(new HistoryFile(file, LARGE), "b")).isTrue();
    assertThat(Files.readAllLines(file))
        .isEqualTo(List.of(line("a"), "{\"schema\":1,\"i", line("b")));
  }

  @Test
  void aFullFileIsKeptBesideTheNewOne() throws Exception {
    Path file = dir.resolve("history.jsonl");
    HistoryFile history = new HistoryFile(file, 1);
    assertThat(append(history, "a")).isTrue();
    assertThat(append(history, "b")).isTrue();
    assertThat(file).hasContent(line("b") + "\n");
    assertThat(dir.resolve("history.jsonl.1")).hasContent(line("a") + "\n");
  }

  @Test
  void whatComesTogetherIsKeptTogether() throws Exception {
    Path file = dir.resolve("history.jsonl");
    HistoryFile history = new HistoryFile(file, LARGE);
    List<CompletableFuture<Boolean>> kept = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      CompletableFuture<Boolean> each = new CompletableFuture<>();
      history.append(new TaskId("t" + i), Bytes.utf8("true"), Bytes.utf8("done"), each::complete);
      kept.add(each);
      lines.add(line("t" + i));
    }
    assertThat(kept).allMatch(CompletableFuture::join);
    assertThat(Files.readAllLines(file)).isEqualTo(lines);
  }

  @Test
  void whatAFullDiskDoesNotTakeIsNotKept() {
    assertThat(append(new HistoryFile(Path.of("/dev/full"), LARGE), "a")).isFalse();
  }

  @Test
  void whatCannotBeWrittenIsNotDeleted() throws Exception {
    Path file = Files.createFile(dir.resolve("file"));
    assertThat(append(new HistoryFile(file.resolve("history.jsonl"), LARGE), "a")).isFalse();
  }
}
