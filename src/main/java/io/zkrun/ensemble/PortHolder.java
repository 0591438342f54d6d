package io.zkrun.ensemble;

import io.zkrun.core.Secrets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Finds the process that listens on a port, as {@code ss -ltnp} does. */
final class PortHolder {
  private static final Path PROC = Path.of("/proc");
  private static final String LISTENING = "0A";
  private static final int SHOWN = 80;

  private PortHolder() {}

  /** {@code pid N (command)}; empty where nobody does, or another user's process, unseen by us. */
  static Optional<String> of(int port) {
    Set<String> sockets = new HashSet<>();
    inodes(PROC.resolve("self/net/tcp"), port, sockets);
    inodes(PROC.resolve("self/net/tcp6"), port, sockets);
    if (sockets.isEmpty()) {
      return Optional.empty();
    }
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : processes) {
        if (holds(process, sockets)) {
          return Optional.of("pid " + process.getFileName() + command(process));
        }
      }
    } catch (IOException e) {
      return Optional.empty();
    }
    return Optional.empty();
  }

  private static void inodes(Path table, int port, Set<String> found) {
    String end = String.format(Locale.ROOT, ":%04X", port);
    try {
      for (String line : Files.readAllLines(table)) {
        String[] words = line.strip().split("\\s+");
        if (words.length > 9 && words[1].endsWith(end) && words[3].equals(LISTENING)) {
          found.add("socket:[" + words[9] + "]");
        }
      }
    } catch (IOException e) {
      // Without IPv6 there is no such table.
      return;
    }
  }

  private static boolean holds(Path process, Set<String> sockets) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path file : files) {
        if (sockets.contains(Files.readSymbolicLink(file).toString())) {
          return true;
        }
      }
    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
      return false;
    }
    return false;
  }

  private static String command(Path process) {
    try {
      String line =
          new String(Files.readAllBytes(process.resolve("cmdline")), StandardCharsets.UTF_8);
      String words = Secrets.commandLine(List.of(line.split("\0"))).strip();
      // The end tells more than a JVM's options.
      int cut = words.length() - SHOWN;
      return " (" + (cut > 0 ? "…" + words.substring(cut) : words) + ")";
    } catch (IOException e) {
      return "";
    }
  }
}
