package io.zkrun.core;

import java.util.regex.Pattern;

/** The grammar of a worker's name: the same as a task name's, because both are znodes. */
public final class WorkerName {
  private static final Pattern NAME = Pattern.compile(TaskId.NAME_GRAMMAR);

  private WorkerName() {}

  public static boolean isValid(String text) {
    return NAME.matcher(text).matches();
  }
}
