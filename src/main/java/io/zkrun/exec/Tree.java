package io.zkrun.exec;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The processes of one run, found by its cgroup or else by its cookie and by descent. */
final class Tree {
  private final String cookie;
  private final @Nullable Path group;

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
   * @param root the watching shell, which is not handed over itself
   * @return how many there were
   */
  int each(long root, Consumer<ProcessHandle> member) {
    Set<Long> seen = new HashSet<>();
    Consumer<ProcessHandle> once =
        process -> {
          if (process.pid() != root && seen.add(process.pid())) {
            member.accept(process);
          }
        };
    if (group != null) {
      grouped(once);
    } else {
      cookied(once);
    }
    if (root > 0) {
      ProcessHandle.of(root).ifPresent(shell -> shell.descendants().forEach(once));
    }
    return seen.size();
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
      try {
        Files.deleteIfExists(group);
      } catch (IOException e) {
        // It holds what was left in the background, or a dying process: it costs nothing.
      }
    }
  }

  private void grouped(Consumer<ProcessHandle> member) {
    if (group == null) {
      return;
    }
    try {
      for (String pid : Files.readAllLines(group.resolve("cgroup.procs"))) {
        ProcessHandle.of(Long.parseLong(pid)).ifPresent(member);
      }
    } catch (IOException e) {
      // Gone: so are its processes.
    }
  }

  private void cookied(Consumer<ProcessHandle> member) {
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        // The handle first: it holds the start time, so that a reused pid is never signalled.
        Optional<ProcessHandle> handle =
            ProcessHandle.of(Long.parseLong(process.getFileName().toString()));
        if (handle.isPresent() && holdsCookie(process)) {
          member.accept(handle.get());
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("cannot read /proc to find the processes of a task", e);
    }
  }

  private boolean holdsCookie(Path process) {
    try {
      byte[] environ = Files.readAllBytes(process.resolve("environ"));
      String text = new String(environ, StandardCharsets.ISO_8859_1);
      return ("\0" + text).contains("\0ZKRUN_COOKIE=" + cookie + "\0");
    } catch (IOException e) {
      return false;
    }
  }
}
