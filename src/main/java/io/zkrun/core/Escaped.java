package io.zkrun.core;

/** Text as it can be shown on one line of a terminal: what would move the cursor is escaped. */
public final class Escaped {
  private static final int INVALID = 0xFFFD;

  private Escaped() {}

  /** Bytes that are not UTF-8 become {@code \xNN}. */
  public static String of(Bytes bytes) {
    return bytes.asUtf8().map(Escaped::of).orElseGet(() -> ofInvalid(bytes));
  }

  public static String of(String text) {
    StringBuilder shown = new StringBuilder(text.length());
    text.codePoints().forEach(c -> append(shown, c));
    return shown.toString();
  }

  private static String ofInvalid(Bytes bytes) {
    StringBuilder shown = new StringBuilder(bytes.length());
    for (int i = 0; i < bytes.length(); i++) {
      int b = bytes.at(i) & 0xFF;
      append(shown, b < 0x80 ? b : INVALID, b);
    }
    return shown.toString();
  }

  private static void append(StringBuilder shown, int c) {
    append(shown, c, c);
  }

  private static void append(StringBuilder shown, int c, int number) {
    switch (c) {
      case '\n' -> shown.append("\\n");
      case '\r' -> shown.append("\\r");
      case '\t' -> shown.append("\\t");
      default -> {
        int type = Character.getType(c);
        boolean hidden =
            Character.isISOControl(c)
                || type == Character.FORMAT
                || type == Character.SURROGATE
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR
                || c != number;
        if (hidden) {
          shown.append(String.format(number < 0x100 ? "\\x%02x" : "\\u%04x", number));
        } else {
          shown.appendCodePoint(c);
        }
      }
    }
  }
}
