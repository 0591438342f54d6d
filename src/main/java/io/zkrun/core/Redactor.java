package io.zkrun.core;

/**
 * Hides what is secret in a text: values of settings with a telling name, and users in URLs.
 *
 * <p>Nobody can tell where a secret ends that stands in a text as it is: it may hold blanks, commas
 * and quotes. So all is hidden up to what surely is the next setting, {@code name=value} or {@code
 * --name} behind a blank, or to the end of the line; only a JSON string ends where its quotes do.
 * Each character is looked at a few times at most, whoever wrote the text.
 */
final class Redactor {
  private final String text;
  private final boolean word;
  private final StringBuilder shown = new StringBuilder();
  private int at;
  private int shownTo;
  private int urlEnd;

  private Redactor(String text, boolean word) {
    this.text = text;
    this.word = word;
  }

  /** Any text, as it may be shown. */
  static String text(String text) {
    return new Redactor(text, false).scan();
  }

  /** A word of a command line, as it may be shown: the value of a setting ends where it does. */
  static String word(String word) {
    return new Redactor(word, true).scan();
  }

  /** Whether a word of a command line is a secret's name, so that the next one is its value. */
  static boolean isNameAlone(String word) {
    Redactor name = new Redactor(word, true);
    int end = name.nameEnd(0);
    int last = word.length();
    boolean alone = end == last ? word.startsWith("-") : name.value(0, end) == last;
    return alone && isSecret(word, 0, end);
  }

  private static boolean isSecret(String text, int from, int to) {
    return from < to && Secrets.isSecret(text.substring(from, to));
  }

  private String scan() {
    while (at < text.length()) {
      if (isName(at)) {
        setting();
      } else if (text.startsWith("://", at)) {
        url();
      } else {
        at++;
      }
    }
    return shown.append(text, shownTo, at).toString();
  }

  private void hide(int from, int to) {
    shown.append(text, shownTo, from).append(Secrets.HIDDEN);
    shownTo = to;
    at = to;
  }

  private void setting() {
    int begin = at;
    int end = nameEnd(begin);
    int value = value(begin, end);
    if (value >= 0 && value < text.length() && isSecret(text, begin, end)) {
      hide(value, word && begin == 0 ? text.length() : valueEnd(value, isQuote(end)));
    } else {
      at = end;
    }
  }

  /** Where the value of a name begins, behind what divides them; negative where nothing does. */
  private int value(int begin, int end) {
    int next = end;
    while (is(next, '\\')) {
      next++;
    }
    next = behindSpace(isQuote(next) ? next + 1 : end);
    if (is(next, '=') || is(next, ':')) {
      return behindSpace(next + 1);
    }
    return is(begin, '-') && isSpace(end) ? behindSpace(end) : -1;
  }

  private int valueEnd(int from, boolean json) {
    if (json && isQuote(from)) {
      int end = behindQuoted(from);
      int next = behindBlanks(end);
      if (next == text.length() || ",}]\n".indexOf(text.charAt(next)) >= 0) {
        return end;
      }
    }
    int end = from;
    while (end < text.length() && !is(end, '\n')) {
      if (isSpace(end)) {
        int next = behindBlanks(end);
        if (beginsSetting(next)) {
          return end;
        }
        end = next;
      } else if (isQuote(end)) {
        end = behindQuoted(end);
      } else if (is(end, '\\') && isQuote(end + 1)) {
        int close = text.indexOf(text.substring(end, end + 2), end + 2);
        end = close < 0 ? text.length() : close + 2;
      } else {
        end += is(end, '\\') ? 2 : 1;
      }
    }
    return Math.min(end, text.length());
  }

  /** Nothing that ends as base64 does: {@code Bearer abc=}. */
  private boolean beginsSetting(int index) {
    int end = nameEnd(index);
    boolean option =
        text.startsWith("--", index) && end > index + 2 && !is(index + 2, '-'); // as in PEM
    boolean assigns = end > index && is(end, '=') && end + 1 < text.length();
    return option || (assigns && !isSpace(end + 1) && !is(end + 1, '='));
  }

  /** Hides up to the last {@code @} before a blank: a password may hold any, and slashes. */
  private void url() {
    int from = at + 3;
    at = from;
    if (from <= urlEnd) {
      return; // looked at as a part of the one before
    }
    int users = from;
    for (urlEnd = from; urlEnd < text.length() && !isSpace(urlEnd); urlEnd++) {
      users = is(urlEnd, '@') ? urlEnd : users;
    }
    if (users > from) {
      hide(from, users);
    }
  }

  private int nameEnd(int from) {
    int end = from;
    while (isName(end)) {
      end++;
    }
    return end;
  }

  private int behindQuoted(int from) {
    int end = from + 1;
    while (end < text.length() && text.charAt(end) != text.charAt(from)) {
      end += is(end, '\\') ? 2 : 1;
    }
    return Math.min(end + 1, text.length());
  }

  private int behindBlanks(int from) {
    int end = from;
    while (isSpace(end) && !is(end, '\n')) {
      end++;
    }
    return end;
  }

  private int behindSpace(int from) {
    int end = from;
    while (isSpace(end)) {
      end++;
    }
    return end;
  }

  private boolean isName(int index) {
    if (index >= text.length()) {
      return false;
    }
    char c = text.charAt(index);
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '.'
        || c == '_'
        || c == '-';
  }

  private boolean isQuote(int index) {
    return is(index, '"') || is(index, '\'');
  }

  private boolean isSpace(int index) {
    return index < text.length() && Character.isWhitespace(text.charAt(index));
  }

  private boolean is(int index, char c) {
    return index < text.length() && text.charAt(index) == c;
  }
}
