package io.zkrun.cli;

import io.zkrun.core.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds each {@code {}} in a shell command line, and refuses one that does not stand bare: only
 * outside of quotes and the like does a word in single quotes stay one word, whatever it holds.
 *
 * <p>The scan knows a part of the shell's language. Behind what it does not know it cannot tell a
 * bare place from a quoted one, so it refuses all that come there: it never guesses.
 */
final class BarePlaces {
  private static final String ARITHMETIC = " \t0123456789_$+-*/%()<>=!&|^~?:,";

  /** What a single character behind a {@code $} names. */
  private static final String SPECIAL_PARAMETERS = "$?!@*#-0123456789";

  /** What ends a subscript, or makes it more than text, for one shell or another. */
  private static final String NO_SUBSCRIPT = "'\"\\`$(){} \t\n;|&<>#";

  private enum Inside {
    COMMAND,
    PARENTHESES,
    SUBSTITUTION,
    DOUBLE_QUOTES
  }

  private final byte[] text;
  private final Deque<Inside> inside = new ArrayDeque<>();
  private final List<Integer> places = new ArrayList<>();
  private int at;
  private boolean wordStart = true;
  private @Nullable String unknown;

  private BarePlaces(byte[] text) {
    this.text = text;
    inside.push(Inside.COMMAND);
  }

  /**
   * The indexes at which a {@code {}} begins.
   *
   * @throws UsageException where one does not stand bare
   */
  static List<Integer> of(Bytes line) {
    BarePlaces scan = new BarePlaces(line.toArray());
    while (scan.at < scan.text.length) {
      scan.step();
    }
    return scan.places;
  }

  private void step() {
    if (isPlace(at)) {
      place();
    } else if (unknown != null) {
      at++;
    } else if (text[at] == '\\') {
      backslash();
    } else if (inside.element() == Inside.DOUBLE_QUOTES) {
      quoted();
    } else {
      bare();
    }
  }

  private boolean isPlace(int index) {
    return is(index, '{') && is(index + 1, '}');
  }

  private boolean is(int index, char c) {
    return index < text.length && text[index] == c;
  }

  private void place() {
    if (unknown != null) {
      throw refused(at, unknown);
    }
    if (inside.element() == Inside.DOUBLE_QUOTES) {
      throw refused(at, "in double quotes");
    }
    places.add(at);
    word(at + 2);
  }

  private UsageException refused(int index, String where) {
    String before = new String(text, 0, index, StandardCharsets.UTF_8);
    return new UsageException(
        "{} at character "
            + (before.codePointCount(0, before.length()) + 1)
            + " of the command stands "
            + where
            + ", where a line could become more than a word; write {} outside quotes, as in"
            + " \"$HOME\"/{}.old: it is one word whatever the line holds; or let a shell of your"
            + " own take it as its argument: -- sh -c 'COMMAND with \"$1\"' sh {}");
  }

  private void word(int next) {
    wordStart = false;
    at = next;
  }

  private void backslash() {
    if (is(at + 1, '\n')) {
      if (inside.contains(Inside.SUBSTITUTION) && !wordStart) {
        unknown = "behind a word of $(…) that goes on in the next line";
      }
      at += 2; // the word goes on
      return;
    }
    if (isPlace(at + 1)) {
      throw refused(at + 1, "behind a backslash");
    }
    word(at + 2);
  }

  private void quoted() {
    switch (text[at]) {
      case '"' -> {
        inside.pop();
        word(at + 1);
      }
      case '$' -> dollar();
      case '`' -> backquotes();
      default -> word(at + 1);
    }
  }

  private void bare() {
    switch (text[at]) {
      case '"' -> {
        inside.push(Inside.DOUBLE_QUOTES);
        word(at + 1);
      }
      case '\'' -> word(end('\'', "in single quotes") + 1);
      case '$' -> dollar();
      case '`' -> backquotes();
      case '(' -> parenthesis();
      case ')' -> closed();
      case '[' -> bracket();
      case '<' -> {
        if (is(past(at + 1), '<')) {
          unknown = "in or behind a here-document";
        }
        operator();
      }
      case ' ', '\t', '\n', ';', '&', '|', '>' -> operator();
      default -> other();
    }
  }

  private void operator() {
    wordStart = true;
    at++;
  }

  private void other() {
    if (wordStart && text[at] == '#') {
      at = end('\n', "in a comment");
    } else if (wordStart && inside.contains(Inside.SUBSTITUTION) && isCase()) {
      unknown = "behind a 'case' in $(…)"; // whose patterns close what was not opened
      at++;
    } else {
      word(at + 1);
    }
  }

