package io.zkrun.cli;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * One line on standard error that tells how far long work has come; only where a person watches,
 * and gone when the work is done.
 */
final class Progress implements AutoCloseable {
  static final long EVERY_MILLIS = 200;

  private static final String CLEAR = "\r\033[K";

  private final Terminal terminal;
  private final LongSupplier nanoTime;
  private final long beganNanos;
  private long lastNanos;
  private String shown = "";

  Progress(Terminal terminal) {
    this(terminal, System::nanoTime);
  }

  Progress(Terminal terminal, LongSupplier nanoTime) {
    this.terminal = terminal;
    this.nanoTime = nanoTime;
    beganNanos = nanoTime.getAsLong();
    lastNanos = beganNanos;
  }

  boolean isWatched() {
    return terminal.showsProgress();
  }

  /** Shows it, unless something was shown a moment ago. */
  void show(Supplier<String> line) {
    long now = nanoTime.getAsLong();
    if (isWatched() && now - lastNanos >= TimeUnit.MILLISECONDS.toNanos(EVERY_MILLIS)) {
      lastNanos = now;
      String text = line.get();
      if (!text.equals(shown)) {
        shown = text;
        write(CLEAR + text);
      }
    }
  }

  /** Whole seconds since the beginning. */
  long seconds() {
    return TimeUnit.NANOSECONDS.toSeconds(nanoTime.getAsLong() - beganNanos);
  }

  /** How many a second, since the beginning. */
  long perSecond(long count) {
    long nanos = Math.max(1, nanoTime.getAsLong() - beganNanos);
    return Math.round(count * 1e9 / nanos);
  }

  /** Makes room for other output. */
  void clear() {
    if (!shown.isEmpty()) {
      shown = "";
      write(CLEAR);
    }
  }

  private void write(String text) {
    terminal.err().print(text);
    terminal.err().flush();
  }

  @Override
  public void close() {
    clear();
  }
}
