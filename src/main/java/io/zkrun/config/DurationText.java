package io.zkrun.config;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them: whole numbers with units, {@code 90s} or {@code 1h30m}. */
public final class DurationText {
  private static final Map<String, Long> UNIT_MILLIS =
      Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);
  private static final long LONGEST_DAYS = 36_500;
  private static final Pattern PART = Pattern.compile("(\\d{1,18}) *([A-Za-z]*)");
  private static final Pattern WHOLE = Pattern.compile("(\\d{1,18} *([A-Za-z]+ *|$))+");

  private DurationText() {}

  /**
   * Not negative, in whole milliseconds, and at most 36500d.
   *
   * @throws IllegalArgumentException with what is wrong and what would be right, to follow the
   *     value in a message
   */
  public static Duration parse(String text) {
    if (!WHOLE.matcher(text.strip()).matches()) {
      throw new IllegalArgumentException(
          "not a duration; write a whole number with its unit (ms, s, m, h, d), such as 90s or"
              + " 1h30m");
    }
    Matcher part = PART.matcher(text);
    long millis = 0;
    while (part.find()) {
      millis =
          plus(millis, Long.parseLong(part.group(1)), unitMillis(part.group(1), part.group(2)));
    }
    return Duration.ofMillis(millis);
  }

  private static long unitMillis(String number, String unit) {
    if (unit.isEmpty()) {
      throw new IllegalArgumentException(
          "the unit is missing; write ms, s, m, h or d after the number, such as " + number + "s");
    }
    Long millis = UNIT_MILLIS.get(unit);
    if (millis == null) {
      throw new IllegalArgumentException(
          "unknown unit '" + unit + "'; durations are written with ms, s, m, h or d, such as 90s");
    }
    return millis;
  }

  private static long plus(long millis, long number, long unitMillis) {
    long longest = LONGEST_DAYS * 86_400_000L;
    if (number > longest / unitMillis || millis + number * unitMillis > longest) {
      throw new IllegalArgumentException("too long; no duration exceeds " + LONGEST_DAYS + "d");
    }
    return millis + number * unitMillis;
  }
}
