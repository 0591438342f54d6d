package io.zkrun.exec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The processes of one run, found by its cgroup or else by its cookie and by descent. */
final class Tree {
  private final String cookie;
  private final @Nullable Path group;
  private final Map<Long, ProcessHandle> met = new HashMap<>();

  Tree(String cookie, @Nullable Path group) {
    this.cookie = cookie;
    this.group = group;
  }

  String trackedBy() {
    return group == null ? "cookie" : "cgroup";
  }

  /**
   * Hands over each process as it is found, so that what forks while being killed is met again.
   *
   * @param root the watching shell, which is not handed over itself; 0 when it is gone
   * @return how many there were
   */
  int each(long root, Consumer<ProcessHandle> member) {
    // What was found once stays ours, also after it lost its parent and has no cookie.
    met.values().removeIf(process -> !isThere(process));
    CookieSearch search = new CookieSearch(group == null ? cookie : null, root, member);
    met.values().forEach(search::meet);
    if (group != null) {
      Cgroups.members(group).forEach(search::meet);
    }
    met.putAll(search.run());
    return met.isEmpty() && group != null && Cgroups.isPopulated(group) ? 1 : met.size();
  }

  /** Whether nothing is left of it, once the watching shell is gone. */
  boolean isEmpty() {
    // The kernel knows, and one short file tells.
    return group != null ? !Cgroups.isPopulated(group) : each(0, process -> {}) == 0;
  }

  private static boolean isThere(ProcessHandle process) {
    ProcStat stat = ProcStat.of(process.pid());
    return process.isAlive() && stat != null && !stat.isZombie();
  }

  /** Ends all of a cgroup at a stroke, where the kernel can. */
  void killGroup() {
    if (group != null && Files.isWritable(group.resolve("cgroup.kill"))) {
      try {
        Files.writeString(group.resolve("cgroup.kill"), "1");
      } catch (IOException e) {
        // The processes are killed one by one as well.
      }
    }
  }

  /** Removes the cgroup, which must be empty. */
  void remove() {
    if (group != null) {
      Cgroups.removeWithInner(group);
    }
  }
}
