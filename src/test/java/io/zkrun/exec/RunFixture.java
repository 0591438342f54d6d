package io.zkrun.exec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.awaitility.Awaitility.await;

import io.zkrun.core.Bytes;
import io.zkrun.core.ClusterId;
import io.zkrun.core.Command;
import io.zkrun.core.OnLost;
import io.zkrun.core.RunKey;
import io.zkrun.core.TaskId;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What the tests of real runs share: keys, requests, and the cleaning up after a failed one. */
public final class RunFixture {
  private RunFixture() {}

  static RunKey key(int number) {
    return new RunKey(new TaskId(String.format("task-%010d", number)), number, 100 + number);
  }

  static RunRequest request(int number, Command command, Map<String, Bytes> env, OnLost onLost) {
    Duration kill = Duration.ofMillis(300);
    return new RunRequest(
        key(number),
        ClusterId.parse("c"),
        1,
        "w",
        command,
        env,
        null,
        null,
        null,
        kill,
        1000,
        onLost);
  }

  static boolean hasCgroups() {
    Path group = Cgroups.make(UUID.randomUUID().toString());
    if (group != null) {
      Cgroups.remove(group);
    }
    return group != null;
  }

  /** Whether the process can no longer do anything: not there, or a zombie. */
  static boolean isGone(long pid) {
    ProcStat stat = ProcStat.of(pid);
    return stat == null || stat.isZombie();
  }

  /** Ends all that a test may have left: the keeper, runs, and their cgroups. */
  public static void cleanUp(Path spool) throws IOException {
    String id = RunFolder.read(spool.resolve("spool-id")).trim();
    if (id.isEmpty()) {
      return;
    }
    endWhere("ZKRUN_COOKIE=" + id + "/", "environ");
    endWhere(spool + "/keeper.sh", "cmdline");
    groups(id)
        .ifPresent(
            groups -> {
              Cgroups.members(groups).forEach(ProcessHandle::destroyForcibly);
              // A process that is dying keeps its group for a moment longer than it counts there.
              await("the end of all below " + groups)
                  .until(
                      () -> {
                        Cgroups.removeWithInner(groups);
                        return Files.notExists(groups);
                      });
            });
  }

  /** Likewise for every spool below {@code dir}. */
  public static void cleanUpBelow(Path dir) throws IOException {
    List<Path> spools = new ArrayList<>();
    Files.walkFileTree(
        dir,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.endsWith("spool-id")) {
              spools.add(file.getParent());
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException gone) {
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException gone) {
            return FileVisitResult.CONTINUE;
          }
        });
    for (Path spool : spools) {
      cleanUp(spool);
    }
  }

  /** The cgroup of a spool, while there is one. */
  static Optional<Path> groups(String spoolId) {
    Path own =
        Cgroups.own(
            RunFolder.read(Path.of("/proc/self/mountinfo")),
            RunFolder.read(Path.of("/proc/self/cgroup")));
    return Optional.ofNullable(own)
        .map(path -> path.resolve("zkrun-" + spoolId))
        .filter(Files::isDirectory);
  }

  private static void endWhere(String text, String file) {
    ProcessHandle.allProcesses()
        .filter(process -> process.pid() != ProcessHandle.current().pid())
        .filter(process -> holds(process.pid(), file, text))
        .forEach(ProcessHandle::destroyForcibly);
  }

  /** Whether a process that can still do something has a text in its environment. */
  public static boolean isOf(long pid, String text) {
    return holds(pid, "environ", text) && !isGone(pid);
  }

  static boolean holds(long pid, String file, String text) {
    try {
      byte[] bytes = Files.readAllBytes(Path.of("/proc/" + pid + "/" + file));
      return new String(bytes, ISO_8859_1).contains(text);
    } catch (IOException e) {
      return false;
    }
  }
}
