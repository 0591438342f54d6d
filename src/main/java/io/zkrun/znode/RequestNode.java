package io.zkrun.znode;

import io.zkrun.core.Bytes;
import io.zkrun.core.OnLost;
import io.zkrun.core.Reason;
import io.zkrun.core.TaskId;
import java.util.Map;

/**
 * What people ask of a task or worker that exists: {@code /tasks/<task>/cancel}, {@code
 * /tasks/<task>/release-<n>}, {@code /drain/<worker>}.
 */
public final class RequestNode {
  public static final String CANCEL = "cancel";
  public static final String DRAIN_ROOT = "/drain";
  static final String RELEASE_PREFIX = "release-";
  private static final String NO_REASON = "asked for by a person";

  private RequestNode() {}

  public static String cancelPath(TaskId task) {
    return TaskNode.path(task) + "/" + CANCEL;
  }

  /**
   * @param attempt the attempt that is held
   */
  public static String releasePath(TaskId task, int attempt) {
    return TaskNode.path(task) + "/" + RELEASE_PREFIX + attempt;
  }

  public static String drainPath(String worker) {
    return DRAIN_ROOT + "/" + worker;
  }

  public static Bytes encodeReason(String reason) {
    return Json.encode(Map.of("reason", Reason.of(reason)));
  }

  /** The reason for people, as {@link Reason} has it; plain text that a person wrote is one. */
  public static String decodeReason(Bytes data) {
    String plain = data.isBlank() ? NO_REASON : Reason.of(data);
    return Json.parseLeniently(data)
        .map(
            json -> {
              String reason = Json.string(json, "reason");
              return reason == null || reason.isBlank() ? NO_REASON : Reason.of(reason);
            })
        .orElse(plain);
  }

  /**
   * @param as {@link OnLost#RERUN} or {@link OnLost#FAIL}
   */
  public static Bytes encodeRelease(OnLost as) {
    return Json.encode(Map.of("as", as.json()));
  }

  /** Anything but {@code {"as":"rerun"}} lets the task fail: the choice that runs nothing twice. */
  public static OnLost decodeRelease(Bytes data) {
    return Json.parseLeniently(data)
        .filter(json -> OnLost.RERUN.json().equals(json.get("as")))
        .map(json -> OnLost.RERUN)
        .orElse(OnLost.FAIL);
  }
}
