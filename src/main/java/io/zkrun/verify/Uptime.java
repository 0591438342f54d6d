package io.zkrun.verify;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The clock that the tasks write down: the same in every process, and it never jumps. */
final class Uptime {
  private static final Path FILE = Path.of("/proc/uptime");

  private Uptime() {}

  /** In hundredths of a second since the machine's boot. */
  static long now() {
    try {
      return Long.parseLong(Files.readString(FILE).split(" ")[0].replace(".", ""));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot tell the time since boot", e);
    }
  }
}
