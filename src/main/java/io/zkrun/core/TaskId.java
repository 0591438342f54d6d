package io.zkrun.core;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The name of a task's znode below {@code /tasks}: {@code task-} and ten digits, given by
 * ZooKeeper, or a name that the client chose.
 *
 * @param value inside the grammar
 */
public record TaskId(String value) implements Comparable<TaskId> {
  /** What a client may choose: this, unless it looks like {@code task-<digits>}. */
  public static final String NAME_GRAMMAR = "[A-Za-z0-9][A-Za-z0-9._-]{0,127}";

  /** How the names of unnamed tasks begin. */
  public static final String SEQUENTIAL_PREFIX = "task-";

  private static final Pattern NAME = Pattern.compile(NAME_GRAMMAR);
  private static final Pattern NUMBERED = Pattern.compile("task-[0-9]+");
  private static final Pattern SEQUENTIAL = Pattern.compile("task-[0-9]{10}");

  public TaskId {
    if (!isTaskId(value)) {
      throw new IllegalArgumentException("not a task id: " + value);
    }
  }

  /** The id, or nothing where {@code text} is outside the grammar. */
  public static Optional<TaskId> parse(String text) {
    return isTaskId(text) ? Optional.of(new TaskId(text)) : Optional.empty();
  }

  /** Whether a client may give a task this name. */
  public static boolean isName(String text) {
    return NAME.matcher(text).matches() && !NUMBERED.matcher(text).matches();
  }

  private static boolean isTaskId(String text) {
    return SEQUENTIAL.matcher(text).matches() || isName(text);
  }

  /** Whether ZooKeeper gave this name, rather than a client. */
  public boolean isSequential() {
    return SEQUENTIAL.matcher(value).matches();
  }

  @Override
  public int compareTo(TaskId that) {
    return value.compareTo(that.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
