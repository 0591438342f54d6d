package io.zkrun.core;

import java.util.regex.Pattern;

/** The grammar of a worker's name: the same as a task name's, because both are znodes. */
public final class WorkerName {
  public static final Pattern GRAMMAR = Pattern.compile(TaskId.NAME_GRAMMAR);

  /** The grammar in words. */
  public static final String WORDS =
      "1 to 128 letters, digits, '.', '_' or '-', a letter or digit first";

  private WorkerName() {}

  public static boolean isValid(String text) {
    return GRAMMAR.matcher(text).matches();
  }
}
