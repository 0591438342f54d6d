package io.zkrun.ensemble;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A server that this host has already: of an earlier version's folder, or of another user.
 *
 * @param zooCfg that describes it
 * @param text of that file
 * @param pid of the process that runs with it; 0 where none was seen
 */
public record StandingServer(Path zooCfg, String text, long pid) {
  private static final Path PROC = Path.of("/proc");
  private static final List<String> SERVERS =
      List.of("org.apache.zookeeper.server.quorum.QuorumPeerMain", "io.zkrun.cli.Main");

  /**
   * Those that run, and those that a file describes.
   *
   * @param files that may be there; examples do not count
   */
  public static List<StandingServer> find(List<Path> files) {
    Map<Path, Long> all = new LinkedHashMap<>();
    files.forEach(file -> all.put(file.toAbsolutePath().normalize(), 0L));
    all.putAll(running());
    List<StandingServer> found = new ArrayList<>();
    all.forEach(
        (file, pid) -> {
          try {
            String text = Files.readString(file, StandardCharsets.ISO_8859_1);
            if (!EnsemblePlan.isExample(text)) {
              found.add(new StandingServer(file, text, pid));
            }
          } catch (IOException e) {
            // Not there, or not ours to read.
          }
        });
    return found;
  }

  private static Map<Path, Long> running() {
    Map<Path, Long> found = new LinkedHashMap<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : processes) {
        Path file = zooCfg(process);
        if (file != null) {
          found.put(file.normalize(), Long.valueOf(process.getFileName().toString()));
        }
      }
    } catch (IOException e) {
      return found;
    }
    return found;
  }

  private static @Nullable Path zooCfg(Path process) {
    try {
      List<String> words =
          List.of(
              new String(Files.readAllBytes(process.resolve("cmdline")), StandardCharsets.UTF_8)
                  .split("\0"));
      int main = -1;
      for (String each : SERVERS) {
        main = Math.max(main, words.indexOf(each));
      }
      if (main < 0) {
        return null;
      }
      List<String> arguments = words.subList(main + 1, words.size());
      boolean ours = words.get(main).equals(SERVERS.get(1));
      if (ours && !arguments.contains("zookeeper")) {
        return null;
      }
      for (String each : arguments) {
        String path = each.startsWith("--config=") ? each.substring("--config=".length()) : each;
        if (path.startsWith("/") && path.endsWith(".cfg")) {
          return Path.of(path);
        }
      }
      return words.stream()
          .filter(each -> ours && each.startsWith("-Dzkrun.home=/"))
          .map(each -> Path.of(each.substring("-Dzkrun.home=".length()), "conf", "zoo.cfg"))
          .findFirst()
          .orElse(null);
    } catch (IOException | InvalidPathException e) {
      return null;
    }
  }

  /** Whether it keeps its data there. */
  boolean uses(Path dataDir) {
    return cfg().dataDir().map(each -> each.normalize().equals(dataDir)).orElse(false);
  }

  /** Whether it is what the plan describes: its other settings are people's own. */
  boolean is(EnsemblePlan plan) {
    ZooCfg mine = cfg();
    ZooCfg planned = ZooCfg.parse(plan.zooCfg(), "zoo.cfg");
    return mine.dataDir().equals(planned.dataDir())
        && mine.dataLogDir().equals(planned.dataLogDir())
        && mine.clientPort().equals(planned.clientPort())
        && places(mine).equals(places(planned));
  }

  private static Map<Integer, List<ServerLine.Address>> places(ZooCfg cfg) {
    Map<Integer, List<ServerLine.Address>> places = new LinkedHashMap<>();
    cfg.servers().forEach((id, line) -> places.put(id, line.addresses()));
    return places;
  }

  private ZooCfg cfg() {
    return ZooCfg.parse(text, zooCfg.toString());
  }

  /** For messages: the file, and who runs with it. */
  public String who() {
    return zooCfg + (pid == 0 ? "" : " (process " + pid + " runs with it)");
  }
}
