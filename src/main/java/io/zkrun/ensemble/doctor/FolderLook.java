package io.zkrun.ensemble.doctor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Looks at one folder of a server's. */
final class FolderLook {
  private static final List<Path> CLEARED =
      List.of(Path.of("/tmp"), Path.of("/run"), Path.of("/var/run"), Path.of("/dev/shm"));
  private static final List<String> IN_MEMORY = List.of("tmpfs", "ramfs");
  private static final long HARDLY_ANY_BYTES = 4 << 20;
  private static final int PROBE_BYTES = 64 * 1024;
  private static final String ROOT = "root";

  private FolderLook() {}

  /**
   * @param runsAs the user of the server that runs, if one does
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
    String user = runsAs.orElseGet(() -> userByFiles(path));
    boolean mine = user == null || user.equals(System.getProperty("user.name"));
    Boolean writable = mine ? Boolean.valueOf(mayWrite(path)) : writable(path, attributes, user);
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

  /** Who wrote there before: the server. */
  private static @Nullable String userByFiles(Path path) {
    try {
      return Files.getOwner(path.resolve("version-2")).getName();
    } catch (IOException e) {
      return null;
    }
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
