package io.zkrun.ensemble;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Looks into a folder of a server. */
public final class DataFolder {
  /** Locked by the server that uses the folder. */
  static final String LOCK = "zkrun.lock";

  private static final List<String> CLEARED = List.of("/tmp", "/var/tmp", "/run", "/dev/shm");

  private DataFolder() {}

  /**
   * The first line of {@code myid}, stripped; empty where the file is missing.
   *
   * @throws IOException when it can't be read
   */
  static Optional<String> myid(Path dataDir) throws IOException {
    try {
      return Optional.of(
          Files.readString(dataDir.resolve("myid")).lines().findFirst().orElse("").strip());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /**
   * A snapshot or log in it, if there is one.
   *
   * @throws IOException when it can't be looked into
   */
  static Optional<Path> data(Path folder) throws IOException {
    Path version = folder.resolve("version-2");
    if (!Files.isDirectory(version)) {
      return Optional.empty();
    }
    try (Stream<Path> files = Files.list(version)) {
      return files
          .filter(file -> file.getFileName().toString().matches("(snapshot|log)\\..*"))
          .sorted()
          .findFirst();
    }
  }

  /** Whether a reboot or a cleaner empties it. */
  public static boolean isCleared(Path folder) {
    return CLEARED.stream().anyMatch(cleared -> folder.normalize().startsWith(cleared));
  }
}
