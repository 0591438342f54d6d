package io.zkrun.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How a setting is written.
 *
 * @param expected what it takes, bounds included, to follow "write"
 * @param parse throws IllegalArgumentException with what is wrong and what would be right
 * @param shown how it is printed, from the value and the text that it was read from
 */
record Kind<T>(String expected, Function<String, T> parse, Shown<T> shown) {
  private static final String PATH = "an absolute path";

  /** How a value is printed. */
  interface Shown<T> {
    Object of(T value, String text);
  }

  static Kind<Duration> duration(String min, String max) {
    Bounds<Duration> bounds = new Bounds<>(min, max, DurationText::parse);
    return new Kind<>("a duration, " + bounds, bounds::parse, (value, text) -> text);
  }

  static Kind<Long> size(String min, String max) {
    Bounds<Long> bounds = new Bounds<>(min, max, SizeText::parse);
    return new Kind<>("a size, " + bounds, bounds::parse, (value, text) -> text);
  }

  /** A size that fits into an int: {@code max} is below 2 GiB. */
  static Kind<Integer> smallSize(String min, String max) {
    Bounds<Long> bounds = new Bounds<>(min, max, SizeText::parse);
    return new Kind<>(
        "a size, " + bounds, text -> Math.toIntExact(bounds.parse(text)), (value, text) -> text);
  }

  static Kind<Integer> count(String min, String max) {
    Bounds<Integer> bounds = new Bounds<>(min, max, Kind::whole);
    return new Kind<>("a whole number, " + bounds, bounds::parse, (value, text) -> value);
  }

  static Kind<Boolean> flag() {
    return new Kind<>("true or false", Kind::trueOrFalse, (value, text) -> value);
  }

  static <E extends Enum<E>> Kind<E> choice(Class<E> type) {
    String words =
        Arrays.stream(type.getEnumConstants())
            .map(Kind::word)
            .collect(Collectors.joining(", "))
            .replaceFirst(", ([^,]*)$", " or $1");
    return new Kind<>(words, text -> chosen(type, text, words), (value, text) -> text);
  }

  static Kind<String> matching(Pattern form, String expected) {
    Function<String, String> parse =
        text -> {
          if (!form.matcher(text).matches()) {
            throw new IllegalArgumentException("not possible; write " + expected);
          }
          return text;
        };
    return new Kind<>(expected, parse, (value, text) -> text);
  }

  /** Whether a relative one on the command line starts from the working folder. */
  boolean isPath() {
    return expected.equals(PATH);
  }

  static Kind<Path> path() {
    return new Kind<>(PATH, Kind::absolute, (value, text) -> value.toString());
  }

  static Kind<ConnectString> connect() {
    return new Kind<>(
        "host:port,host:port[/chroot]", ConnectString::parse, (value, text) -> value.toString());
  }

  /** An address to serve at, or nothing. */
  static Kind<String> listen() {
    return new Kind<>("host:port, or \"\" for off", Kind::listenAddress, (value, text) -> text);
  }

  private static int whole(String text) {
    if (!text.matches("-?\\d+")) {
      throw new IllegalArgumentException("not a number; write a whole number");
    }
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("too large a number", e);
    }
  }

  private static boolean trueOrFalse(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("not a choice; write true or false");
    };
  }

  private static <E extends Enum<E>> E chosen(Class<E> type, String text, String words) {
    for (E each : type.getEnumConstants()) {
      if (word(each).equals(text)) {
        return each;
      }
    }
    throw new IllegalArgumentException("not a choice; write " + words);
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static Path absolute(String text) {
    try {
      Path path = Path.of(text);
      if (path.isAbsolute()) {
        return path.normalize();
      }
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("not a path: " + e.getReason(), e);
    }
    throw new IllegalArgumentException("not an absolute path; begin it with /");
  }

  private static String listenAddress(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int colon = text.lastIndexOf(':');
    if (colon < 1 || text.contains(",") || text.contains("/")) {
      throw new IllegalArgumentException("not an address; write host:port, or \"\" for off");
    }
    return ConnectString.parse(text).toString();
  }

  /** Both ends included. */
  private record Bounds<T extends Comparable<T>>(
      String min, String max, Function<String, T> unbounded) {
    T parse(String text) {
      T value = unbounded.apply(text);
      if (value.compareTo(unbounded.apply(min)) < 0 || value.compareTo(unbounded.apply(max)) > 0) {
        throw new IllegalArgumentException("out of bounds; write a value from " + this);
      }
      return value;
    }

    @Override
    public String toString() {
      return min + " to " + max;
    }
  }
}
