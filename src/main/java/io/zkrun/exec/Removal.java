package io.zkrun.exec;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Removes a folder with all in it, whatever its rights and its depth, and whatever a command has
 * left there. No link is followed, and nothing is removed below a mount point: what is mounted
 * there is somebody else's. What has to stay keeps nothing else from being removed.
 */
public final class Removal {
  /** Folders below that are moved up and removed from there: open files and stack are bounded. */
  private static final int DEEPEST = 64;

  /** As often as more is found although all was removed: somebody writes there. */
  private static final int MOST_PASSES = 5;

  /** As long as a path below may be, in characters: the kernel takes 4,096 bytes. */
  private static final int LONGEST = 1000;

  private static final int MOST_TOLD = 20;
  private static final Set<PosixFilePermission> OWNERS =
      PosixFilePermissions.fromString("rwx------");

  /**
   * Something that had to stay.
   *
   * @param isMount whether another file system, or another folder, is mounted there
   */
  public record Obstacle(Path path, boolean isMount, String reason) {
    @Override
    public String toString() {
      return isMount
          ? "something is mounted at "
              + path
              + " and was left alone; unmount it, by 'umount "
              + path
              + "'"
          : path + ": " + reason;
    }
  }

  private final Path root;
  private final BooleanSupplier goOn;
  private final Mounts mounts = new Mounts();
  private final List<Obstacle> obstacles = new ArrayList<>();
  private final int longest;
  private long done;
  private long lifted;

  private Removal(Path root, BooleanSupplier goOn) {
    this.root = root;
    this.goOn = goOn;
    this.longest = root.toString().length() + LONGEST;
  }

  /**
   * Removes a folder or a file; where there is none, that is fine.
   *
   * @return what had to stay, or as much of it as a person reads
   */
  public static List<Obstacle> of(Path path) {
    return of(path, false, () -> true);
  }

  /**
   * The same, for as long as it is asked to go on.
   *
   * @param renamed whether it was renamed just now, and so is no mount point itself: it costs less
   * @param goOn whether to go on
   */
  static List<Obstacle> of(Path path, boolean renamed, BooleanSupplier goOn) {
    Path absolute = path.toAbsolutePath();
    Path above = absolute.getParent();
    if (above == null) {
      throw new IllegalArgumentException("cannot remove " + path);
    }
    try {
      // The kernel names mount points by their true paths.
      Removal removal = new Removal(above.toRealPath().resolve(absolute.getFileName()), goOn);
      if (renamed || removal.mayBegin()) {
        removal.run();
      }
      return removal.obstacles;
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      return List.of(new Obstacle(path, false, reason(e)));
    }
  }

  private boolean mayBegin() throws IOException {
    if (isMountPoint(root, device(root.resolveSibling(".")))) {
      stays(root, true, "");
      return false;
    }
    return true;
  }

  private void run() throws IOException {
    PosixFileAttributes attributes =
        Files.readAttributes(root, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!attributes.isDirectory()) {
      Files.deleteIfExists(root);
      return;
    }
    if (!attributes.permissions().containsAll(OWNERS)) {
      open(root);
    }
    for (int pass = 0; pass < MOST_PASSES && goOn.getAsBoolean(); ) {
      obstacles.clear();
      long doneBefore = done;
      long liftedBefore = lifted;
      if (removeOnce() || done == doneBefore) {
        return;
      }
      pass += lifted == liftedBefore ? 1 : 0;
    }
  }

  /** Whether nothing is left that could go. */
  private boolean removeOnce() throws IOException {
    try (DirectoryStream<Path> opened = Files.newDirectoryStream(root)) {
      if (!(opened instanceof SecureDirectoryStream<Path> all)) {
        throw new IOException("this system cannot remove folders safely");
      }
      empty(all, root, all, 0);
    }
    if (!goOn.getAsBoolean()) {
      return true;
    }
    try {
      Files.deleteIfExists(root);
      return true;
    } catch (DirectoryNotEmptyException e) {
      if (obstacles.isEmpty()) {
        stays(root, false, "something still writes there");
      }
      return false;
    }
  }

  private void empty(
      SecureDirectoryStream<Path> folder, Path path, SecureDirectoryStream<Path> top, int depth) {
    try {
      for (Path each : folder) {
        if (!goOn.getAsBoolean()) {
          return;
        }
        remove(folder, path.resolve(each.getFileName()), top, depth);
      }
    } catch (DirectoryIteratorException e) {
      stays(path, false, e.toString());
    }
  }

  private void remove(
      SecureDirectoryStream<Path> in, Path path, SecureDirectoryStream<Path> top, int depth) {
    Path name = path.getFileName();
    try {
      PosixFileAttributes attributes =
          in.getFileAttributeView(name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
              .readAttributes();
      if (!attributes.isDirectory()) {
        in.deleteFile(name);
        done++;
        return;
      }
      if (isMountPoint(path, device(root))) {
        stays(path, true, "");
        return;
      }
      if (!attributes.permissions().containsAll(OWNERS)) {
        open(path);
      }
      if (depth == 0 || (depth < DEEPEST && path.toString().length() < longest)) {
        try (SecureDirectoryStream<Path> inside =
            in.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
          empty(inside, path, top, depth + 1);
        }
        in.deleteDirectory(name);
      } else {
        in.move(name, top, Path.of("lifted-" + System.nanoTime() + "-" + lifted++));
        mounts.forget();
      }
      done++;
    } catch (NoSuchFileException e) {
      // Gone by itself.
    } catch (DirectoryNotEmptyException e) {
      // What has to stay in it has been told, or another pass finds it.
    } catch (IOException e) {
      stays(path, false, reason(e));
    }
  }

  /** Whether another file system begins there, or another folder of the same one. */
  private boolean isMountPoint(Path path, Object device) throws IOException {
    return !device.equals(device(path)) || mounts.contains(path);
  }

  private static Object device(Path path) throws IOException {
    return Files.getAttribute(path, "unix:dev", LinkOption.NOFOLLOW_LINKS);
  }

  /** Gives its owner all rights to a folder. */
  private static void open(Path folder) {
    try {
      Files.setPosixFilePermissions(folder, OWNERS);
    } catch (IOException e) {
      // What that means will be seen.
    }
  }

  private void stays(Path path, boolean isMount, String reason) {
    if (obstacles.size() < MOST_TOLD) {
      obstacles.add(new Obstacle(path, isMount, reason));
    }
  }

  private static String reason(IOException e) {
    return e instanceof FileSystemException file && file.getReason() != null
        ? file.getReason()
        : e.toString();
  }
}
