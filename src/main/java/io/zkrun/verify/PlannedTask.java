package io.zkrun.verify;

import io.zkrun.core.Bytes;
import io.zkrun.core.Command;
import io.zkrun.core.OnLost;
import io.zkrun.core.TaskSpec;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A task of the drill. Its command writes down by itself that it starts, that it still lives, five
 * times a second, and that it ends.
 *
 * @param number from 0; tells one submission from another
 * @param atMillis when it is submitted, since the drill's beginning
 * @param millis how long its command takes
 * @param exitCode that its command ends with
 * @param ignoresTerm whether only SIGKILL ends it
 * @param leavesBehind whether it leaves a process of a session of its own in the background
 */
record PlannedTask(
    int number,
    long atMillis,
    long millis,
    OnLost onLost,
    int exitCode,
    boolean ignoresTerm,
    boolean leavesBehind) {
  static final long BEAT_MILLIS = 200;
  static final String NUMBER = "VERIFY_TASK";
  static final String DRILL = "VERIFY_DRILL";
  private static final String EVENTS = "VERIFY_EVENTS";

  /**
   * @param drill names the drill, in the environment of every process of the task
   * @param events the file that it writes to
   */
  TaskSpec spec(String drill, Path events) {
    Map<String, Bytes> env = new LinkedHashMap<>();
    env.put(DRILL, Bytes.utf8(drill));
    env.put(EVENTS, Bytes.utf8(events.toString()));
    env.put(NUMBER, Bytes.utf8(Integer.toString(number)));
    return TaskSpec.builder(Command.shell(script()))
        .env(env)
        .onLost(onLost)
        .priority(isLong() ? 1 : 0)
        .build();
  }

  /** Longer than a lease and the loss of a worker after it. */
  boolean isLong() {
    return millis >= Workload.LONG_MILLIS;
  }

  String script() {
    StringBuilder script = new StringBuilder();
    script.append(
        "log() { read -r up rest </proc/uptime; "
            + "echo \"$1 $ZKRUN_TASK_ID $ZKRUN_ATTEMPT $ZKRUN_FENCE $$ $up\" >>\"$"
            + EVENTS
            + "\"; }\n");
    script.append(ignoresTerm ? "trap '' TERM\n" : "");
    script.append("log start\n");
    script.append(leavesBehind ? "setsid sleep 3600 &\n" : "");
    if (millis >= BEAT_MILLIS) {
      script.append(
          "i=0; while [ $i -lt %d ]; do sleep 0.2; log beat; i=$((i+1)); done\n"
              .formatted(millis / BEAT_MILLIS));
    } else if (millis > 0) {
      script.append("sleep 0.%03d%n".formatted(millis));
    }
    return script.append("log end\nexit ").append(exitCode).append('\n').toString();
  }
}
