package io.zkrun.hosts;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What is named after this JVM on the machine: namespaces and a folder. The name tells to whom a
 * thing belongs, so that what a dead JVM has left can be removed by the next.
 */
final class Lab {
  private static final Path NAMESPACES = Path.of("/run/netns");
  private static final Path TEMP = Path.of("/tmp");
  private static final Pattern NAME = Pattern.compile("zkrun-(\\d+)-(\\d+)-\\d+(-.*)?");

  private Lab() {}

  /** Begins the name of everything that belongs to the {@code number}th set of this JVM. */
  static String name(int number) {
    long pid = ProcessHandle.current().pid();
    return "zkrun-" + pid + "-" + started(pid) + "-" + number;
  }

  /** Removes what JVMs that live no more have left. */
  static void removeStale() {
    for (Path each : list(NAMESPACES)) {
      if (isStale(each)) {
        removeNamespace(each.getFileName().toString());
      }
    }
    for (Path each : list(TEMP)) {
      if (isStale(each)) {
        removeFolder(each);
      }
    }
  }

  private static boolean isStale(Path path) {
    Matcher matcher = NAME.matcher(path.getFileName().toString());
    return matcher.matches()
        && started(Long.parseLong(matcher.group(1))) != Long.parseLong(matcher.group(2));
  }

  private static List<Path> list(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** In ticks since the machine was booted; 0 where no such process lives. */
  private static long started(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[19]);
    } catch (IOException e) {
      return 0;
    }
  }

  /** Ends every process in it, then removes it. */
  static void removeNamespace(String name) {
    if (Files.exists(NAMESPACES.resolve(name))) {
      for (List<String> pids = pids(name); !pids.isEmpty(); pids = pids(name)) {
        pids.forEach(pid -> Root.tryRun("/bin/sh", "-c", "kill -9 " + pid));
      }
      Root.tryRun("ip", "netns", "del", name);
    }
  }

  static List<String> pids(String namespace) {
    return Root.run("ip", "netns", "pids", namespace)
        .lines()
        .filter(line -> line.matches("\\d+"))
        .filter(pid -> io.zkrun.fleet.Proc.runs(Long.parseLong(pid)))
        .toList();
  }

  static void removeFolder(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
