package io.zkrun.fleet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What a process holds of the machine: its threads by name, and how many files are open. */
record Footprint(List<String> threads, int files) {
  /** Java's own, one for each child that ends, which goes after a minute without work. */
  private static final String REAPER = "process reaper";

  static Footprint of(long pid) {
    Path process = Path.of("/proc/" + pid);
    List<String> threads =
        entries(process.resolve("task"))
            .map(thread -> name(thread.resolve("comm")))
            .filter(name -> !name.startsWith(REAPER))
            .sorted()
            .toList();
    return new Footprint(threads, (int) entries(process.resolve("fd")).count());
  }

  private static Stream<Path> entries(Path folder) {
    String[] names = folder.toFile().list();
    return names == null ? Stream.of() : Stream.of(names).map(folder::resolve);
  }

  /** Empty for a thread that has just ended. */
  private static String name(Path comm) {
    try {
      return Files.readString(comm).strip();
    } catch (IOException e) {
      return "";
    }
  }

  /** Every znode that is no task's, with the session that owns it. */
  static Map<String, Long> ownZnodes(Observer tree) {
    Map<String, Long> all = new TreeMap<>();
    for (String root : List.of("/master", "/workers", "/assign", "/drain")) {
      add(tree, root, all);
    }
    return all;
  }

  private static void add(Observer tree, String path, Map<String, Long> all) {
    var stat = tree.stat(path);
    if (stat != null) {
      all.put(path, stat.getEphemeralOwner());
      tree.children(path).forEach(child -> add(tree, path + "/" + child, all));
    }
  }

  /** The pids of all processes whose environment or command line holds a text. */
  static Set<Long> processesWith(String text) {
    Set<Long> found = new TreeSet<>();
    ProcessHandle.allProcesses()
        .map(ProcessHandle::pid)
        .filter(pid -> io.zkrun.exec.RunFixture.isOf(pid, text))
        .forEach(found::add);
    return found;
  }
}
