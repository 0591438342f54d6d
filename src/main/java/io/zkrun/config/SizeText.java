package io.zkrun.config;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as people write them: a whole number with its unit, {@code 64KiB}. */
public final class SizeText {
  private static final Map<String, Integer> UNIT_BITS =
      Map.of("B", 0, "KiB", 10, "MiB", 20, "GiB", 30, "TiB", 40);
  private static final long LARGEST = 1L << 50;
  private static final Pattern FORM = Pattern.compile("(\\d{1,18}) *([A-Za-z]*)");

  private SizeText() {}

  /**
   * Bytes, at most 1024TiB.
   *
   * @throws IllegalArgumentException with what is wrong and what would be right, to follow the
   *     value in a message
   */
  public static long parse(String text) {
    Matcher form = FORM.matcher(text.strip());
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "not a size; write a whole number with its unit (B, KiB, MiB, GiB, TiB), such as 64KiB");
    }
    long number = Long.parseLong(form.group(1));
    int bits = unitBits(form.group(1), form.group(2));
    if (number > LARGEST >> bits) {
      throw new IllegalArgumentException("too large; no size exceeds 1024TiB");
    }
    return number << bits;
  }

  private static int unitBits(String number, String unit) {
    if (unit.isEmpty()) {
      throw new IllegalArgumentException(
          "the unit is missing; write B, KiB, MiB, GiB or TiB after the number, such as "
              + number
              + "B");
    }
    Integer bits = UNIT_BITS.get(unit);
    if (bits == null) {
      throw new IllegalArgumentException(unknown(number, unit));
    }
    return bits;
  }

  private static String unknown(String number, String unit) {
    String first = unit.substring(0, 1).toUpperCase(Locale.ROOT);
    String meant = "KMGT".contains(first) && unit.length() <= 3 ? first + "iB" : "B";
    return "unknown unit '"
        + unit
        + "'; sizes are written with B, KiB, MiB, GiB or TiB (powers of 1024), such as "
        + number
        + meant;
  }
}
