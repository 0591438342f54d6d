package io.zkrun.verify;

import java.util.Optional;

/**
 * A line that a task's command wrote by itself.
 *
 * @param pid of the command's shell
 * @param at when, in hundredths of a second since the machine's boot
 */
record Event(Kind kind, String task, int attempt, long fence, long pid, long at) {
  /** What it tells. */
  enum Kind {
    START,
    /** It still lives. */
    BEAT,
    END
  }

  private static final int FIELDS = 6;

  /** Nothing where it is no such line. */
  static Optional<Event> parse(String line) {
    String[] fields = line.split(" ", -1);
    if (fields.length != FIELDS) {
      return Optional.empty();
    }
    try {
      return kind(fields[0])
          .map(
              kind ->
                  new Event(
                      kind,
                      fields[1],
                      Integer.parseInt(fields[2]),
                      Long.parseLong(fields[3]),
                      Long.parseLong(fields[4]),
                      Long.parseLong(fields[5].replace(".", ""))));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static Optional<Kind> kind(String word) {
    return switch (word) {
      case "start" -> Optional.of(Kind.START);
      case "beat" -> Optional.of(Kind.BEAT);
      case "end" -> Optional.of(Kind.END);
      default -> Optional.empty();
    };
  }
}
