package io.zkrun.exec;

import io.zkrun.core.Escaped;
import io.zkrun.exec.ProcessSweep.Found;
import io.zkrun.exec.ProcessSweep.Member;
import io.zkrun.exec.ProcessSweep.Search;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The processes of one run: those in its cgroup, those that carry its cookie wherever they are, and
 * what descends from them. On the thread of the runs.
 */
final class Tree {
  private final String run;
  private @Nullable Path group;
  private Map<Long, Member> members = Map.of();
  private final Set<ProcessHandle> asked = new HashSet<>();
  private final boolean isStray;
  private final Map<Long, String> outside = new TreeMap<>();

  /**
   * @param run the name of its folder
   * @param group its cgroup; null to go by cookie alone
   */
  Tree(String run, @Nullable Path group) {
    this(run, group, false);
  }

  private Tree(String run, @Nullable Path group, boolean isStray) {
    this.run = run;
    this.group = group;
    this.isStray = isStray;
  }

  /** What an ended run has left behind. */
  static Tree ofStray(String run) {
    return new Tree(run, null, true);
  }

  String trackedBy() {
    return group == null ? "cookie" : "cgroup";
  }

  /** What is to be looked for; {@code root} is the watching shell, 0 when it is gone. */
  Search search(long root, boolean kill) {
    List<ProcessHandle> met = members.values().stream().map(Member::process).toList();
    return new Search(run, root, group, met, kill);
  }

  /**
   * Takes in what lives now.
   *
   * @return whether any of it is new
   */
  boolean found(Found found) {
    boolean isNew = !members.keySet().containsAll(found.members().keySet());
    members = found.members();
    if (group != null || isStray) {
      members.forEach(
          (pid, member) -> {
            if (!member.grouped() && !outside.containsKey(pid)) {
              outside.put(pid, named(pid));
            }
          });
    }
    return isNew;
  }

  /** Whether all that is left could not be killed. */
  boolean isRefused() {
    return !members.isEmpty() && members.values().stream().allMatch(Member::refused);
  }

  /** Those that live, for people. */
  List<String> names() {
    return members.keySet().stream().sorted().map(Tree::named).toList();
  }

  /** Those that had left the cgroup, for people; empty where that was not looked for. */
  Collection<String> outside() {
    return outside.values();
  }

  private static String named(long pid) {
    String name = RunFolder.read(Path.of("/proc/" + pid + "/comm")).strip();
    return name.isEmpty() ? Long.toString(pid) : pid + " (" + Escaped.of(name) + ")";
  }

  /**
   * SIGTERM, once for each: again and again would run a command's trap again and again. What one
   * that was asked has started since is how it ends, a trap that tidies up, say: that is left alone
   * for as long as the one that was asked lives.
   */
  void ask() {
    Set<Long> askedBefore =
        members.entrySet().stream()
            .filter(each -> asked.contains(each.getValue().process()))
            .map(Map.Entry::getKey)
            .collect(Collectors.toSet());
    members.forEach(
        (pid, member) -> {
          if (!askedBefore.contains(pid) && !descends(member, askedBefore)) {
            asked.add(member.process());
            member.process().destroy();
          }
        });
  }

  private boolean descends(Member member, Set<Long> from) {
    Set<Long> passed = new HashSet<>();
    Member at = member;
    while (at != null && passed.add(at.process().pid())) {
      if (from.contains(at.parent())) {
        return true;
      }
      at = members.get(at.parent());
    }
    return false;
  }

  /** Whether the kernel knows of nothing in its cgroup: one short file tells. */
  boolean isGroupEmpty() {
    return group != null && !Cgroups.isPopulated(group);
  }

  /** Its command could not join the group: the cookie alone finds its processes then. */
  void ungroup() {
    remove();
    group = null;
  }

  /** Removes the cgroup, which must be empty. */
  void remove() {
    if (group != null) {
      Cgroups.removeWithInner(group);
    }
  }
}
