package io.zkrun.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.core.Bytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What a command that a test ran to its end has left. */
public record Ran(int code, Bytes out, Bytes err) {
  private static final int PATIENCE_SECONDS = 280;

  /**
   * Runs any command to its end.
   *
   * @param dir where it runs, and keeps its input and output
   * @param env hardly more than this is in its environment
   */
  public static Ran of(Path dir, byte[] input, Map<String, String> env, List<String> command) {
    long now = System.nanoTime();
    Path in = dir.resolve("in-" + now);
    Path out = dir.resolve("out-" + now);
    Path err = dir.resolve("err-" + now);
    try {
      Files.write(in, input);
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(dir.toFile())
              .redirectInput(in.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().clear();
      builder.environment().put("PATH", "/usr/bin:/bin");
      builder.environment().putAll(env);
      Process process = builder.start();
      boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
      process.destroyForcibly();
      assertThat(ended).as("%s ends", command).isTrue();
      return new Ran(
          process.exitValue(),
          Bytes.of(Files.readAllBytes(out)),
          Bytes.of(Files.readAllBytes(err)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  public String stdout() {
    return out.lossy();
  }

  public String stderr() {
    return err.lossy();
  }

  public List<String> lines() {
    return stdout().lines().toList();
  }

  /** Fails unless the exit code was {@code expected}. */
  public Ran expect(int expected) {
    assertThat(code)
        .as("exit code%nstdout:%n%s%nstderr:%n%s", stdout(), stderr())
        .isEqualTo(expected);
    return this;
  }

  @Override
  public String toString() {
    return "exit code " + code + "\nstdout:\n" + stdout() + "\nstderr:\n" + stderr();
  }
}
