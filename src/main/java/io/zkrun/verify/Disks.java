package io.zkrun.verify;

import io.zkrun.exec.Child;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Small disks in memory, one for each spool, mounted in the mount namespace of this process, which
 * the launcher has made for it: nobody else sees them, and they end with it.
 */
final class Disks {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String SIZE = "64m";
  private static final int BLOCK = 1 << 16;

  private final Path dir;
  private final List<Path> mounted = new ArrayList<>();

  /**
   * @param dir for what the commands say
   */
  Disks(Path dir) {
    this.dir = dir;
  }

  /** Makes a folder that is a disk of its own. */
  synchronized void add(Path folder) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    run(List.of("mount", "-t", "tmpfs", "-o", "mode=700,size=" + SIZE, "zkrun", "" + folder));
    mounted.add(folder);
  }

  private void run(List<String> command) throws IOException, InterruptedException {
    Path log = dir.resolve("disks.log");
    Child child = Child.start(command, Map.of(), dir, log);
    if (!child.awaitEnd(PATIENCE) || child.exitCode() != 0) {
      child.kill();
      throw new IOException("'" + String.join(" ", command) + "' failed; see " + log);
    }
  }

  /** Takes them away; what still runs there keeps what it has open. */
  synchronized void remove() throws IOException, InterruptedException {
    while (!mounted.isEmpty()) {
      run(List.of("umount", "--lazy", "" + mounted.remove(mounted.size() - 1)));
    }
  }

  /** Takes all the space that is left where {@code folder} is. */
  static Filler fill(Path folder) throws IOException {
    Path file = folder.resolve("filler");
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    Filler filler = new Filler(channel, file);
    int block = BLOCK;
    while (block > 0) {
      try {
        int unused = channel.write(ByteBuffer.allocate(block));
      } catch (IOException e) {
        // Full for so much; perhaps not for less.
        block /= 2;
      }
    }
    return filler;
  }

  /** What takes the space. */
  record Filler(FileChannel channel, Path file) {
    void remove() throws IOException {
      channel.close();
      Files.deleteIfExists(file);
    }
  }
}
