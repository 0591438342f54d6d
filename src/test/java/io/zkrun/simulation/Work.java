package io.zkrun.simulation;

import io.zkrun.core.Bytes;
import io.zkrun.core.Command;
import io.zkrun.core.OnLost;
import io.zkrun.core.TaskSpec;
import io.zkrun.znode.TaskNode;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What a simulated command does: lives for {@code millis}, and exits with {@code code}, or from
 * attempt {@code goodAt} on with 0. Each is submitted once, so that its number tells it from every
 * other, whatever its task is called.
 */
record Work(int number, long millis, int code, int goodAt, boolean large) {
  /** In the output of a command whose result no server takes. */
  static final String OVERSIZE = "oversize";

  /** What no worker has, so that it expires. */
  static final Map<String, String> NOWHERE = Map.of("zone", "nowhere");

  static final int BAD = 7;
  static final int TIMED_OUT = 124;

  private static final int LONG_ONES = 4;
  private static final long SHORT_MILLIS = 4_000;
  private static final long LONG_MILLIS = 60_000;
  private static final int MOST_RETRIES = 4;

  static Work draw(int number, SplittableRandom random, boolean large) {
    boolean isLong = random.nextInt(LONG_ONES) == 0;
    return new Work(
        number,
        1 + random.nextLong(isLong ? LONG_MILLIS : SHORT_MILLIS),
        random.nextInt(3) == 0 ? 1 + random.nextInt(2) * (BAD - 1) : 0,
        1 + random.nextInt(MOST_RETRIES),
        large);
  }

  int code(int attempt) {
    return attempt >= goodAt ? 0 : code;
  }

  /** What is asked for beside the command, most of it seldom. */
  TaskSpec spec(OnLost onLost, SplittableRandom random) {
    TaskSpec.Builder spec = TaskSpec.builder(Command.shell(toString())).onLost(onLost);
    spec.retries(random.nextInt(MOST_RETRIES));
    switch (random.nextInt(6)) {
      case 0 -> spec.retryOn(List.of(BAD));
      case 1 -> spec.retryOn(List.of(1, TIMED_OUT));
      default -> {}
    }
    if (random.nextInt(4) == 0) {
      spec.retryDelaySeconds(random.nextInt(40) / 10.0);
    }
    if (random.nextInt(4) == 0) {
      spec.timeoutSeconds(1 + random.nextInt(80) / 10.0);
    }
    if (random.nextInt(4) == 0) {
      spec.killAfterSeconds(random.nextInt(30) / 10.0);
    }
    if (random.nextInt(4) == 0) {
      spec.priority(random.nextInt(3) - 1);
    }
    if (random.nextInt(6) == 0) {
      spec.startWithinSeconds(1.0 + random.nextInt(60));
    }
    switch (random.nextInt(10)) {
      case 0 -> spec.requires(Map.of("zone", "a"));
      case 1 -> spec.requires(Map.of("zone", "b"));
      case 2 -> spec.requires(Map.of("zone", "b", "gpu", "yes"));
      case 3 -> {
        if (random.nextInt(3) == 0) {
          spec.requires(NOWHERE).startWithinSeconds(1.0 + random.nextInt(60));
        }
      }
      default -> {}
    }
    return spec.build();
  }

  /** As its command says. */
  @Override
  public String toString() {
    return number + " " + millis + " " + code + " " + goodAt + (large ? " large" : "");
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
        Integer.parseInt(words[3]),
        words.length > 4);
  }
}
