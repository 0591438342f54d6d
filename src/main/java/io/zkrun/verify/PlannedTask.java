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
 * times a second, and that it ends; and it prints what can be told beforehand.
 *
 * @param number from 0; tells one submission from another
 * @param atMillis when it is submitted, since the drill's beginning
 * @param millis how long its command takes
 * @param exitCode that its command ends with
 * @param ignoresTerm whether only SIGKILL ends it
 * @param leavesBehind whether it leaves a process of a session of its own in the background
 * @param lines how many lines of numbers it prints
 * @param timeoutMillis after which it is ended; 0 for never
 * @param cancelMillis how long after its submission its client asks for its end; 0 for not at all
 */
record PlannedTask(
    int number,
    long atMillis,
    long millis,
    OnLost onLost,
    int exitCode,
    boolean ignoresTerm,
    boolean leavesBehind,
    int lines,
    long timeoutMillis,
    long cancelMillis) {
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
        .timeoutSeconds(timeoutMillis == 0 ? null : (Double) (timeoutMillis / 1000.0))
        .priority(isLong() ? 1 : 0)
        .build();
  }

  /** Whether it would run for longer than it may. */
  boolean timesOut() {
    return timeoutMillis > 0 && timeoutMillis < millis;
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
    script.append("log start\necho 'task ").append(number).append("'\n");
    script.append("echo \"attempt $ZKRUN_ATTEMPT\" >&2\n");
    script.append(lines == 0 ? "" : "seq " + lines + "\n");
    script.append(leavesBehind ? "setsid sleep 3600 &\n" : "");
    if (millis >= BEAT_MILLIS) {
      script.append(
          "i=0; while [ $i -lt %d ]; do sleep 0.2; log beat; i=$((i+1)); done\n"
              .formatted(millis / BEAT_MILLIS));
    } else if (millis > 0) {
      script.append("sleep 0.%03d%n".formatted(millis));
    }
    script.append("echo 'end ").append(number).append("'\nlog end\nexit ").append(exitCode);
    return script.append('\n').toString();
  }

  /** All that it prints on standard output when it comes to its end. */
  String stdout() {
    StringBuilder text = new StringBuilder("task ").append(number).append('\n');
    for (int line = 1; line <= lines; line++) {
      text.append(line).append('\n');
    }
    return text.append("end ").append(number).append('\n').toString();
  }

  /** Likewise on standard error. */
  static String stderr(int attempt) {
    return "attempt " + attempt + "\n";
  }
}
