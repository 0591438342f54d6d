package io.zkrun.znode;

import io.zkrun.core.Assignment;
import io.zkrun.core.Bytes;
import io.zkrun.core.Reason;
import io.zkrun.core.TaskId;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code /assign/<worker>/<task>}: this worker is to run this task. */
public final class AssignmentNode {
  private AssignmentNode() {}

  public static String path(String worker, TaskId task) {
    return IncarnationNode.path(worker) + "/" + task.value();
  }

  public static Bytes encode(Assignment assignment) {
    Map<String, Object> json = new LinkedHashMap<>();
    Json.put(json, "attempt", assignment.attempt() == 0 ? null : assignment.attempt());
    Json.put(json, "state", assignment.running() ? "running" : null);
    Json.put(json, "startedAt", assignment.startedAt());
    Json.put(json, "pid", assignment.pid() == 0 ? null : assignment.pid());
    Json.put(json, "cancel", assignment.cancel());
    Json.put(json, "giveBack", assignment.giveBack() ? true : null);
    Json.put(json, "held", assignment.held() ? true : null);
    return Json.encode(json);
  }

  /** Anything but our JSON is a person's: the next attempt, not started. */
  public static Assignment decode(Bytes data) {
    return Json.parseLeniently(data).map(AssignmentNode::fromJson).orElse(Assignment.ofAttempt(0));
  }

  private static Assignment fromJson(Map<String, Object> json) {
    String cancel = Json.string(json, "cancel");
    return new Assignment(
        attempt(Json.number(json, "attempt", 0)),
        "running".equals(json.get("state")),
        Json.instant(json, "startedAt"),
        Json.number(json, "pid", 0),
        cancel == null ? null : Reason.of(cancel),
        Json.flag(json, "giveBack"),
        Json.flag(json, "held"));
  }

  /** What cannot be a number of an attempt leaves it open. */
  private static int attempt(long number) {
    return number > 0 && number <= Assignment.MAX_ATTEMPT ? (int) number : 0;
  }
}
