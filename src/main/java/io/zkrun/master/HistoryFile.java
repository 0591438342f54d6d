package io.zkrun.master;

import io.zkrun.core.Bytes;
import io.zkrun.core.TaskId;
import io.zkrun.znode.HistoryLine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finished tasks in a file, a {@link HistoryLine} each. When the file has reached its size it is
 * renamed to {@code <file>.1}, and the former {@code .1} is given up.
 */
public final class HistoryFile implements History {
  private static final Logger LOG = LoggerFactory.getLogger(HistoryFile.class);

  private final Path file;
  private final long maxBytes;
  private boolean failed;

  /** Whether the file is known to end with a whole line. */
  private boolean whole;

  /**
   * @param maxBytes past which a new file is begun
   */
  public HistoryFile(Path file, long maxBytes) {
    this.file = file;
    this.maxBytes = maxBytes;
  }

  @Override
  public boolean append(TaskId task, Bytes spec, @Nullable Bytes status) {
    String line = new HistoryLine(task, spec, status).encode();
    try {
      rotate();
      String begin = whole || endsWhole() ? "" : "\n";
      whole = false;
      byte[] bytes = Bytes.utf8(begin + line + "\n").toArray();
      Files.write(file, bytes, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      whole = true;
      failed = false;
      return true;
    } catch (IOException e) {
      if (!failed) {
        LOG.error(
            "cannot append to the history {}; finished tasks stay in ZooKeeper: {}",
            file,
            e.toString());
      }
      failed = true;
      return false;
    }
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
}
