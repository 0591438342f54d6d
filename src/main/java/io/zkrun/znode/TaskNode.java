package io.zkrun.znode;

import io.zkrun.core.Bytes;
import io.zkrun.core.Command;
import io.zkrun.core.SpecProblem;
import io.zkrun.core.TaskId;
import io.zkrun.core.TaskSpec;
import java.util.List;

/** {@code /tasks/<task>}: the command, or a JSON spec. */
public final class TaskNode {
  public static final String ROOT = "/tasks";

  /** What a sequential create is given. */
  public static final String SEQUENTIAL = ROOT + "/" + TaskId.SEQUENTIAL_PREFIX;

  private TaskNode() {}

  public static String path(TaskId task) {
    return ROOT + "/" + task.value();
  }

  public static Bytes encode(TaskSpec spec) {
    return Json.encode(SpecCodec.toJson(spec));
  }

  /**
   * What stands in a task's znode. Data that begins with <code>{"</code> is a spec; anything else
   * is a command line for {@code /bin/sh}. (A shell's group command begins with a brace and a
   * blank.)
   */
  public static Decoded decode(Bytes data) {
    boolean json = data.length() >= 2 && data.at(0) == '{' && data.at(1) == '"';
    Decoded decoded =
        json
            ? SpecCodec.fromJson(data)
            : new Spec(TaskSpec.of(new Command.Shell(data, Command.DEFAULT_SHELL)));
    if (decoded instanceof Spec spec) {
      List<SpecProblem> problems = SpecProblem.check(spec.spec());
      return problems.isEmpty() ? decoded : new Rejected(problems.get(0));
    }
    return decoded;
  }

  /** What {@link #decode} found. */
  public sealed interface Decoded {}

  /** A good spec. */
  public record Spec(TaskSpec spec) implements Decoded {}

  /** No spec, and why. */
  public record Rejected(SpecProblem problem) implements Decoded {}
}
