package io.zkrun.ensemble.doctor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Looks at one folder of a server's. */
final class FolderLook {
  private static final List<Path> CLEARED =
      List.of(Path.of("/tmp"), Path.of("/run"), Path.of("/var/run"), Path.of("/dev/shm"));
  private static final List<String> IN_MEMORY = List.of("tmpfs", "ramfs");
  private static final long HARDLY_ANY_BYTES = 4 << 20;
  private static final int PROBE_BYTES = 64 * 1024;
  private static final String ROOT = "root";
  private static final String VERSION = "version-2";

  private FolderLook() {}

  /**
   * @param runsAs the user that the server runs as, if that is known
   * @throws java.nio.file.AccessDeniedException when a folder above it is closed to this user
   */
  static Facts.Folder look(String key, Path path, Optional<String> runsAs) throws IOException {
    PosixFileAttributes attributes;
    try {
      attributes = Files.readAttributes(path, PosixFileAttributes.class);
    } catch (NoSuchFileException e) {
      return new Facts.Folder(
          key, path.toString(), false, false, null, null, null, 0, false, false);
    }
    @Nullable String user = runsAs.orElse(null);
    Boolean writable =
        (user == null || user.equals(System.getProperty("user.name")))
            ? Boolean.valueOf(mayWrite(path))
            : writable(path, attributes, user);
    long free = path.toFile().getUsableSpace();
    boolean probed = attributes.isDirectory() && mayWrite(path);
    boolean full = probed ? isFull(path, free) : free < HARDLY_ANY_BYTES;
    return new Facts.Folder(
        key,
        path.toString(),
        true,
        attributes.isDirectory(),
        writable,
        attributes.owner().getName()
            + " "
            + PosixFilePermissions.toString(attributes.permissions()),
        user,
        free,
        full,
        isCleared(path));
  }

  /**
   * The folder inside that holds the data, where the server may not use it or a file in it: what
   * somebody else started once has left files of its own there.
   */
  static Optional<Facts.Folder> closedData(String key, Path folder, Optional<String> runsAs)
      throws IOException {
    Path version = folder.resolve(VERSION);
    String user = runsAs.orElseGet(() -> System.getProperty("user.name"));
    if (!Files.isDirectory(version) || user.equals(ROOT)) {
      return Optional.empty();
    }
    Facts.Folder seen = look(key, version.toAbsolutePath(), runsAs);
    if (Boolean.FALSE.equals(seen.writable())) {
      return Optional.of(ofData(seen, String.valueOf(seen.owner())));
    }
    try (Stream<Path> files = Files.list(version)) {
      for (Path file : files.sorted().toList()) {
        PosixFileAttributes attributes = Files.readAttributes(file, PosixFileAttributes.class);
        if (!attributes.owner().getName().equals(user)
            && !attributes.permissions().contains(PosixFilePermission.OTHERS_READ)
            && !attributes.permissions().contains(PosixFilePermission.GROUP_READ)) {
          return Optional.of(
              ofData(
                  seen,
                  attributes.owner().getName()
                      + " "
                      + PosixFilePermissions.toString(attributes.permissions())
                      + " ("
                      + file.getFileName()
                      + ")"));
        }
      }
    } catch (AccessDeniedException e) {
      return Optional.empty();
    }
    return Optional.empty();
  }

  private static Facts.Folder ofData(Facts.Folder seen, String owner) {
    return new Facts.Folder(
        seen.key(),
        seen.path(),
        true,
        true,
        false,
        owner,
        seen.server(),
        seen.freeBytes(),
        false,
        false);
  }

  /**
   * Who the server runs as, where it has run before, by who owns its folders and what is in them.
   * Root only where all is root's: others' folders hold files of root where it was once started by
   * mistake.
   */
  static Optional<String> userByFiles(List<Path> folders) {
    Map<String, Integer> owned = new TreeMap<>();
    boolean written = false;
    for (Path folder : folders) {
      for (Path part : List.of(folder, folder.resolve(VERSION))) {
        try {
          owned.merge(Files.getOwner(part).getName(), 1, Integer::sum);
          written |= !part.equals(folder);
        } catch (IOException e) {
          // It is not there, or closed.
        }
      }
    }
    Optional<String> other =
        owned.entrySet().stream()
            .filter(each -> !each.getKey().equals(ROOT))
            .max(Map.Entry.comparingByValue())
            .map(Map.Entry::getKey);
    return written ? other.or(() -> Optional.of(ROOT)) : Optional.empty();
  }

  private static boolean mayWrite(Path path) {
    return Files.isWritable(path) && Files.isExecutable(path);
  }

  /** As the rights say; null where only the user's groups would tell. */
  private static @Nullable Boolean writable(Path path, PosixFileAttributes attributes, String user)
      throws IOException {
    Set<PosixFilePermission> rights = attributes.permissions();
    FileStore mount = mount(path);
    if (mount != null && mount.isReadOnly()) {
      return false;
    }
    if (user.equals(ROOT) || rights.contains(PosixFilePermission.OTHERS_WRITE)) {
      return true;
    }
    if (attributes.owner().getName().equals(user)) {
      return rights.contains(PosixFilePermission.OWNER_WRITE);
    }
    return rights.contains(PosixFilePermission.GROUP_WRITE) ? null : Boolean.FALSE;
  }

  /** Space may be kept for root, or names be used up: only a write tells. */
  private static boolean isFull(Path folder, long freeBytes) {
    Path probe = folder.resolve(".zkrun-doctor-" + ProcessHandle.current().pid());
    try {
      try (FileChannel channel =
          FileChannel.open(probe, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        ByteBuffer zeros = ByteBuffer.allocate(PROBE_BYTES);
        while (zeros.hasRemaining()) {
          int unused = channel.write(zeros);
        }
      } finally {
        Files.deleteIfExists(probe);
      }
      return freeBytes < HARDLY_ANY_BYTES;
    } catch (IOException e) {
      String message = String.valueOf(e.getMessage());
      return message.contains("No space") || message.contains("quota");
    }
  }

  private static boolean isCleared(Path path) throws IOException {
    Path real = path.toRealPath();
    FileStore mount = mount(real);
    return CLEARED.stream().anyMatch(real::startsWith)
        || (mount != null && IN_MEMORY.contains(mount.type()));
  }

  /** Null where it cannot be told, as in a changed root whose mount is outside. */
  private static @Nullable FileStore mount(Path path) {
    try {
      return Files.getFileStore(path);
    } catch (IOException e) {
      return null;
    }
  }
}
