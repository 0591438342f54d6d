package io.zkrun.config;

import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * In which lines of a HOCON text its include statements are. The parser does not tell its includers
 * that; all else about includes is the parser's to say.
 */
final class IncludeLines {
  /** Each alternative begins at another character, so that nothing is looked at twice. */
  private static final Pattern PART =
      Pattern.compile(
          "(?<comment>(?:#|//)[^\n]*)"
              + "|(?<text>\"\"\"(?s:.*?)\"\"\"+|\"[^\"\\\\\n]*+(?:\\\\.[^\"\\\\\n]*+)*+\")"
              + "|(?<field>[\n{,])"
              + "|(?<word>[^\\s\"#/{},]++)");

  /** What opens the name: it need not be in the same line. */
  private static final Pattern NAME =
      Pattern.compile(
          "\\s*(?:(?:required|file|url|classpath)\\(\\s*)*\"([^\"\\\\\n]*+(?:\\\\.[^\"\\\\\n]*+)*+)\"");

  private final List<Include> includes = new ArrayList<>();
  private int next;

  private record Include(String name, int line) {}

  private IncludeLines() {}

  static IncludeLines of(String text) {
    IncludeLines lines = new IncludeLines();
    Matcher part = PART.matcher(text);
    Matcher name = NAME.matcher(text);
    boolean fieldBegins = true;
    int line = 1;
    int counted = 0;
    int at = 0;
    while (part.find(at)) {
      at = part.end();
      if ("include".equals(part.group("word"))
          && fieldBegins
          && name.region(at, text.length()).lookingAt()) {
        line += count(text, counted, part.start());
        counted = part.start();
        lines.includes.add(new Include(name.group(1), line));
        at = name.end();
      }
      fieldBegins = part.group("field") != null || (fieldBegins && part.group("comment") != null);
    }
    return lines;
  }

  private static int count(String text, int from, int to) {
    return (int) text.substring(from, to).chars().filter(each -> each == '\n').count();
  }

  /**
   * The line of the next include; they are asked for in the parser's order, which is that of the
   * text.
   *
   * @param name that it includes, as the parser has it
   * @return from 1; 0 where no such include is found
   */
  int next(String name) {
    for (int i = next; i < includes.size(); i++) {
      if (isNamed(includes.get(i), name)) {
        next = i + 1;
        return includes.get(i).line();
      }
    }
    return 0;
  }

  /** What is escaped in the text is not compared; a path lacks what it can do without. */
  private static boolean isNamed(Include include, String name) {
    return include.name().equals(name)
        || include.name().indexOf('\\') >= 0
        || new File(include.name()).getPath().equals(name);
  }
}
