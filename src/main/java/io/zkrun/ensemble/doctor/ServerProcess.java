package io.zkrun.ensemble.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The server that runs here with a zoo.cfg, as far as the user may look at it.
 *
 * @param words of its command line
 * @param user that it runs as
 */
record ServerProcess(Path proc, List<String> words, String user) {
  private static final List<String> SERVERS =
      List.of("org.apache.zookeeper.server.quorum.QuorumPeerMain", "io.zkrun.cli.Main");

  private static final List<String> OTHER_COMMANDS = List.of("doctor", "ensemble");

  static Optional<ServerProcess> find(Path config) throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc"))) {
      return all.filter(each -> each.getFileName().toString().matches("\\d+"))
          .flatMap(each -> of(each, config).stream())
          .findFirst();
    }
  }

  private static Optional<ServerProcess> of(Path proc, Path config) {
    try {
      String line = new String(Files.readAllBytes(proc.resolve("cmdline")), StandardCharsets.UTF_8);
      List<String> words = List.of(line.split("\0"));
      boolean serves =
          words.stream().anyMatch(SERVERS::contains)
              && (names(words, config) || isUsual(words))
              && isInThisNetwork(proc);
      return serves
          ? Optional.of(new ServerProcess(proc, words, Files.getOwner(proc).getName()))
          : Optional.empty();
    } catch (IOException e) {
      // It has ended.
      return Optional.empty();
    }
  }

  /** It runs with the file that is taken where none is named. */
  private static boolean isUsual(List<String> words) {
    return words.contains("zookeeper")
        && words.stream().noneMatch(each -> each.startsWith("--config"));
  }

  private static boolean names(List<String> words, Path config) {
    if (words.stream().anyMatch(OTHER_COMMANDS::contains)) {
      return false;
    }
    Path absolute = config.toAbsolutePath().normalize();
    return words.stream()
        .map(word -> word.startsWith("--config=") ? word.substring("--config=".length()) : word)
        .anyMatch(word -> word.startsWith("/") && Path.of(word).normalize().equals(absolute));
  }

  /** A container's processes may be seen from outside; what can't be told is taken for ours. */
  private static boolean isInThisNetwork(Path proc) {
    try {
      return Files.readSymbolicLink(proc.resolve("ns/net"))
          .equals(Files.readSymbolicLink(Path.of("/proc/self/ns/net")));
    } catch (IOException e) {
      return true;
    }
  }

  /** By the file beside it that every JDK has. */
  Optional<String> javaVersion() {
    String java = words.get(0);
    if (!java.startsWith("/")) {
      return Optional.empty();
    }
    Path release = Path.of(java).resolveSibling("..").resolve("release").normalize();
    try {
      return Files.readAllLines(release).stream()
          .filter(line -> line.startsWith("JAVA_VERSION="))
          .map(line -> line.replaceAll("^JAVA_VERSION=|\"", ""))
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The file that it was told to write, or that its standard output goes to. */
  Optional<Path> log() {
    int named = words.indexOf("--log-file");
    if (named > 0 && named + 1 < words.size() && words.get(named + 1).startsWith("/")) {
      return Optional.of(Path.of(words.get(named + 1)));
    }
    for (String descriptor : List.of("fd/1", "fd/2")) {
      try {
        Path target = Files.readSymbolicLink(proc.resolve(descriptor));
        if (target.isAbsolute() && Files.isRegularFile(target)) {
          return Optional.of(target);
        }
      } catch (IOException e) {
        // Another user's.
      }
    }
    return Optional.empty();
  }
}
