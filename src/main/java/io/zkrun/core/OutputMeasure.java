package io.zkrun.core;

import java.util.Arrays;

/**
 * The one measure of an output: the room that it takes in the JSON of a result. What decides
 * whether a result holds all of an output, whoever asks, goes by this.
 */
public final class OutputMeasure {
  private OutputMeasure() {}

  /**
   * Cuts an output until its encoded text takes at most {@code limitBytes}: the first and the last
   * half stay.
   */
  public static Output fit(Output output, int limitBytes) {
    byte[] kept = output.kept().toArray();
    if (encodedLength(output.kept()) <= limitBytes) {
      return output;
    }
    boolean binary = isBinary(output.kept());
    int half = limitBytes / 2;
    int head = binary ? half / 4 * 3 : prefix(kept, half);
    int tail = Math.min(binary ? half / 4 * 3 : suffix(kept, half), kept.length - head);
    byte[] both = Arrays.copyOf(kept, head + tail);
    System.arraycopy(kept, kept.length - tail, both, head, tail);
    return new Output(Bytes.of(both), output.bytes(), true, output.file());
  }

  /** Base64 where the bytes are no text, or where escapes would take more room than it does. */
  public static boolean isBinary(Bytes bytes) {
    return bytes.asUtf8().isEmpty() || escapedLength(bytes) > base64Length(bytes);
  }

  private static long encodedLength(Bytes bytes) {
    return isBinary(bytes) ? base64Length(bytes) : escapedLength(bytes);
  }

  private static long base64Length(Bytes bytes) {
    return (bytes.length() + 2L) / 3 * 4;
  }

  private static long escapedLength(Bytes bytes) {
    long length = 0;
    for (int i = 0; i < bytes.length(); i++) {
      length += escapedLength(bytes.at(i));
    }
    return length;
  }

  private static int escapedLength(byte b) {
    if (b == '"' || b == '\\' || b == '\b' || b == '\f' || b == '\n' || b == '\r' || b == '\t') {
      return 2;
    }
    return b >= 0 && b < ' ' ? 6 : 1;
  }

  /**
   * How many bytes from the start take at most {@code limit} encoded, without cutting a character.
   */
  private static int prefix(byte[] bytes, int limit) {
    int length = 0;
    int end = 0;
    while (end < bytes.length && length + escapedLength(bytes[end]) <= limit) {
      length += escapedLength(bytes[end++]);
    }
    while (end > 0 && end < bytes.length && isContinuation(bytes[end])) {
      end--;
    }
    return end;
  }

  private static int suffix(byte[] bytes, int limit) {
    int length = 0;
    int begin = bytes.length;
    while (begin > 0 && length + escapedLength(bytes[begin - 1]) <= limit) {
      length += escapedLength(bytes[--begin]);
    }
    while (begin < bytes.length && isContinuation(bytes[begin])) {
      begin++;
    }
    return bytes.length - begin;
  }

  private static boolean isContinuation(byte b) {
    return (b & 0xC0) == 0x80;
  }
}
