package io.zkrun.exec;

import io.zkrun.core.Bytes;
import io.zkrun.core.Output;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads what is kept of an output file, whatever its size, in the memory of the limit. */
final class OutputFile {
  private OutputFile() {}

  static Output read(Path file, int limitBytes) throws IOException {
    if (!Files.exists(file)) {
      return Output.EMPTY;
    }
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      if (size <= limitBytes) {
        return Output.whole(Bytes.of(part(channel, 0, (int) size).array()));
      }
      int head = limitBytes / 2;
      int tail = limitBytes - head;
      ByteBuffer kept = ByteBuffer.allocate(limitBytes);
      kept.put(part(channel, 0, head)).put(part(channel, size - tail, tail));
      return new Output(Bytes.of(kept.array()), size, true, file.toString());
    }
  }

  private static ByteBuffer part(FileChannel channel, long from, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, from + buffer.position()) < 0) {
        break;
      }
    }
    return buffer.rewind();
  }
}
