package io.zkrun.exec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Makes cgroup v2 groups below our own, where the machine lets us. */
final class Cgroups {
  private Cgroups() {}

  static @Nullable Path make(String spoolId) {
    String mount = "";
    for (String line : RunFolder.read(Path.of("/proc/self/mountinfo")).split("\n")) {
      if (line.contains(" - cgroup2 ")) {
        mount = line.split(" ")[4];
      }
    }
    for (String line : RunFolder.read(Path.of("/proc/self/cgroup")).split("\n")) {
      if (line.startsWith("0::") && !mount.isEmpty()) {
        try {
          return Files.createDirectories(Path.of(mount + line.substring(3), "zkrun-" + spoolId));
        } catch (IOException e) {
          return null;
        }
      }
    }
    return null;
  }

  static @Nullable Path child(Path groups, RunFolder folder) {
    try {
      return Files.createDirectories(groups.resolve(folder.dir().getFileName()));
    } catch (IOException e) {
      return null;
    }
  }
}
