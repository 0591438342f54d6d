package io.zkrun.znode;

import io.zkrun.core.Bytes;
import io.zkrun.core.Output;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An output stream's part of a result, bounded as it stands in JSON. */
public final class OutputCodec {
  private OutputCodec() {}

  /**
   * Cuts {@code output} until its encoded text takes at most {@code limitBytes}: the first and the
   * last half stay.
   *
   * @param file where the whole output is; noted if something is cut
   */
  public static Output fit(Output output, int limitBytes, @Nullable String file) {
    byte[] kept = output.kept().toArray();
    if (encodedLength(output.kept()) <= limitBytes) {
      return new Output(
          output.kept(), output.bytes(), output.truncated(), output.truncated() ? file : null);
    }
    boolean binary = isBinary(output.kept());
    int half = limitBytes / 2;
    int head = binary ? half / 4 * 3 : prefix(kept, half);
    int tail = Math.min(binary ? half / 4 * 3 : suffix(kept, half), kept.length - head);
    byte[] both = Arrays.copyOf(kept, head + tail);
    System.arraycopy(kept, kept.length - tail, both, head, tail);
    return new Output(Bytes.of(both), output.bytes(), true, file);
  }

  static Map<String, Object> toJson(Output output) {
    Map<String, Object> json = new LinkedHashMap<>();
    Optional<String> text = output.kept().asUtf8();
    if (text.isPresent() && !isBinary(output.kept())) {
      json.put("text", text.get());
    } else {
      json.put("text", Json.base64(output.kept()));
      json.put("encoding", "base64");
    }
    json.put("bytes", output.bytes());
    json.put("truncated", output.truncated());
    Json.put(json, "file", output.file());
    return json;
  }

  static Output fromJson(@Nullable Object json) {
    if (!(json instanceof Map<?, ?> map) || !(map.get("text") instanceof String text)) {
      return Output.EMPTY;
    }
    Bytes decoded = "base64".equals(map.get("encoding")) ? Json.fromBase64(text) : Bytes.utf8(text);
    Bytes kept = decoded == null ? Bytes.EMPTY : decoded;
    long bytes = map.get("bytes") instanceof Number number ? number.longValue() : kept.length();
    boolean truncated = Boolean.TRUE.equals(map.get("truncated"));
    return new Output(kept, bytes, truncated, map.get("file") instanceof String f ? f : null);
  }

  /** Base64 where the bytes are no text, or where escapes would take more room than it does. */
  private static boolean isBinary(Bytes bytes) {
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
