package io.zkrun.exec;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What {@code /proc/PID/stat} tells of a process. */
record ProcStat(char state, long parent, long flags) {
  private static final long EXITING = 0x4;
  private static final long KERNEL_THREAD = 0x200000;

  /** Null where there is no such process. */
  static @Nullable ProcStat of(long pid) {
    String line = RunFolder.read(Path.of("/proc/" + pid + "/stat"));
    String[] fields = line.substring(line.lastIndexOf(')') + 1).trim().split(" ", 8);
    return fields.length < 8
        ? null
        : new ProcStat(fields[0].charAt(0), Long.parseLong(fields[1]), Long.parseLong(fields[6]));
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
}
