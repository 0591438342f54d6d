package io.zkrun.config;

/**
 * Where a value was given.
 *
 * @param text for people: {@code FILE:LINE}, the name of a variable or option, or {@code default}
 */
public record Origin(Source source, String file, int line, String text)
    implements Comparable<Origin> {
  static final Origin DEFAULT = new Origin(Source.DEFAULT, "", 0, "default");

  /** Each overrides those before it. */
  public enum Source {
    DEFAULT,
    FILE,
    ENVIRONMENT,
    PROPERTY,
    COMMAND_LINE
  }

  static Origin file(String file, int line) {
    return new Origin(Source.FILE, file, line, line > 0 ? file + ":" + line : file);
  }

  static Origin environment(String variable) {
    return new Origin(Source.ENVIRONMENT, "", 0, "environment " + variable);
  }

  static Origin property(String name) {
    return new Origin(Source.PROPERTY, "", 0, "system property " + name);
  }

  static Origin commandLine(String option) {
    return new Origin(Source.COMMAND_LINE, "", 0, "command line " + option);
  }

  @Override
  public int compareTo(Origin other) {
    int bySource = source.compareTo(other.source);
    int byFile = bySource != 0 ? bySource : file.compareTo(other.file);
    return byFile != 0 ? byFile : Integer.compare(line, other.line);
  }
}
