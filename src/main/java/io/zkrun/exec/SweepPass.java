package io.zkrun.exec;

import io.zkrun.exec.ProcessSweep.Found;
import io.zkrun.exec.ProcessSweep.Member;
import io.zkrun.exec.ProcessSweep.Search;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One pass through {@code /proc}: each process belongs to the run whose cookie it carries, or to
 * that of its parent. A process that forks and ends is a moving target: the newest are looked at
 * first, and as long as any came or went meanwhile, the pass looks again at those that are new.
 */
final class SweepPass {
  private static final int MOST_ROUNDS = 8;
  private static final int MOST_ROUNDS_KILLING = 32;

  /**
   * The kernel starts no program with more than 6 MiB of arguments and environment. Any process can
   * say later that its environment is somewhere else, and endless. The keeper reads no more either.
   */
  static final int LONGEST = 8 << 20;

  private static final long MOMENT_NANOS = 300_000;
  private static final long OURSELVES = ProcessHandle.current().pid();

  private final String spoolId;
  private final Map<Long, Look> before;
  private final List<Search> searches;
  private final Map<String, Search> byRun = new HashMap<>();
  private final Map<Long, Search> byRoot = new HashMap<>();
  private final Map<String, Map<Long, Member>> members = new HashMap<>();
  private final Map<Long, Owned> owners = new HashMap<>();
  private final Map<Long, Look> seen = new HashMap<>();
  private final Set<Long> settled = new HashSet<>();
  private final Set<Long> blank = new HashSet<>();
  private final Set<String> others = new HashSet<>();
  private byte[] buffer = new byte[16 * 1024];

  /** Whether anything came or went since the listing. */
  private boolean moved;

  /** Whether anything shows no environment yet, or no longer. */
  private boolean unclear;

  /** What a process looked like. */
  record Look(ProcStat stat, @Nullable Cookie cookie) {}

  private record Owned(Search search, long start) {}

  /**
   * @param before what the last pass has seen: the environment of a program does not change
   */
  SweepPass(String spoolId, Map<Long, Look> before, List<Search> searches) {
    this.spoolId = spoolId;
    this.before = before;
    this.searches = searches;
    for (Search each : searches) {
      byRun.put(each.run(), each);
      members.put(each.run(), new HashMap<>());
      if (each.root() > 0) {
        byRoot.put(each.root(), each);
      }
    }
  }

  void run() {
    searches.forEach(this::meetKnown);
    boolean killing = searches.stream().anyMatch(Search::kill);
    int rounds = killing ? MOST_ROUNDS_KILLING : MOST_ROUNDS;
    do {
      if (unclear && !moved) {
        LockSupport.parkNanos(MOMENT_NANOS); // It is on its way: in a moment it is clear.
      }
      moved = false;
      unclear = false;
      for (long pid : newestFirst()) {
        if (!settled.contains(pid)) {
          look(pid);
        }
      }
      descend();
    } while ((moved || unclear) && --rounds > 0);
  }

  /** For the next pass. */
  Map<Long, Look> seen() {
    return seen;
  }

  Found found(Search search) {
    boolean populated = search.group() != null && Cgroups.isPopulated(search.group());
    return new Found(members.getOrDefault(search.run(), Map.of()), populated);
  }

  /** The names of runs that nobody asked for, and that have processes. */
  Set<String> others() {
    return others;
  }

  private void meetKnown(Search search) {
    if (search.kill() && search.group() != null) {
      Cgroups.kill(search.group());
    }
    for (ProcessHandle each : search.met()) {
      meet(search, each, statOf(each.pid()), false);
    }
    if (search.group() != null) {
      for (ProcessHandle each : Cgroups.members(search.group())) {
        meet(search, each, statOf(each.pid()), true);
      }
    }
  }

  private static List<Long> newestFirst() {
    String[] names = Path.of("/proc").toFile().list();
    if (names == null) {
      throw new IllegalStateException("cannot read /proc");
    }
    return Stream.of(names)
        .filter(name -> Character.isDigit(name.charAt(0)))
        .map(Long::valueOf)
        .sorted(Comparator.reverseOrder())
        .toList();
  }

