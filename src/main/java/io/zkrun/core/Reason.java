package io.zkrun.core;

/**
 * Why something is asked for, or ended, in the words of people: one line, bounded, since it is
 * passed on from znode to znode, logged and shown, whatever was written first.
 */
public final class Reason {
  /** In characters of the shown text. */
  public static final int LENGTH_MAX = 1_000;

  private static final String CUT = "...";

  private Reason() {}

  /** Bytes that are not UTF-8, and what would move the cursor, are escaped. */
  public static String of(Bytes bytes) {
    // Each character takes four bytes at most; a whole megabyte need not be escaped to be cut.
    int enough = LENGTH_MAX * 4;
    boolean cut = bytes.length() > enough;
    return bounded(Escaped.of(cut ? bytes.first(enough) : bytes), cut);
  }

  public static String of(String text) {
    boolean cut = text.length() > LENGTH_MAX * 2;
    return bounded(Escaped.of(cut ? text.substring(0, LENGTH_MAX * 2) : text), cut);
  }

  private static String bounded(String shown, boolean cut) {
    if (shown.length() <= LENGTH_MAX) {
      return cut ? shown + CUT : shown;
    }
    boolean split = Character.isHighSurrogate(shown.charAt(LENGTH_MAX - 1));
    return shown.substring(0, split ? LENGTH_MAX - 1 : LENGTH_MAX) + CUT;
  }
}
