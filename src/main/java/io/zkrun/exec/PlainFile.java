package io.zkrun.exec;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;

/**
 * Files in a place where a command can put what it likes: only regular ones are read, no link is
 * followed, no open waits for another end, and no more is read than anybody would have written.
 */
final class PlainFile {
  /** Of what is read as text. */
  static final int LONGEST = 1 << 20;

  private static final Set<OpenOption> FRESH =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

  private PlainFile() {}

  /** Whether it is there and can be read: no folder, link, pipe, socket or device. */
  static boolean is(Path file) {
    try {
      return attributes(file).isRegularFile();
    } catch (IOException e) {
      return false;
    }
  }

  private static BasicFileAttributes attributes(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Opens it for reading.
   *
   * @throws NoSuchFileException where there is none
   */
  static FileChannel open(Path file) throws IOException {
    if (!attributes(file).isRegularFile()) {
      throw new FileSystemException(file.toString(), null, "is no regular file any more");
    }
    try {
      // Open for both, not even a pipe that was put there just now would wait.
      return FileChannel.open(
          file, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      throw e;
    } catch (FileSystemException e) {
      return FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    }
  }

  /** Its text; empty where there is no such file. */
  static String text(Path file) {
    try (FileChannel channel = open(file)) {
      ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(LONGEST, channel.size()));
      while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
      return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  /** Writes it, in place of whatever is there. */
  static void write(Path file, String text, boolean sync) throws IOException {
    try {
      create(file, text, sync);
    } catch (FileAlreadyExistsException e) {
      replace(file, text, sync);
    }
  }

  private static void create(Path file, String text, boolean sync) throws IOException {
    try (FileChannel channel = FileChannel.open(file, FRESH)) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      if (sync) {
        channel.force(true);
      }
    }
  }

  private static void replace(Path file, String text, boolean sync) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new-" + System.nanoTime());
    create(fresh, text, sync);
    if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
      Path aside = file.resolveSibling(file.getFileName() + ".old-" + System.nanoTime());
      Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
