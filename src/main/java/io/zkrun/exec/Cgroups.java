package io.zkrun.exec;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.commons.exec.CommandLine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes cgroup v2 groups below our own, where the machine lets us, and reads who is in them. */
final class Cgroups {
  private static final Logger LOG = LoggerFactory.getLogger(Spool.class);
  private static final long PROBE_SECONDS = 10;

  private Cgroups() {}

  /** The group for this spool's runs, tried with a real process; null where none can be had. */
  static @Nullable Path make(String spoolId) {
    Path own =
        own(
            RunFolder.read(Path.of("/proc/self/mountinfo")),
            RunFolder.read(Path.of("/proc/self/cgroup")));
    if (own == null) {
      LOG.info("tracks commands by cookie: no cgroup v2 is mounted here");
      return null;
    }
    Path group = own.resolve("zkrun-" + spoolId);
    try {
      if (!Files.isDirectory(group)) {
        Files.createDirectory(group);
      }
      if (takesProcesses(group)) {
        LOG.info("tracks commands by cgroup below {}", group);
        return group;
      }
      remove(group);
      LOG.info("tracks commands by cookie: no process can be put into a cgroup below {}", own);
    } catch (IOException e) {
      LOG.info("tracks commands by cookie: cannot make a cgroup: {}", e.toString());
    }
    return null;
  }

  /** Where our own cgroup is found in the file system. */
  static @Nullable Path own(String mountinfo, String cgroup) {
    String path =
        cgroup.lines().filter(line -> line.startsWith("0::")).findFirst().orElse("").trim();
    for (String line : mountinfo.split("\n")) {
      String[] fields = line.split(" ");
      if (!path.isEmpty() && line.contains(" - cgroup2 ") && fields.length > 4) {
        String root = fields[3].equals("/") ? "" : Mounts.unescaped(fields[3]);
        String inside = path.substring("0::".length());
        if (inside.equals(root) || inside.startsWith(root + "/")) {
          return Path.of(Mounts.unescaped(fields[4]) + "/" + inside.substring(root.length()));
        }
      }
    }
    return null;
  }

  private static boolean takesProcesses(Path group) throws IOException {
    Path probe = group.resolve("probe");
    if (!Files.isDirectory(probe)) {
      Files.createDirectory(probe);
    }
    CommandLine line = new CommandLine("/bin/sh");
    line.addArguments(new String[] {"-c", "echo 0 >\"$0\"", probe + "/cgroup.procs"}, false);
    try {
      Process process = Launch.start(line, Map.of(), Path.of("/"), Path.of("/dev/null"));
      return process.waitFor(PROBE_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      remove(probe);
    }
  }

  static @Nullable Path child(Path groups, RunFolder folder) {
    Path child = groups.resolve(folder.dir().getFileName());
    try {
      // The parent may have been removed when it was empty.
      return Files.createDirectories(child);
    } catch (IOException e) {
      LOG.warn("tracks {} by cookie: cannot make {}: {}", folder.dir(), child, e.toString());
      return null;
    }
  }

  /** The processes of a group and of the groups that its commands made inside. */
  static List<ProcessHandle> members(Path group) {
    List<ProcessHandle> members = new ArrayList<>();
    for (Path each : withInner(group)) {
      RunFolder.read(each.resolve("cgroup.procs"))
          .lines()
          .filter(pid -> !pid.equals("0")) // Of another pid namespace.
          .forEach(pid -> ProcessHandle.of(Long.parseLong(pid)).ifPresent(members::add));
    }
    return members;
  }

  /**
   * Whether the kernel knows of any process there, be it a dying one. What cannot be read counts as
   * populated, since an empty group ends the watch over a run.
   */
  static boolean isPopulated(Path group) {
    String events = RunFolder.read(group.resolve("cgroup.events"));
    return !events.contains("populated 0") && Files.exists(group);
  }

  /** Ends all in a group at a stroke, where the kernel can. */
  static void kill(Path group) {
    Path file = group.resolve("cgroup.kill");
    if (Files.isWritable(file)) {
      try {
        Files.writeString(file, "1");
      } catch (IOException e) {
        // The processes are killed one by one as well.
      }
    }
  }

  /** The group itself first, each before those inside it. */
  static List<Path> withInner(Path group) {
    List<Path> all = new ArrayList<>(List.of(group));
    try (DirectoryStream<Path> inside = Files.newDirectoryStream(group, Files::isDirectory)) {
      inside.forEach(each -> all.addAll(withInner(each)));
    } catch (IOException e) {
      // Gone: so are its processes.
    }
    return all;
  }

  /** Removes the groups of runs that are no more, once what those left there has ended too. */
  static void tidy(Path groups, Path tasks) {
    for (Path each : withInner(groups)) {
      if (groups.equals(each.getParent()) && Files.notExists(tasks.resolve(each.getFileName()))) {
        removeWithInner(each);
      }
    }
  }

  /** Removes a group and those inside it; leaves them where anything lives in one of them. */
  static void removeWithInner(Path group) {
    // Few commands make groups of their own, and to look for them is dear.
    if (remove(group) || isPopulated(group)) {
      return;
    }
    List<Path> all = withInner(group);
    for (int i = all.size() - 1; i >= 0; i--) {
      remove(all.get(i));
    }
  }

  /** Whether it is gone: not where it holds another, or a process, be it a dying one. */
  static boolean remove(Path group) {
    try {
      Files.deleteIfExists(group);
      return true;
    } catch (IOException e) {
      return false; // Tidied up later.
    }
  }
}
