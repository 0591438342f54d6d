package io.zkrun.master;

import io.zkrun.core.Bytes;
import io.zkrun.core.TaskId;
import io.zkrun.znode.HistoryLine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finished tasks in a file, a {@link HistoryLine} each. When the file has reached its size it is
 * renamed to {@code <file>.1}, and the former {@code .1} is given up.
 *
 * <p>A thread of its own writes it, since a disk may be slow, full or hang: what has come together
 * meanwhile is written and forced to the disk at once. A task whose deletion did not come through
 * may stand there twice.
 */
public final class HistoryFile implements History {
  private static final Logger LOG = LoggerFactory.getLogger(HistoryFile.class);
  private static final int BYTES_AT_ONCE = 4 << 20;

  private final Path file;
  private final long maxBytes;
  private final Queue<Line> waiting = new ConcurrentLinkedQueue<>();

  private final ExecutorService writer =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "zkrun-history");
            thread.setDaemon(true);
            return thread;
          });

  // Of the writer's thread alone:
  private boolean failed;

  /** Whether the file is known to end with a whole line. */
  private boolean whole;

  private record Line(TaskId task, Bytes spec, @Nullable Bytes status, Consumer<Boolean> then) {}

  /**
   * @param maxBytes past which a new file is begun
   */
  public HistoryFile(Path file, long maxBytes) {
    this.file = file;
    this.maxBytes = maxBytes;
  }

  @Override
  public void append(TaskId task, Bytes spec, @Nullable Bytes status, Consumer<Boolean> then) {
    waiting.add(new Line(task, spec, status, then));
    writer.execute(this::writeWaiting);
  }

  private void writeWaiting() {
    List<Line> lines = new ArrayList<>();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Line next = waiting.poll(); next != null; next = waiting.poll()) {
      lines.add(next);
      bytes.writeBytes(encode(next));
      if (bytes.size() >= BYTES_AT_ONCE) {
        break;
      }
    }
    if (!lines.isEmpty()) {
      boolean kept = keep(bytes.toByteArray());
      lines.forEach(line -> line.then().accept(kept));
    }
  }

  private static byte[] encode(Line line) {
    String text = new HistoryLine(line.task(), line.spec(), line.status()).encode();
    return Bytes.utf8(text + "\n").toArray();
  }

  private boolean keep(byte[] lines) {
    try {
      rotate();
      write(lines);
      failed = false;
      return true;
    } catch (IOException e) {
      if (!failed) {
        LOG.error(
            "cannot append to the history {}; finished tasks stay in ZooKeeper until it can: {}",
            file,
            e.toString());
      }
      failed = true;
      return false;
    }
  }

  private void write(byte[] lines) throws IOException {
    boolean made = Files.notExists(file);
    boolean endsWhole = whole || endsWhole();
    whole = false;
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
      long before = channel.size();
      try {
        ByteBuffer buffer = ByteBuffer.wrap(endsWhole ? lines : withBreak(lines));
        while (buffer.hasRemaining()) {
          int unused = channel.write(buffer);
        }
        channel.force(true);
      } catch (IOException e) {
        // They are going to be written again.
        try {
          var unused = channel.truncate(before);
        } catch (IOException stays) {
          e.addSuppressed(stays);
        }
        throw e;
      }
    }
    if (made) {
      forceFolder();
    }
    whole = true;
  }

  private static byte[] withBreak(byte[] lines) {
    byte[] both = new byte[lines.length + 1];
    both[0] = '\n';
    System.arraycopy(lines, 0, both, 1, lines.length);
    return both;
  }

  /** A full disk or a crash may have left half a line, which would spoil the next one. */
  private boolean endsWhole() throws IOException {
    if (Files.notExists(file) || Files.size(file) == 0) {
      return true;
    }
    try (FileChannel channel = FileChannel.open(file)) {
      ByteBuffer last = ByteBuffer.allocate(1);
      int unused = channel.read(last, channel.size() - 1);
      return last.get(0) == '\n';
    }
  }

  private void rotate() throws IOException {
    if (Files.exists(file) && Files.size(file) >= maxBytes) {
      Path old = file.resolveSibling(file.getFileName() + ".1");
      Files.move(file, old, StandardCopyOption.REPLACE_EXISTING);
    } else if (file.getParent() != null) {
      Files.createDirectories(file.getParent());
    }
  }

  /** A new file's name too must outlive a crash. */
  private void forceFolder() throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }
}
