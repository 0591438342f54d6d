package io.zkrun.exec;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.commons.exec.CommandLine;

/**
 * A process that somebody starts to treat it roughly: a daemon in a fault drill. It reads nothing,
 * and what it prints is appended to a file.
 */
public final class Child {
  private static final long SIGNAL_SECONDS = 10;

  private final Process process;

  private Child(Process process) {
    this.process = process;
  }

  /**
   * Starts it; returns while it runs.
   *
   * @param env the clean base of every command, and this on top
   * @throws IOException where there is no such program, folder or memory
   */
  public static Child start(List<String> command, Map<String, String> env, Path dir, Path log)
      throws IOException {
    CommandLine line = new CommandLine(command.get(0));
    line.addArguments(command.subList(1, command.size()).toArray(String[]::new), false);
    Map<String, String> all = BaseEnvironment.of();
    all.putAll(env);
    return new Child(Launch.start(line, all, dir, new DetachedLauncher(log, null)));
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** SIGKILL; returns once it is gone. */
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    int unused = process.waitFor();
  }

  /** SIGTERM. */
  public void terminate() {
    process.destroy();
  }

  /** SIGSTOP. */
  public void pause() throws IOException, InterruptedException {
    signal("STOP");
  }

  /** SIGCONT. */
  public void resume() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String signal) throws IOException, InterruptedException {
    CommandLine line = new CommandLine("/bin/sh");
    line.addArguments(new String[] {"-c", "kill -" + signal + " " + pid()}, false);
    Process kill = Launch.start(line, Map.of(), Path.of("/"), Path.of("/dev/null"));
    if (!kill.waitFor(SIGNAL_SECONDS, TimeUnit.SECONDS) || kill.exitValue() != 0) {
      throw new IOException("cannot send SIG" + signal + " to process " + pid());
    }
  }

  /** Waits for its end; false where it did not end in time. */
  public boolean awaitEnd(Duration patience) throws InterruptedException {
    return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Its exit code, once it has ended. */
  public int exitCode() {
    return process.exitValue();
  }
}
