package io.zkrun.znode;

import io.zkrun.core.Bytes;
import io.zkrun.core.Outcome;
import io.zkrun.core.Output;
import io.zkrun.core.OutputMeasure;
import io.zkrun.core.Result;
import io.zkrun.core.TaskId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * {@code /tasks/<task>/status}, the task's last word, and {@code /tasks/<task>/attempt-<n>}, the
 * result of an attempt that is not. Both are written once, and a status never changes; of a task
 * that is tried very often, the oldest attempts lose the middle of their outputs.
 */
public final class ResultNode {
  public static final String STATUS = "status";
  static final String ATTEMPT_PREFIX = "attempt-";

  private static final int SHORT_OUTPUT_BYTES = 1_024;

  private ResultNode() {}

  public static String statusPath(TaskId task) {
    return TaskNode.path(task) + "/" + STATUS;
  }

  public static String attemptPath(TaskId task, int attempt) {
    return TaskNode.path(task) + "/" + ATTEMPT_PREFIX + attempt;
  }

  public static Bytes encode(Result result) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("schema", Json.SCHEMA);
    json.putAll(toJson(result));
    return Json.encode(json);
  }

  /** The result's fields, without {@code schema}. */
  public static Map<String, Object> toJson(Result result) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("state", result.state().json());
    json.put("outcome", result.outcome().json());
    Json.put(json, "exitCode", result.exitCode());
    Json.put(json, "signal", result.signal());
    Json.put(json, "reason", result.reason());
    Json.put(json, "worker", result.worker());
    Json.put(json, "attempt", result.attempt() == 0 ? null : result.attempt());
    Json.put(json, "submittedAt", result.submittedAt());
    Json.put(json, "startedAt", result.startedAt());
    Json.put(json, "finishedAt", result.finishedAt());
    Json.put(json, "durationSeconds", result.durationSeconds());
    Json.put(json, "treeEmptyAt", result.treeEmptyAt());
    Json.put(json, "trackedBy", result.trackedBy());
    json.put("stdout", OutputCodec.toJson(result.stdout()));
    json.put("stderr", OutputCodec.toJson(result.stderr()));
    return json;
  }

  /** The result; anything that zkrun did not write is a task that a person finished by hand. */
  public static Result decode(Bytes data) {
    return Json.parseLeniently(data)
        .flatMap(ResultNode::fromJson)
        .orElseGet(() -> Result.byHand(data));
  }

  /** The same result with no more than the beginnings and ends of its outputs. */
  public static Bytes shortened(Bytes data) {
    Result result = decode(data);
    return encode(result.withOutputs(shortened(result.stdout()), shortened(result.stderr())));
  }

  private static Output shortened(Output output) {
    return OutputMeasure.fit(output, SHORT_OUTPUT_BYTES);
  }

  private static Optional<Result> fromJson(Map<String, Object> json) {
    String state = Json.string(json, "state");
    String outcome = Json.string(json, "outcome");
    Optional<Result.State> knownState =
        state == null ? Optional.empty() : Result.State.ofJson(state);
    if (knownState.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Result(
            knownState.get(),
            outcome == null ? Outcome.UNKNOWN : Outcome.ofJson(outcome).orElse(Outcome.UNKNOWN),
            Json.integer(json, "exitCode"),
            Json.integer(json, "signal"),
            Json.string(json, "reason"),
            Json.string(json, "worker"),
            (int) Json.number(json, "attempt", 0),
            Json.instant(json, "submittedAt"),
            Json.instant(json, "startedAt"),
            Json.instant(json, "finishedAt"),
            Json.decimal(json, "durationSeconds"),
            Json.instant(json, "treeEmptyAt"),
            Json.string(json, "trackedBy"),
            OutputCodec.fromJson(json.get("stdout")),
            OutputCodec.fromJson(json.get("stderr"))));
  }
}
