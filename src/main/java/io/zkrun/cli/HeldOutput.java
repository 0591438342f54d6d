package io.zkrun.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Keeps what is printed until it is known that somebody has to see it; then all goes through. */
final class HeldOutput {
  private final Held out;
  private final Held err;
  private final Terminal terminal;

  HeldOutput(Terminal real) {
    out = new Held(real.out());
    err = new Held(real.err());
    terminal =
        new Terminal(
            real.in(),
            out,
            new PrintStream(err, true, StandardCharsets.UTF_8),
            real.environment(),
            false);
  }

  Terminal terminal() {
    return terminal;
  }

  void release() {
    try {
      out.release();
      err.release();
    } catch (IOException e) {
      throw new Terminal.OutputException(e);
    }
  }

  private static final class Held extends OutputStream {
    private final OutputStream real;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private boolean released;

    Held(OutputStream real) {
      this.real = real;
    }

    @Override
    public synchronized void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
      if (released) {
        real.write(bytes, offset, length);
      } else {
        kept.write(bytes, offset, length);
      }
    }

    @Override
    public synchronized void flush() throws IOException {
      if (released) {
        real.flush();
      }
    }

    synchronized void release() throws IOException {
      released = true;
      kept.writeTo(real);
      kept.reset();
      real.flush();
    }
  }
}
