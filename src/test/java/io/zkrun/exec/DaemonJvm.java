package io.zkrun.exec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A {@link SpoolDaemon} in a process and a process group of its own. */
final class DaemonJvm {
  private final Process process;
  private final List<String> said = new CopyOnWriteArrayList<>();

  /**
   * @param within a command that runs the daemon, which is appended, in place of itself
   */
  DaemonJvm(Path spool, String... within) throws IOException {
    List<String> line = new ArrayList<>(List.of("setsid"));
    line.addAll(List.of(within));
    line.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-Xshare:auto",
            "-Dorg.slf4j.simpleLogger.logFile=System.err",
            "-Dorg.slf4j.simpleLogger.log.io.zkrun=warn",
            "-cp",
            System.getProperty("java.class.path"),
            SpoolDaemon.class.getName(),
            spool.toString()));
    ProcessBuilder builder = new ProcessBuilder(line);
    builder.redirectError(spool.resolveSibling("daemon.log").toFile());
    process = builder.start();
    Thread reader = new Thread(this::read, "daemon-output");
    reader.setDaemon(true);
    reader.start();
  }

  private void read() {
    try (BufferedReader out = process.inputReader(UTF_8)) {
      out.lines().forEach(said::add);
    } catch (IOException | UncheckedIOException e) {
      said.add("closed");
    }
  }

  long pid() {
    return process.pid();
  }

  void tell(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(UTF_8));
    process.getOutputStream().flush();
  }

  /** The line that begins so, once it is there. */
  String hear(String prefix) {
    await("'" + prefix + "' in " + said)
        .atMost(Duration.ofSeconds(20))
        .until(() -> said.stream().anyMatch(line -> line.startsWith(prefix)));
    return said.stream().filter(line -> line.startsWith(prefix)).findFirst().orElseThrow();
  }

  /** Starts a command, and gives the pid of the shell that watches over it. */
  long start(int number, String onLost, String line) throws IOException {
    tell("shell " + number + " " + onLost + " " + line);
    return Long.parseLong(hear("started " + number + " ").split(" ")[2]);
  }

  void signal(String name) throws Exception {
    new ProcessBuilder("sh", "-c", "kill -" + name + " " + pid()).start().waitFor();
  }

  void signalGroup(String name) throws Exception {
    new ProcessBuilder("sh", "-c", "kill -" + name + " -- -" + pid()).start().waitFor();
  }

  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }
}
