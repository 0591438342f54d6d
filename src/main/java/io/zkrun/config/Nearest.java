package io.zkrun.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Guesses which setting an unknown key means. */
public final class Nearest {
  private static final int CLOSE = 2;

  private Nearest() {}

  /**
   * Of the keys known, the one that this looks like, if any does: case, '-' and '_' don't count.
   */
  public static Optional<String> among(Collection<String> known, String key) {
    return known.stream()
        .min(
            Comparator.comparingInt((String each) -> edits(plain(key), plain(each)))
                .thenComparing(Comparator.naturalOrder()))
        .filter(
            each -> edits(plain(key), plain(each)) <= Math.min(CLOSE + 1, each.length() / CLOSE))
        .filter(each -> edits(plain(key), plain(each)) <= Math.max(CLOSE, each.length() / 5));
  }

  static Optional<String> to(String key) {
    return Catalog.ALL.stream()
        .filter(setting -> !setting.isLabel())
        .map(Setting::key)
        .min(Comparator.comparingInt((String known) -> distance(key, known)))
        .filter(known -> distance(key, known) <= Math.max(2, lastName(known).length() / 3));
  }

  /** The right name in the wrong block is near, too. */
  private static int distance(String key, String known) {
    int whole = edits(plain(key), plain(known));
    int last = 1 + edits(plain(lastName(key)), plain(lastName(known)));
    return Math.min(whole, last);
  }

  private static String plain(String key) {
    return key.replaceAll("[-_]", "").toLowerCase(Locale.ROOT);
  }

  private static String lastName(String key) {
    return key.substring(key.lastIndexOf('.') + 1);
  }

  /** Levenshtein's distance. */
  private static int edits(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, 1 + Math.min(previous[j], row[j - 1]));
      }
      previous = row;
    }
    return previous[b.length()];
  }
}
