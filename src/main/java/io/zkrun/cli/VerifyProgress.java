package io.zkrun.cli;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** How far a drill has come: one line that changes at a terminal, else a line now and then. */
final class VerifyProgress implements Consumer<Supplier<String>>, AutoCloseable {
  private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Terminal terminal;
  private final Progress line;
  private long nextNanos = System.nanoTime();

  VerifyProgress(Terminal terminal) {
    this.terminal = terminal;
    line = new Progress(terminal);
  }

  @Override
  public void accept(Supplier<String> text) {
    if (line.isWatched()) {
      line.show(text);
    } else if (System.nanoTime() >= nextNanos) {
      nextNanos = System.nanoTime() + EVERY_NANOS;
      terminal.note(text.get());
    }
  }

  void clear() {
    line.clear();
  }

  @Override
  public void close() {
    line.close();
  }
}
