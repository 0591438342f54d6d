package io.zkrun.znode;

import com.fasterxml.jackson.jr.ob.JSON;
import io.zkrun.core.Bytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** JSON objects as ordered maps, and the few types that JSON lacks. */
public final class Json {
  /** The version of every JSON value that zkrun prints or stores. */
  public static final int SCHEMA = 1;

  private static final JSON PLAIN = JSON.std.with(JSON.Feature.FAIL_ON_DUPLICATE_MAP_KEYS);

  private Json() {}

  /** One line, without a line feed. Null values are left out by the caller. */
  public static String write(Map<String, ?> object) {
    try {
      return PLAIN.asString(object);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Several lines, indented, for people. */
  public static String writePretty(Map<String, ?> object) {
    try {
      return PLAIN.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(object);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Several lines: a record, by its components; null ones are left out. */
  public static String writeRecord(Record value) {
    try {
      return PLAIN.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * What {@link #writeRecord} made. Components that are not there are null or 0, and what is not
   * known is passed over.
   *
   * @throws IOException when the text is something else; the message says where
   */
  public static <T extends Record> T readRecord(Class<T> type, String text) throws IOException {
    return PLAIN.beanFrom(type, text);
  }

  public static Bytes encode(Map<String, ?> object) {
    return Bytes.utf8(write(object));
  }

  /**
   * Reads one object and nothing else.
   *
   * @throws IOException when these bytes are something else; the message says where
   */
  static Map<String, Object> parse(Bytes data) throws IOException {
    String text = data.asUtf8().orElseThrow(() -> new IOException("is not UTF-8"));
    return PLAIN.mapFrom(text);
  }

  /** The object, or nothing where a person wrote something else. */
  static Optional<Map<String, Object>> parseLeniently(Bytes data) {
    if (data.isEmpty() || data.at(0) != '{') {
      return Optional.empty();
    }
    try {
      return Optional.of(parse(data));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** A plain string where the bytes are UTF-8, else an object with base64. */
  public static Object bytes(Bytes value) {
    Optional<String> text = value.asUtf8();
    if (text.isPresent()) {
      return text.get();
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("text", base64(value));
    json.put("encoding", "base64");
    return json;
  }

  /** What {@link #bytes} made; null where {@code json} is nothing of the kind. */
  static @Nullable Bytes bytes(@Nullable Object json) {
    if (json instanceof String text) {
      return Bytes.utf8(text);
    }
    if (json instanceof Map<?, ?> map
        && map.size() == 2
        && "base64".equals(map.get("encoding"))
        && map.get("text") instanceof String text) {
      return fromBase64(text);
    }
    return null;
  }

  static String base64(Bytes value) {
    return Base64.getEncoder().encodeToString(value.toArray());
  }

  static @Nullable Bytes fromBase64(String text) {
    try {
      return Bytes.of(Base64.getDecoder().decode(text));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  static @Nullable String string(Map<String, Object> object, String key) {
    return object.get(key) instanceof String text ? text : null;
  }

  static @Nullable Integer integer(Map<String, Object> object, String key) {
    return object.get(key) instanceof Number number ? (Integer) number.intValue() : null;
  }

  static long number(Map<String, Object> object, String key, long otherwise) {
    return object.get(key) instanceof Number number ? number.longValue() : otherwise;
  }

  static @Nullable Double decimal(Map<String, Object> object, String key) {
    return object.get(key) instanceof Number number ? (Double) number.doubleValue() : null;
  }

  static boolean flag(Map<String, Object> object, String key) {
    return Boolean.TRUE.equals(object.get(key));
  }

  static @Nullable Instant instant(Map<String, Object> object, String key) {
    String text = string(object, key);
    try {
      return text == null ? null : Instant.parse(text);
    } catch (DateTimeParseException e) {
      return null;
    }
  }

  /** Adds the entry unless {@code value} is null: absent rather than null. */
  public static void put(Map<String, Object> object, String key, @Nullable Object value) {
    if (value != null) {
      object.put(key, value instanceof Instant time ? time.toString() : value);
    }
  }
}
