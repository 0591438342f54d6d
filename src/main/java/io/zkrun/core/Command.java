package io.zkrun.core;

import java.util.List;

/** What a task runs. */
public sealed interface Command {
  /** The shell where a spec names none. */
  String DEFAULT_SHELL = "/bin/sh";

  /**
   * A shell command line.
   *
   * @param line not blank, without NUL
   * @param shell the absolute path of the program that is run with {@code -c line}
   */
  record Shell(Bytes line, String shell) implements Command {}

  /**
   * A program with exactly these arguments.
   *
   * @param words at least one, none with a NUL, the first not empty
   */
  record Argv(List<Bytes> words) implements Command {
    public Argv {
      words = List.copyOf(words);
    }
  }

  static Command shell(String line) {
    return new Shell(Bytes.utf8(line), DEFAULT_SHELL);
  }
}
