package io.zkrun.exec;

import io.zkrun.core.Bytes;
import io.zkrun.core.Output;
import io.zkrun.core.OutputMeasure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * Reads what a result holds of an output file, whatever its size, in the memory of the limit. It is
 * cut here and nowhere else: so the spool knows what the result does not hold.
 */
final class OutputFile {
  /** Of UTF-8, in bytes. */
  private static final int CHARACTER_MAX = 4;

  private OutputFile() {}

  static Output read(Path file, int limitBytes) throws IOException {
    try (FileChannel channel = PlainFile.open(file)) {
      long size = channel.size();
      if (size <= limitBytes) {
        Bytes all = Bytes.of(part(channel, 0, (int) size).array());
        return all.isEmpty()
            ? Output.EMPTY
            : OutputMeasure.fit(new Output(all, all.length(), false, file.toString()), limitBytes);
      }
      int half = limitBytes / 2;
      byte[] head = part(channel, 0, half).array();
      byte[] tail = part(channel, size - (limitBytes - half), limitBytes - half).array();
      return OutputMeasure.fit(
          new Output(join(head, tail), size, true, file.toString()), limitBytes);
    }
  }

  /** Without what the cut has left of a character, where all the rest is text. */
  private static Bytes join(byte[] head, byte[] tail) {
    int end = head.length - cutAtEnd(head);
    int begin = 0;
    while (begin < Math.min(CHARACTER_MAX - 1, tail.length) && isContinuation(tail[begin])) {
      begin++;
    }
    Bytes text = join(head, end, tail, begin);
    return text.asUtf8().isPresent() ? text : join(head, head.length, tail, 0);
  }

  private static Bytes join(byte[] head, int end, byte[] tail, int begin) {
    ByteBuffer both = ByteBuffer.allocate(end + tail.length - begin);
    both.put(head, 0, end).put(tail, begin, tail.length - begin);
    return Bytes.of(both.array());
  }

  /** How many bytes of an incomplete character stand at the end. */
  private static int cutAtEnd(byte[] bytes) {
    for (int back = 1; back < CHARACTER_MAX && back <= bytes.length; back++) {
      byte b = bytes[bytes.length - back];
      if (!isContinuation(b)) {
        int length = (b & 0xE0) == 0xC0 ? 2 : (b & 0xF0) == 0xE0 ? 3 : (b & 0xF8) == 0xF0 ? 4 : 1;
        return length > back ? back : 0;
      }
    }
    return 0;
  }

  private static boolean isContinuation(byte b) {
    return (b & 0xC0) == 0x80;
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
