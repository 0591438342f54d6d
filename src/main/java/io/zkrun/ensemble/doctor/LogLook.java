package io.zkrun.ensemble.doctor;

import io.zkrun.core.Secrets;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads the end of a server's log. */
final class LogLook {
  private static final int TAIL_BYTES = 256 * 1024;
  private static final int LINES_KEPT = 20;
  private static final int LINE_CHARS = 300;

  private LogLook() {}

  /** The newest lines that tell of trouble, the newest last. */
  static List<String> trouble(Path file) throws IOException {
    List<String> lines =
        tail(file)
            .lines()
            .filter(LogLines::isTrouble)
            .map(Secrets::withoutSecrets)
            .map(line -> line.substring(0, Math.min(LINE_CHARS, line.length())))
            .toList();
    return new ArrayList<>(lines.subList(Math.max(0, lines.size() - LINES_KEPT), lines.size()));
  }

  private static String tail(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      long from = Math.max(0, channel.size() - TAIL_BYTES);
      ByteBuffer buffer = ByteBuffer.allocate((int) (channel.size() - from));
      while (buffer.hasRemaining() && channel.read(buffer, from + buffer.position()) >= 0) {
        // On to the end.
      }
      return new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8);
    }
  }
}
