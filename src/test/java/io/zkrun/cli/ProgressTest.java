package io.zkrun.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private long nanos;

  private Progress progress(boolean watched) {
    return new Progress(
        new Terminal(
            InputStream.nullInputStream(),
            OutputStream.nullOutputStream(),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Map.of(),
            watched),
        () -> nanos);
  }

  private void pass(long millis) {
    nanos += millis * 1_000_000;
  }

  @Test
  void itIsThrottledAndGoneAtTheEnd() {
    try (Progress progress = progress(true)) {
      progress.show(() -> "too early");
      pass(250);
      progress.show(() -> "first");
      pass(100);
      progress.show(() -> "too soon");
      pass(100);
      progress.show(() -> "second, " + progress.perSecond(9));
    }
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo("\r\033[Kfirst\r\033[Ksecond, 20\r\033[K");
  }

  @Test
  void theSameTextIsNotDrawnAgain() {
    try (Progress progress = progress(true)) {
      for (int i = 0; i < 5; i++) {
        pass(250);
        progress.show(() -> "line " + progress.seconds());
      }
      progress.clear();
      pass(250);
      progress.show(() -> "line 1");
    }
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo("\r\033[Kline 0\r\033[Kline 1\r\033[K\r\033[Kline 1\r\033[K");
  }

  @Test
  void nobodyWatchesAFile() {
    try (Progress progress = progress(false)) {
      pass(1_000);
      progress.show(() -> "unseen");
    }
    assertThat(err.size()).isZero();
  }
}
