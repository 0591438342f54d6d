package io.zkrun.core;

import java.util.regex.Pattern;

/** The grammar of a label's key, and of its value: what a worker has, and what a task requires. */
public final class Label {
  public static final Pattern GRAMMAR = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]{0,127}");

  /** The grammar in words. */
  public static final String WORDS =
      "1 to 128 letters, digits, '.', '_', '/' or '-', a letter or digit first";

  private Label() {}

  public static boolean isValid(String text) {
    return GRAMMAR.matcher(text).matches();
  }
}
