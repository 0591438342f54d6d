package io.zkrun.cli;

import io.zkrun.core.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Arguments byte for byte. A byte that is not UTF-8 is carried through a String as the lone
 * surrogate U+DC00 + byte, and becomes that byte again in {@link #bytes}.
 */
final class RawText {
  private static final int ESCAPE = 0xDC00;

  private RawText() {}

  /** The arguments of this process as they were given; {@code decoded} where that can't be told. */
  static String[] arguments(String[] decoded) {
    try {
      List<byte[]> words = split(Files.readAllBytes(Path.of("/proc/self/cmdline")), (byte) 0);
      if (words.size() <= decoded.length) {
        return decoded;
      }
      return words.subList(words.size() - decoded.length, words.size()).stream()
          .map(RawText::text)
          .toArray(String[]::new);
    } catch (IOException e) {
      return decoded;
    }
  }

  /** Whether {@code text} holds a byte that is not UTF-8. */
  static boolean isRaw(String text) {
    return text.codePoints().anyMatch(RawText::isEscape);
  }

  private static boolean isEscape(int c) {
    return c >= ESCAPE + 0x80 && c <= ESCAPE + 0xFF;
  }

  /** Without the mark by which some editors begin a file of UTF-8. */
  static byte[] withoutMark(byte[] file) {
    boolean marked =
        file.length >= 3
            && file[0] == (byte) 0xEF
            && file[1] == (byte) 0xBB
            && file[2] == (byte) 0xBF;
    return marked ? Arrays.copyOfRange(file, 3, file.length) : file;
  }

  /** The pieces that {@code end} ends; the last one may lack it. */
  static List<byte[]> split(byte[] all, byte end) {
    List<byte[]> pieces = new ArrayList<>();
    int begin = 0;
    for (int i = 0; i < all.length; i++) {
      if (all[i] == end) {
        pieces.add(Arrays.copyOfRange(all, begin, i));
        begin = i + 1;
      }
    }
    if (begin < all.length) {
      pieces.add(Arrays.copyOfRange(all, begin, all.length));
    }
    return pieces;
  }

  static String text(byte[] bytes) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length + 1);
    for (CoderResult result = decoder.decode(in, out, true);
        result.isError();
        result = decoder.decode(in, out, true)) {
      for (int i = 0; i < result.length(); i++) {
        out.put((char) (ESCAPE + (in.get() & 0xFF)));
      }
      decoder.reset();
    }
    return out.flip().toString();
  }

  static Bytes bytes(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length() + 16);
    text.codePoints()
        .forEach(
            c -> {
              if (isEscape(c)) {
                bytes.write(c - ESCAPE);
              } else {
                bytes.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
              }
            });
    return Bytes.of(bytes.toByteArray());
  }
}
