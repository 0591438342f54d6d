package io.zkrun.exec;

import io.zkrun.core.NotReady;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Tells from what the kernel says why this host cannot start commands, whatever they are. */
final class HostTrouble {
  /** Below it a command might start, and its end could not be written down. */
  static final long LEAST_BYTES = 64 * 1024;

  private static final Pattern FULL =
      Pattern.compile("No space left on device|Disk quota exceeded");
  private static final Pattern NO_PROCESSES =
      Pattern.compile(
          "Cannot fork|fork: |Resource temporarily unavailable|Cannot allocate memory"
              + "|error=11\\b|error=12\\b",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern NO_FILES = Pattern.compile("Too many open files|error=24\\b");
  private static final Pattern FAILS = Pattern.compile("Read-only file system");

  private HostTrouble() {}

  /** Whether there is space for one more, asked of the file system in microseconds. */
  static @Nullable NotReady lookAt(Path spool) {
    // A folder that is not there tells nothing of a disk.
    long usable = spool.toFile().getUsableSpace();
    return usable < LEAST_BYTES && spool.toFile().getTotalSpace() > 0 ? full(spool) : null;
  }

  /** Something of the spool itself, or the start of a shell, has failed. */
  static NotReady of(Path spool, IOException e) {
    NotReady known = of(spool, String.valueOf(e.getMessage()));
    if (known != null) {
      return known;
    }
    String what = e instanceof FileSystemException ? e.getMessage() : e.toString();
    return new NotReady(NotReady.SPOOL_FAILS, "cannot start commands in " + spool + ": " + what);
  }

  /** What a shell has said; null where that is about the command. */
  static @Nullable NotReady of(Path spool, String said) {
    if (FULL.matcher(said).find()) {
      return full(spool);
    }
    if (NO_PROCESSES.matcher(said).find()) {
      return new NotReady(
          NotReady.NO_PROCESSES, "no process can be started: too many of them, or no memory left");
    }
    if (NO_FILES.matcher(said).find()) {
      return new NotReady(NotReady.NO_FILES, "no file can be opened: too many are");
    }
    return FAILS.matcher(said).find()
        ? new NotReady(NotReady.SPOOL_FAILS, "the spool " + spool + " cannot be written")
        : null;
  }

  private static NotReady full(Path spool) {
    return new NotReady(NotReady.SPOOL_FULL, "the disk of the spool " + spool + " is full");
  }
}
