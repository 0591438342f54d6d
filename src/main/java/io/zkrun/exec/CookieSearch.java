package io.zkrun.exec;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One search of {@code /proc} for the processes that carry a cookie and for what descends from
 * them. A process that forks and ends is a moving target: the newest are looked at first, and as
 * long as any came or went meanwhile, the search looks again at those that are new.
 */
final class CookieSearch {
  private static final int MOST_PASSES = 8;

  private final @Nullable String cookie;
  private final long root;
  private final Consumer<ProcessHandle> member;
  private final Map<Long, ProcessHandle> members = new HashMap<>();
  private final Set<Long> others = new HashSet<>();
  private final Set<Long> blank = new HashSet<>();
  private boolean moving;

  /**
   * @param cookie null to go by descent alone
   * @param root the watching shell, no member itself; 0 when it is gone
   * @param member is told each one once, at the moment it is found
   */
  CookieSearch(@Nullable String cookie, long root, Consumer<ProcessHandle> member) {
    this.cookie = cookie == null ? null : "\0ZKRUN_COOKIE=" + cookie + "\0";
    this.root = root;
    this.member = member;
    if (root > 0) {
      others.add(root);
    }
  }

  /** Takes in one that is known by other means. */
  void meet(ProcessHandle process) {
    if (process.pid() != root && members.put(process.pid(), process) == null) {
      member.accept(process);
    }
  }

  Map<Long, ProcessHandle> run() {
    if (cookie != null || root > 0 || !members.isEmpty()) {
      int passes = 0;
      do {
        moving = false;
        List<Long> pids = newestFirst();
        if (cookie != null) {
          pids.forEach(this::look);
        }
        descend(pids);
      } while (moving && ++passes < MOST_PASSES);
    }
    return members;
  }

  private static List<Long> newestFirst() {
    String[] names = Path.of("/proc").toFile().list();
    if (names == null) {
      throw new IllegalStateException("cannot read /proc to find the processes of a task");
    }
    return Stream.of(names)
        .filter(name -> Character.isDigit(name.charAt(0)))
        .map(Long::valueOf)
        .sorted(Comparator.reverseOrder())
        .toList();
  }

  private void look(long pid) {
    if (members.containsKey(pid) || others.contains(pid)) {
      return;
    }
    try {
      String environ = environ(pid);
      if (environ.length() == 1) {
        lookAtBlank(pid);
      } else if (!holdsCookie(environ)) {
        others.add(pid);
      } else {
        // The handle holds the start time: checked again under it, no reused pid is signalled.
        ProcessHandle handle = ProcessHandle.of(pid).orElse(null);
        if (handle != null && holdsCookie(environ(pid))) {
          meet(handle);
        }
        moving = true;
      }
    } catch (AccessDeniedException e) {
      others.add(pid); // Another user's: ours only by descent.
    } catch (IOException e) {
      others.add(pid);
      moving = true;
    }
  }

  /** Without environment are kernel threads, the dying, the starting, and what env -i started. */
  private void lookAtBlank(long pid) {
    ProcStat stat = ProcStat.of(pid);
    boolean exiting = stat != null && stat.isExiting() && !stat.isKernelThread();
    boolean starting = stat != null && !stat.isZombie() && !stat.isKernelThread() && blank.add(pid);
    if (!exiting && !starting) {
      others.add(pid);
    }
    moving |= exiting || starting || stat == null;
  }

  private static String environ(long pid) throws IOException {
    byte[] bytes = Files.readAllBytes(Path.of("/proc/" + pid + "/environ"));
    return "\0" + new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private boolean holdsCookie(String environ) {
    return cookie != null && environ.contains(cookie);
  }

  /** Children have larger pids than their parents, but for a wrap: until nothing is added. */
  private void descend(List<Long> pids) {
    if (root == 0 && members.isEmpty()) {
      return;
    }
    Map<Long, Long> parents = new HashMap<>();
    for (long pid : pids) {
      ProcStat stat = members.containsKey(pid) ? null : ProcStat.of(pid);
      if (stat != null && !stat.isZombie()) {
        parents.put(pid, stat.parent());
      }
    }
    boolean grown = true;
    while (grown) {
      grown = false;
      for (Map.Entry<Long, Long> child : parents.entrySet()) {
        grown |= isOurs(child.getValue()) && adopt(child.getKey(), child.getValue());
      }
    }
  }

  private boolean isOurs(long pid) {
    return pid > 1 && (pid == root || members.containsKey(pid));
  }

  private boolean adopt(long pid, long parent) {
    if (pid == root || members.containsKey(pid)) {
      return false;
    }
    ProcessHandle handle = ProcessHandle.of(pid).orElse(null);
    ProcStat stat = ProcStat.of(pid);
    if (handle == null || stat == null || stat.isZombie() || stat.parent() != parent) {
      return false;
    }
    moving = true;
    meet(handle);
    return true;
  }
}
