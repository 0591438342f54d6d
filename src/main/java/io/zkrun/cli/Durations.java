package io.zkrun.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Durations as people write them, {@code 90s} or {@code 1h30m}; milliseconds. */
final class Durations implements ITypeConverter<Long> {
  private static final Pattern PART = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

  @Override
  public Long convert(String text) {
    Matcher part = PART.matcher(text);
    long millis = 0;
    int at = 0;
    while (part.find() && part.start() == at) {
      millis += Long.parseLong(part.group(1)) * unitMillis(part.group(2));
      at = part.end();
    }
    if (at == 0 || at != text.length()) {
      String hint = text.matches("\\d+") ? "the unit is missing: " + text + "s?" : "no duration";
      throw new TypeConversionException(
          "'"
              + text
              + "': "
              + hint
              + "; write a number with its unit (ms, s, m, h, d), such as"
              + " 90s or 1h30m");
    }
    return millis;
  }

  private static long unitMillis(String unit) {
    return switch (unit) {
      case "ms" -> 1;
      case "s" -> 1_000;
      case "m" -> 60_000;
      case "h" -> 3_600_000;
      default -> 86_400_000;
    };
  }
}
