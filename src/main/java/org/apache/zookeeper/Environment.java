package org.apache.zookeeper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;

/**
 * What ZooKeeper logs of the process that it runs in, in place of the library's class of this name,
 * which comes later on the class path. That one asks the name service for this host's own name
 * before the first connection, for nothing but a line in a log: where no name server answers, every
 * command would take 10 s longer. The kernel knows the name.
 */
public final class Environment {
  public static final String JAAS_CONF_KEY = "java.security.auth.login.config";

  private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");
  private static final List<String> PROPERTIES =
      List.of(
          "java.version",
          "java.vendor",
          "java.home",
          "java.class.path",
          "java.io.tmpdir",
          "os.name",
          "os.arch",
          "os.version",
          "user.name",
          "user.home",
          "user.dir");

  private Environment() {}

  /** A property of the process. */
  public static final class Entry {
    private final String key;
    private final String value;

    public Entry(String key, String value) {
      this.key = key;
      this.value = value;
    }

    public String getKey() {
      return key;
    }

    public String getValue() {
      return value;
    }

    @Override
    public String toString() {
      return key + "=" + value;
    }
  }

  /** As the command {@code envi} and the log of a server show it. */
  public static List<Entry> list() {
    List<Entry> entries = new ArrayList<>();
    entries.add(new Entry("zookeeper.version", Version.getFullVersion()));
    entries.add(new Entry("host.name", hostName()));
    for (String property : PROPERTIES) {
      entries.add(new Entry(property, System.getProperty(property, "<NA>")));
    }
    Runtime runtime = Runtime.getRuntime();
    entries.add(new Entry("os.memory.free", megabytes(runtime.freeMemory())));
    entries.add(new Entry("os.memory.max", megabytes(runtime.maxMemory())));
    entries.add(new Entry("os.memory.total", megabytes(runtime.totalMemory())));
    return entries;
  }

  private static String hostName() {
    try {
      return Files.readString(HOST_NAME).strip();
    } catch (IOException e) {
      return "<NA>";
    }
  }

  private static String megabytes(long bytes) {
    return bytes / (1024 * 1024) + "MB";
  }

  public static void logEnv(String message, Logger log) {
    if (log.isInfoEnabled()) {
      for (Entry entry : list()) {
        log.info("{}{}", message, entry);
      }
    }
  }
}