  private boolean isCase() {
    byte[] word = Arrays.copyOfRange(text, at, Math.min(text.length, at + 4));
    return new String(word, StandardCharsets.US_ASCII).equals("case");
  }

  private void parenthesis() {
    if (is(past(at + 1), '(')) {
      unknown = "in or behind ((";
    } else if (before(at) == '=') {
      unknown = "in or behind =("; // where bash, after a mistake, reads on within quotes
    }
    inside.push(Inside.PARENTHESES);
    operator();
  }

  /** The character before, on the line before where that goes on in this one; 0 at the start. */
  private byte before(int index) {
    int last = index - 1;
    while (last > 0 && text[last] == '\n' && text[last - 1] == '\\') {
      last -= 2;
    }
    return last < 0 ? 0 : text[last];
  }

  /** bash calculates with a subscript, to which quotes are text and {@code $(…)} a command. */
  private void bracket() {
    byte last = before(at);
    int end = at + 1;
    if (last == '_' || last < 0 || Character.isLetterOrDigit(last)) {
      for (int depth = 1; depth > 0; end++) {
        if (end == text.length || NO_SUBSCRIPT.indexOf(text[end]) >= 0) {
          unknown = "in or behind the [ of a subscript";
          break;
        }
        depth += text[end] == '[' ? 1 : text[end] == ']' ? -1 : 0;
      }
    }
    word(end);
  }

  private void closed() {
    Inside top = inside.element();
    if (top != Inside.COMMAND) {
      inside.pop();
    }
    operator();
    wordStart = top != Inside.SUBSTITUTION;
  }

  /** The index from {@code index} on that is not of a line that goes on in the next. */
  private int past(int index) {
    int next = index;
    while (is(next, '\\') && is(next + 1, '\n')) {
      next += 2;
    }
    return next;
  }

  private void dollar() {
    int next = past(at + 1);
    wordStart = false;
    if (isPlace(next)) {
      throw refused(next, "behind a $");
    }
    if (next > at + 1) {
      unknown = "in or behind a $ that goes on in the next line"; // which some shells do not know
      at = next;
    } else if (is(next, '(')) {
      if (is(past(next + 1), '(')) {
        arithmetic(past(next + 1) + 1);
      } else {
        inside.push(Inside.SUBSTITUTION);
        at = next;
        operator();
      }
    } else if (is(next, '{')) {
      parameter(next + 1);
    } else if (is(next, '[')) {
      unknown = "in or behind $[";
      at = next;
    } else if (is(next, '\'') && inside.element() != Inside.DOUBLE_QUOTES) {
      unknown = "in or behind $'…'";
      at = next;
    } else {
      int behind = past(next + 1);
      if (is(next, '$') && behind < text.length && "({['".indexOf(text[behind]) >= 0) {
        unknown = "in or behind a $$ and a bracket or quote"; // bash may read $ and $(…), dash not
      }
      boolean special = next < text.length && SPECIAL_PARAMETERS.indexOf(text[next]) >= 0;
      at = special ? next + 1 : next;
    }
  }

  private void parameter(int from) {
    boolean command = from < text.length && " \t|".indexOf(text[from]) >= 0; // bash 5.3, ksh
    int end = from;
    while (end < text.length && "}'\"\\`${(\n".indexOf(text[end]) < 0) {
      end++;
    }
    if (is(end, '}') && !command) {
      at = end + 1;
    } else {
      unknown = "in or behind a ${…} that holds more than text";
      at = from;
    }
  }

  private void arithmetic(int from) {
    int depth = 2;
    int end = from;
    while (end < text.length && depth > 0 && isArithmetic(end)) {
      depth += text[end] == '(' ? 1 : text[end] == ')' ? -1 : 0;
      end++;
    }
    if (depth == 0) {
      at = end;
    } else {
      unknown = "in or behind a $((…)) that holds more than numbers and names";
      at = from;
    }
  }

  private boolean isArithmetic(int index) {
    return ARITHMETIC.indexOf(text[index]) >= 0 || Character.isLetter(text[index]);
  }

  private void backquotes() {
    int end = at + 1;
    while (end < text.length && text[end] != '`' && "'\"\\#{<".indexOf(text[end]) < 0) {
      end++;
    }
    wordStart = false;
    if (is(end, '`')) {
      at = end + 1;
    } else {
      unknown = "in or behind backquotes";
      at++;
    }
  }

  /** Where that character is, or the text ends; refuses a place before it. */
  private int end(char last, String where) {
    int end = at + 1;
    while (end < text.length && text[end] != last) {
      if (isPlace(end)) {
        throw refused(end, where);
      }
      end++;
    }
    return Math.min(end, text.length);
  }
}
