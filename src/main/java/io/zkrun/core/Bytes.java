package io.zkrun.core;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * An immutable run of bytes: commands, arguments and outputs are bytes on Unix, not text, and zkrun
 * carries them unchanged.
 */
public final class Bytes {
  public static final Bytes EMPTY = new Bytes(new byte[0]);

  private final byte[] value;

  private Bytes(byte[] value) {
    this.value = value;
  }

  /** Copies {@code value}. */
  public static Bytes of(byte[] value) {
    return value.length == 0 ? EMPTY : new Bytes(value.clone());
  }

  /** The first {@code length} bytes, without the rest of a character that is cut there. */
  public Bytes first(int length) {
    int end = Math.min(length, value.length);
    while (end > 0 && end < value.length && end > length - 3 && (value[end] & 0xC0) == 0x80) {
      end--;
    }
    return of(Arrays.copyOf(value, end));
  }

  /** The UTF-8 encoding of {@code text}. */
  public static Bytes utf8(String text) {
    return text.isEmpty() ? EMPTY : new Bytes(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A copy of the bytes. */
  public byte[] toArray() {
    return value.clone();
  }

  public int length() {
    return value.length;
  }

  public boolean isEmpty() {
    return value.length == 0;
  }

  public byte at(int index) {
    return value[index];
  }

  public boolean contains(int b) {
    for (byte each : value) {
      if (each == (byte) b) {
        return true;
      }
    }
    return false;
  }

  /** True when there is nothing but ASCII white space. */
  public boolean isBlank() {
    for (byte b : value) {
      if (b != ' ' && (b < '\t' || b > '\r')) {
        return false;
      }
    }
    return true;
  }

  /** The text, if these bytes are valid UTF-8. */
  public Optional<String> asUtf8() {
    try {
      return Optional.of(
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(value))
              .toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  /** The text with what is not UTF-8 replaced: for people and logs, never to be stored. */
  public String lossy() {
    return new String(value, StandardCharsets.UTF_8);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes that && Arrays.equals(value, that.value);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(value);
  }

  /** {@link #lossy()}. */
  @Override
  public String toString() {
    return lossy();
  }
}
