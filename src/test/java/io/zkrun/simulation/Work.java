package io.zkrun.simulation;

import io.zkrun.core.Bytes;
import io.zkrun.core.Command;
import io.zkrun.core.OnLost;
import io.zkrun.core.TaskSpec;
import io.zkrun.znode.TaskNode;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What a simulated command does: lives for {@code millis}, and exits with {@code code}. Each is
 * submitted once, so that its number tells it from every other, whatever its task is called.
 */
record Work(int number, long millis, int code, boolean large) {
  /** In the output of a command whose result no server takes. */
  static final String OVERSIZE = "oversize";

  private static final int LONG_ONES = 4;
  private static final long SHORT_MILLIS = 4_000;
  private static final long LONG_MILLIS = 60_000;

  static Work draw(int number, SplittableRandom random, boolean large) {
    boolean isLong = random.nextInt(LONG_ONES) == 0;
    return new Work(
        number,
        1 + random.nextLong(isLong ? LONG_MILLIS : SHORT_MILLIS),
        random.nextInt(4) == 0 ? 1 : 0,
        large);
  }

  TaskSpec spec(OnLost onLost, int retries) {
    return TaskSpec.builder(Command.shell(this.toString())).retries(retries).onLost(onLost).build();
  }

  /** As its command says. */
  @Override
  public String toString() {
    return number + " " + millis + " " + code + (large ? " large" : "");
  }

  static Work of(TaskSpec spec) {
    return parse(((Command.Shell) spec.command()).line().lossy());
  }

  /** Of a task's znode; null for one that is no simulated work. */
  static @Nullable Work of(Bytes data) {
    return TaskNode.decode(data) instanceof TaskNode.Spec spec ? of(spec.spec()) : null;
  }

  private static Work parse(String line) {
    String[] words = line.split(" ", -1);
    return new Work(
        Integer.parseInt(words[0]),
        Long.parseLong(words[1]),
        Integer.parseInt(words[2]),
        words.length > 3);
  }
}
