package io.zkrun.verify;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Finds the processes of a drill among all of the machine, whoever started them. */
final class Processes {
  /** In the environment of every daemon. */
  static final String DAEMON = "VERIFY_DAEMON";

  private final String drill;
  private final String spools;

  /**
   * @param drill its name in their environment
   * @param dir the drill's folder
   */
  Processes(String drill, Path dir) {
    this.drill = drill;
    spools = dir.resolve("spool-").toString();
  }

  /**
   * @param command for people: its command line
   */
  record Found(long pid, String command) {
    @Override
    public String toString() {
      return "process " + pid + " (" + command + ")";
    }
  }

  /** Commands, what they have started, and the shells that watch over them. */
  List<Found> ofTasks() {
    return find(look -> look.has(PlannedTask.DRILL, drill) || look.runs("launch.sh", spools));
  }

  /** Those of one task alone. */
  List<Found> ofTask(String id) {
    return find(look -> look.has(PlannedTask.DRILL, drill) && look.has("ZKRUN_TASK_ID", id));
  }

  /** Daemons, and the keepers of their leases. */
  List<Found> ofDaemons() {
    List<Found> all = new ArrayList<>(keepers());
    all.addAll(find(look -> look.has(DAEMON, drill)));
    return all;
  }

  /** They leave by themselves, and take the cgroups of their runs away, once nothing runs. */
  List<Found> keepers() {
    return find(look -> look.runs("keeper.sh", spools));
  }

  /** Everything but keepers. */
  List<Found> others() {
    List<Found> all = new ArrayList<>(find(look -> look.has(DAEMON, drill)));
    all.addAll(ofTasks());
    return all;
  }

  /** What a process shows of itself. */
  private record Look(String environment, String arguments) {
    boolean has(String variable, String value) {
      return environment.contains("\0" + variable + "=" + value + "\0");
    }

    boolean runs(String script, String below) {
      return arguments.startsWith("/bin/sh\0" + below) && arguments.contains("/" + script + "\0");
    }
  }

  private static List<Found> find(Predicate<Look> wanted) {
    List<Found> found = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path each : all) {
        String arguments = read(each.resolve("cmdline"));
        Look look = new Look("\0" + read(each.resolve("environ")), arguments);
        if (wanted.test(look)) {
          long pid = Long.parseLong(each.getFileName().toString());
          found.add(new Found(pid, arguments.replace('\0', ' ').strip()));
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("cannot look for processes in /proc: " + e, e);
    }
    return found;
  }

  /** Nothing of one that has ended, or is another user's. */
  private static String read(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }
}
