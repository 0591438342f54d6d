package io.zkrun.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionTimeoutException;

/** A process that a test has started, with all that it printed in a file. */
public final class Proc implements AutoCloseable {
  private final String name;
  private final Process process;
  private final Path log;

  private Proc(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /** Starts it with hardly any environment but {@code env}. */
  public static Proc start(String name, Path dir, Map<String, String> env, List<String> command) {
    Path log = dir.resolve(name + "-" + System.nanoTime() + ".log");
    // A test run in the background of a script inherits ignored signals, which no JVM takes back.
    List<String> withSignals = new ArrayList<>(List.of("env", "--default-signal=HUP,INT,QUIT"));
    withSignals.addAll(command);
    ProcessBuilder builder =
        new ProcessBuilder(withSignals)
            .directory(dir.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", "/usr/bin:/bin");
    builder.environment().putAll(env);
    try {
      return new Proc(name, builder.start(), log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public long pid() {
    return process.pid();
  }

  public String log() {
    try {
      return new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until it has printed {@code text}. */
  public Proc awaitLog(String text) {
    try {
      await(name + " to print '" + text + "'")
          .atMost(Duration.ofSeconds(60))
          .pollInterval(Duration.ofMillis(20))
          .until(
              () -> {
                String all = log();
                assertThat(process.isAlive() || all.contains(text))
                    .as("%s has ended without '%s':%n%s", name, text, all)
                    .isTrue();
                return all.contains(text);
              });
    } catch (ConditionTimeoutException e) {
      throw new AssertionError(e.getMessage() + "; its log:\n" + log(), e);
    }
    return this;
  }

  /** Types a line. */
  public Proc type(String line) {
    try {
      OutputStream input = process.getOutputStream();
      input.write((line + "\n").getBytes(StandardCharsets.UTF_8));
      input.flush();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether a process runs; one that has ended and only waits to be reaped does not. */
  public static boolean runs(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      char state = stat.charAt(stat.lastIndexOf(')') + 2);
      return state != 'Z' && state != 'X';
    } catch (IOException e) {
      return false;
    }
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** SIGKILL, and waits for the end. */
  public void kill() {
    process.destroyForcibly();
    awaitExit();
  }

  /** SIGTERM. */
  public void terminate() {
    process.destroy();
  }

  /** SIGINT, as Ctrl-C sends it. */
  public void interrupt() {
    signal("INT");
  }

  /** Sends any signal (without SIG). */
  public void signal(String signal) {
    try {
      Process kill = new ProcessBuilder("sh", "-c", "kill -" + signal + " " + pid()).start();
      assertThat(kill.waitFor()).as("kill -%s", signal).isZero();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  public int awaitExit() {
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("%s ends", name).isTrue();
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Ends it if it still runs. */
  @Override
  public void close() {
    process.destroyForcibly();
    awaitExit();
  }
}
