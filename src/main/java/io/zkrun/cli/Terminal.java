package io.zkrun.cli;

import io.zkrun.core.Escaped;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What the command was started with.
 *
 * @param out the answer alone
 * @param err everything else
 * @param showsProgress whether a person watches {@code err}
 */
record Terminal(
    InputStream in,
    OutputStream out,
    PrintStream err,
    Map<String, String> environment,
    boolean showsProgress) {

  static boolean isTerminal(int descriptor) {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException e) {
      return false;
    }
  }

  /** Standard input; what a person may have typed ahead does not count as there. */
  static InputStream input() {
    return isTerminal(0)
        ? new FilterInputStream(System.in) {
          @Override
          public int available() {
            return 0;
          }
        }
        : System.in;
  }

  /** Whether something is there to be read at once. */
  boolean holdsInput() {
    try {
      return in.available() > 0;
    } catch (IOException e) {
      return false;
    }
  }

  void print(String text) {
    write(text.getBytes(StandardCharsets.UTF_8));
  }

  void println(String text) {
    print(text + "\n");
  }

  /** Writes and flushes; where that fails, the command ends. */
  void write(byte[] bytes) {
    try {
      out.write(bytes);
      out.flush();
    } catch (IOException e) {
      throw new OutputException(e);
    }
  }

  /** Tells people something; what could move their cursor is escaped. */
  void note(String text) {
    err.println("zkrun: " + String.join("\n", text.lines().map(Escaped::of).toList()));
  }

  /** The answer cannot be written. */
  static final class OutputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OutputException(IOException cause) {
      super("cannot write the answer: " + cause.getMessage(), cause);
    }

    private OutputException(OutputException e, String more) {
      super(e.getMessage() + "; " + more, e);
    }

    /** With what has happened all the same. */
    OutputException with(String more) {
      return new OutputException(this, more);
    }

    /** Whether that is because its reader has gone away, as {@code head} does. */
    boolean nobodyReads() {
      return String.valueOf(getMessage()).contains("Broken pipe");
    }
  }
}
