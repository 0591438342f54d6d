package io.zkrun.exec;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What {@code /proc/PID/stat} tells of a process.
 *
 * @param start when it started, in ticks since boot
 * @param environStart where its environment begins; 0 while it is being started, and for one that
 *     we may not look into
 */
record ProcStat(
    char state, long parent, long flags, long start, long environStart, long environEnd) {
  private static final long EXITING = 0x4;
  private static final long KERNEL_THREAD = 0x200000;

  /** Null where there is no such process. */
  static @Nullable ProcStat of(long pid) {
    return parse(RunFolder.read(Path.of("/proc/" + pid + "/stat")));
  }

  /** A name may hold blanks and brackets: what follows the last bracket counts. */
  static @Nullable ProcStat parse(String line) {
    String[] fields = line.substring(line.lastIndexOf(')') + 1).trim().split(" ");
    return fields.length < 49
        ? null
        : new ProcStat(
            fields[0].charAt(0),
            Long.parseLong(fields[1]),
            Long.parseLong(fields[6]),
            Long.parseLong(fields[19]),
            Long.parseLong(fields[47]),
            Long.parseLong(fields[48]));
  }

  boolean isZombie() {
    return state == 'Z' || state == 'X';
  }

  /** It has let go of its memory, and so of its environment, but not yet of all it held. */
  boolean isExiting() {
    return !isZombie() && (flags & EXITING) != 0;
  }

  boolean isKernelThread() {
    return (flags & KERNEL_THREAD) != 0;
  }

  /** It was started without any: {@code env -i}. */
  boolean hasNoEnvironment() {
    return environEnd != 0 && environStart == environEnd;
  }

  /** Whether it is the same process, and has not become another program since. */
  boolean isStill(ProcStat before) {
    return start == before.start
        && environStart == before.environStart
        && environEnd == before.environEnd;
  }
}
