package io.zkrun.cli;

import io.zkrun.client.MasterView;
import io.zkrun.client.TaskList;
import io.zkrun.client.TaskView;
import io.zkrun.client.WorkerView;
import io.zkrun.core.Command;
import io.zkrun.core.NotReady;
import io.zkrun.core.Result;
import io.zkrun.core.TaskId;
import io.zkrun.core.TaskSpec;
import io.zkrun.core.WorkerInfo;
import io.zkrun.znode.Json;
import io.zkrun.znode.ResultNode;
import io.zkrun.znode.SpecCodec;
import io.zkrun.znode.WorkerNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What programs read: one JSON value on one line. */
final class Documents {
  private Documents() {}

  static String list(TaskList list) {
    return document(
        Map.entry("tasks", list.tasks().stream().map(Documents::row).toList()),
        Map.entry("more", list.more()));
  }

  static String status(List<TaskView> tasks) {
    return document(Map.entry("tasks", tasks.stream().map(Documents::detail).toList()));
  }

  static String workers(List<WorkerView> workers) {
    return document(Map.entry("workers", workers.stream().map(Documents::worker).toList()));
  }

  static String masters(List<MasterView> masters) {
    return document(Map.entry("masters", masters.stream().map(Documents::master).toList()));
  }

  static String error(String code, String message, boolean retryable) {
    Map<String, Object> error = new LinkedHashMap<>();
    error.put("code", code);
    error.put("message", message);
    error.put("retryable", retryable);
    return document(Map.entry("error", error));
  }

  @SafeVarargs
  private static String document(Map.Entry<String, Object>... entries) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("schema", Json.SCHEMA);
    for (Map.Entry<String, Object> entry : entries) {
      json.put(entry.getKey(), entry.getValue());
    }
    return Json.write(json) + "\n";
  }

  /** How a task ended, without its output. */
  static Map<String, Object> ended(Result result) {
    Map<String, Object> json = ResultNode.toJson(result);
    json.remove("stdout");
    json.remove("stderr");
    return json;
  }

  static String output(TaskId id, Result result) {
    Map<String, Object> outputs = outputs(result);
    return document(
        Map.entry("id", id.value()),
        Map.entry("stdout", outputs.getOrDefault("stdout", Map.of())),
        Map.entry("stderr", outputs.getOrDefault("stderr", Map.of())));
  }

  static Map<String, Object> outputs(Result result) {
    Map<String, Object> json = ResultNode.toJson(result);
    Map<String, Object> outputs = new LinkedHashMap<>();
    outputs.put("stdout", json.getOrDefault("stdout", Map.of()));
    outputs.put("stderr", json.getOrDefault("stderr", Map.of()));
    return outputs;
  }

  /** A row of {@code list}. */
  private static Map<String, Object> row(TaskView task) {
    Map<String, Object> json = head(task);
    TaskSpec spec = task.spec();
    if (spec != null) {
      if (spec.command() instanceof Command.Shell shell) {
        json.put("cmd", Json.bytes(shell.line()));
      } else {
        json.put(
            "argv", ((Command.Argv) spec.command()).words().stream().map(Json::bytes).toList());
      }
    }
    Json.put(json, "submittedAt", task.submittedAt());
    Json.put(json, "submittedBy", spec == null ? null : spec.submittedBy());
    Json.put(json, "startedAt", task.startedAt());
    Result result = task.result();
    Json.put(json, "finishedAt", result == null ? null : result.finishedAt());
    putWaiting(json, task);
    return json;
  }

  private static Map<String, Object> head(TaskView task) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("id", task.id().value());
    json.put("state", task.state().json());
    Result result = task.result();
    if (result != null) {
      json.put("outcome", result.outcome().json());
      Json.put(json, "exitCode", result.exitCode());
      Json.put(json, "signal", result.signal());
    }
    Json.put(json, "reason", result == null ? task.heldReason() : result.reason());
    Json.put(json, "worker", task.worker());
    json.put("attempt", task.attempt());
    return json;
  }

  private static void putWaiting(Map<String, Object> json, TaskView task) {
    if (task.waiting() != null) {
      Map<String, Object> waiting = new LinkedHashMap<>();
      waiting.put("code", task.waiting().code());
      waiting.put("message", task.waiting().message());
      json.put("waiting", waiting);
    }
    Json.put(json, "cancel", task.cancelReason());
  }

  /** An element of {@code status}. */
  private static Map<String, Object> detail(TaskView task) {
    Map<String, Object> json = head(task);
    Json.put(json, "submittedAt", task.submittedAt());
    Json.put(json, "startedAt", task.startedAt());
    Result result = task.result();
    if (result != null) {
      ResultNode.toJson(result).forEach(json::putIfAbsent);
    }
    putWaiting(json, task);
    if (task.spec() != null) {
      json.put("spec", SpecCodec.toJson(task.spec()));
    }
    json.put("attempts", task.attempts().stream().map(ResultNode::toJson).toList());
    return json;
  }

  private static Map<String, Object> worker(WorkerView worker) {
    Map<String, Object> json = new LinkedHashMap<>();
    WorkerInfo info = worker.info();
    json.put("name", worker.name());
    Json.put(json, "host", info == null ? null : info.host());
    json.put("state", worker.state());
    Json.put(json, "slots", info == null ? null : info.slots());
    json.put("used", worker.used());
    json.put("held", worker.held());
    json.put("labels", info == null ? Map.of() : info.labels());
    Json.put(json, "since", worker.since());
    Json.put(json, "version", info == null ? null : info.version());
    Json.put(json, "drain", worker.drain());
    NotReady why = info == null ? null : info.notReady();
    if (why != null) {
      json.put("notReady", WorkerNode.toJson(why));
    }
    return json;
  }

  private static Map<String, Object> master(MasterView master) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("host", master.info().host());
    json.put(
        "state",
        switch (master.state()) {
          case LEADS -> "leads";
          case STANDS_BY -> "standby";
          case BY_HAND -> "byHand";
        });
    Json.put(json, "pid", master.info().pid() == 0 ? null : master.info().pid());
    Json.put(json, "since", master.since());
    Json.put(json, "version", master.info().version());
    return json;
  }
}
