package io.zkrun.verify;

import io.zkrun.exec.Child;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Delays what a process asks of the kernel, by the program {@code strace}. */
final class Tracer {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** A disk that is this slow is a bad one, but a session outlives a few of its answers. */
  private static final int DELAY_MICROS = 300_000;

  private Tracer() {}

  /**
   * Whether this machine lets one process trace another.
   *
   * @param dir for what the program says
   * @return why not; empty where it does
   */
  static String whyNot(Path dir) throws InterruptedException {
    try {
      Child tried =
          Child.start(List.of("strace", "-qq", "-o", "/dev/null", "true"), Map.of(), dir, log(dir));
      if (!tried.awaitEnd(PATIENCE)) {
        tried.kill();
        return "strace does not answer";
      }
      return tried.exitCode() == 0 ? "" : "strace may trace nothing here";
    } catch (IOException e) {
      return "that takes the program strace";
    }
  }

  /** Makes each write that a process has put on its disk take long, for {@code millis}. */
  static void slowDisk(long pid, long millis, Path dir) throws IOException, InterruptedException {
    Child tracer =
        Child.start(
            List.of(
                "strace",
                "-f",
                "-qq",
                "-o",
                "/dev/null",
                "-p",
                Long.toString(pid),
                "-e",
                "trace=fsync,fdatasync",
                "-e",
                "inject=fsync,fdatasync:delay_enter=" + DELAY_MICROS),
            Map.of(),
            dir,
            log(dir));
    try {
      if (tracer.awaitEnd(Duration.ofMillis(millis))) {
        throw new IOException("strace ended with " + tracer.exitCode() + "; see " + log(dir));
      }
    } finally {
      tracer.terminate();
      if (!tracer.awaitEnd(PATIENCE)) {
        // What it traced runs on without it.
        tracer.kill();
      }
    }
  }

  private static Path log(Path dir) {
    return dir.resolve("tracer.log");
  }
}
