package io.zkrun.hosts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The machine's own commands, run as root outside of any host. */
public final class Root {
  private static final int PATIENCE_SECONDS = 60;

  private Root() {}

  /** Runs a command, fails unless it ends with 0, and returns its output. */
  public static String run(String... command) {
    return run(List.of(command), true);
  }

  /** The same; what comes of it is of no account. */
  static void tryRun(String... command) {
    String unused = run(List.of(command), false);
  }

  private static String run(List<String> command, boolean mustSucceed) {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
          .as("%s ends", command)
          .isTrue();
      if (mustSucceed) {
        assertThat(process.exitValue()).as("%s:%n%s", command, output).isZero();
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
