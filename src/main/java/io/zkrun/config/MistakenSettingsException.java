package io.zkrun.config;

import java.util.List;
import java.util.stream.Collectors;

/** The settings hold mistakes; the message lists all of them, a line each. */
public final class MistakenSettingsException extends Exception {
  private final transient List<Mistake> mistakes;

  MistakenSettingsException(List<Mistake> mistakes) {
    super(message(mistakes));
    this.mistakes = List.copyOf(mistakes);
  }

  /** Sorted by file and line; never empty. */
  public List<Mistake> mistakes() {
    return mistakes;
  }

  private static String message(List<Mistake> mistakes) {
    String count = mistakes.size() == 1 ? "1 mistake" : mistakes.size() + " mistakes";
    return mistakes.stream()
        .map(mistake -> "\n  " + mistake.text())
        .collect(Collectors.joining("", count + " in the settings:", ""));
  }
}