  private void look(long pid) {
    ProcStat stat = statOf(pid);
    if (stat == null) {
      moved = true;
    } else if (stat.isZombie() || stat.isKernelThread()) {
      settled.add(pid);
    } else if (stat.isExiting()) {
      unclear = true;
    } else {
      look(pid, stat);
    }
  }

  private void look(long pid, ProcStat stat) {
    Look last = before.get(pid);
    try {
      if (last != null && last.stat.isStill(stat)) {
        settle(pid, stat, last.cookie);
        return;
      }
      String environ = text("/proc/" + pid + "/environ");
      if (environ.isEmpty() && !stat.hasNoEnvironment() && blank.add(pid)) {
        unclear = true;
      } else {
        settle(pid, stat, Cookie.in(environ, spoolId));
      }
    } catch (FileNotFoundException e) {
      if (Files.exists(Path.of("/proc/" + pid))) {
        settle(pid, stat, null); // Another user's: ours only by descent.
      } else {
        moved = true;
      }
    } catch (IOException e) {
      moved = true;
    }
  }

  private void settle(long pid, ProcStat stat, @Nullable Cookie cookie) {
    settled.add(pid);
    seen.put(pid, new Look(stat, cookie));
    Search search = cookie == null ? null : byRun.get(cookie.run());
    if (search != null) {
      take(search, pid, stat);
    } else if (cookie != null && !cookie.leaves() && pid != OURSELVES) {
      others.add(cookie.run());
    }
  }

  /** The handle holds the start time: checked under it, no reused pid is signalled. */
  private void take(Search search, long pid, ProcStat stat) {
    ProcessHandle handle = ProcessHandle.of(pid).orElse(null);
    ProcStat now = statOf(pid);
    if (handle == null || now == null || now.start() != stat.start()) {
      moved = true;
    } else if (meet(search, handle, now, false)) {
      moved = true;
    }
  }

  private boolean meet(
      Search search, ProcessHandle process, @Nullable ProcStat stat, boolean grouped) {
    long pid = process.pid();
    if (stat == null
        || stat.isZombie()
        || pid == OURSELVES
        || byRoot.containsKey(pid)
        || !process.isAlive()) {
      return false;
    }
    Owned owner = owners.putIfAbsent(pid, new Owned(search, stat.start()));
    if (owner != null && !(grouped && owner.search.run().equals(search.run()))) {
      return false;
    }
    boolean refused = search.kill() && !process.destroyForcibly() && process.isAlive();
    Member member = new Member(process, stat.parent(), grouped, refused);
    return members.computeIfAbsent(search.run(), none -> new HashMap<>()).put(pid, member) == null;
  }

  /** Children have larger pids than their parents, but for a wrap: until nothing is added. */
  private void descend() {
    if (byRoot.isEmpty() && owners.isEmpty()) {
      return;
    }
    boolean grown = true;
    while (grown) {
      int before = owners.size();
      seen.forEach(
          (pid, look) -> {
            Search search = owners.containsKey(pid) ? null : parentIn(look.stat);
            if (search != null) {
              take(search, pid, look.stat);
            }
          });
      grown = owners.size() > before;
    }
  }

  private @Nullable Search parentIn(ProcStat child) {
    if (child.parent() <= 1 || child.parent() == OURSELVES) {
      return null;
    }
    Owned owner = owners.get(child.parent());
    if (owner == null) {
      return byRoot.get(child.parent());
    }
    return child.start() >= owner.start ? owner.search : null;
  }

  private @Nullable ProcStat statOf(long pid) {
    try {
      return ProcStat.parse(text("/proc/" + pid + "/stat"));
    } catch (IOException e) {
      return null;
    }
  }

  String text(String file) throws IOException {
    int length = 0;
    try (FileInputStream in = new FileInputStream(file)) {
      for (int more = 0; more >= 0; more = in.read(buffer, length, buffer.length - length)) {
        length += more;
        if (length >= LONGEST) {
          break;
        }
        if (length == buffer.length) {
          buffer = Arrays.copyOf(buffer, 2 * length);
        }
      }
    }
    return new String(buffer, 0, length, StandardCharsets.ISO_8859_1);
  }
}
