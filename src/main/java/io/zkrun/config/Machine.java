package io.zkrun.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What defaults depend on. */
public interface Machine {
  /** The name that the machine gives itself, domain included where it has one. */
  String hostName();

  int cpus();

  /** Whether files can be made in this folder, or the folder itself could be made. */
  boolean writable(Path folder);

  /** The machine that this process runs on. */
  static Machine local() {
    return new Local();
  }

  /** Asks the kernel alone: a name service could block. */
  record Local() implements Machine {
    @Override
    public String hostName() {
      try {
        return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
      } catch (IOException e) {
        return "localhost";
      }
    }

    @Override
    public int cpus() {
      return Runtime.getRuntime().availableProcessors();
    }

    @Override
    public boolean writable(Path folder) {
      @Nullable Path existing = folder;
      while (existing != null && !Files.exists(existing)) {
        existing = existing.getParent();
      }
      return existing != null && Files.isDirectory(existing) && Files.isWritable(existing);
    }
  }
}
