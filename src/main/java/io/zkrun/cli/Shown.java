package io.zkrun.cli;

import io.zkrun.client.MasterView;
import io.zkrun.client.TaskView;
import io.zkrun.client.WorkerView;
import io.zkrun.core.Bytes;
import io.zkrun.core.Command;
import io.zkrun.core.Escaped;
import io.zkrun.core.Result;
import io.zkrun.core.TaskSpec;
import io.zkrun.core.WorkerInfo;
import io.zkrun.znode.Json;
import io.zkrun.znode.ResultNode;
import io.zkrun.znode.SpecCodec;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Tasks, workers and masters as tables for people, and as JSON for programs. */
final class Shown {
  private static final int MAX_COMMAND = 60;

  private Shown() {}

  static String table(List<TaskView> tasks, Instant now) {
    Table table = new Table("ID", "STATE", "AGE", "WORKER", "ATTEMPT", "EXIT", "COMMAND");
    for (TaskView task : tasks) {
      table.add(
          task.id().value(),
          task.state().json(),
          Ages.between(task.submittedAt(), now),
          task.worker() == null ? "-" : Escaped.of(task.worker()),
          attempt(task),
          exit(task.result()),
          command(task) + remark(task));
    }
    return table.text();
  }

  private static String attempt(TaskView task) {
    if (task.attempts().isEmpty()) {
      return String.valueOf(task.attempt());
    }
    Result last = task.attempts().get(task.attempts().size() - 1);
    return task.attempt() + " (" + last.outcome().json() + " before)";
  }

  private static String exit(@Nullable Result result) {
    if (result == null) {
      return "-";
    }
    OptionalInt code = result.processExitCode();
    return code.isPresent() ? String.valueOf(code.getAsInt()) : result.outcome().json();
  }

  private static String command(TaskView task) {
    String text = task.spec() == null ? "(no valid spec)" : line(task.spec().command());
    return text.length() <= MAX_COMMAND ? text : text.substring(0, MAX_COMMAND - 1) + "…";
  }

  private static String line(Command command) {
    if (command instanceof Command.Shell shell) {
      return Escaped.of(shell.line());
    }
    return ((Command.Argv) command)
        .words().stream().map(Shown::word).collect(Collectors.joining(" "));
  }

  private static String word(Bytes word) {
    boolean plain = word.lossy().matches("[A-Za-z0-9_./:=@%+,-]+");
    return Escaped.of(plain ? word : Template.quote(word));
  }

  private static String remark(TaskView task) {
    if (task.waiting() != null) {
      return "  # " + Escaped.of(task.waiting().message());
    }
    Result result = task.result();
    String reason = result == null ? task.cancelReason() : result.reason();
    return reason == null ? "" : "  # " + Escaped.of(reason);
  }

  /** A row of {@code list}. */
  static Map<String, Object> row(TaskView task) {
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
      Json.put(json, "reason", result.reason());
    }
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
  static Map<String, Object> detail(TaskView task) {
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

  static String workers(List<WorkerView> workers, Instant now) {
    Table table = new Table("NAME", "STATE", "USED", "SLOTS", "HELD", "LABELS", "HOST", "SINCE");
    for (WorkerView worker : workers) {
      WorkerInfo info = worker.info();
      table.add(
          worker.name(),
          worker.state(),
          String.valueOf(worker.used()),
          info == null ? "-" : String.valueOf(info.slots()),
          String.valueOf(worker.held()),
          info == null || info.labels().isEmpty() ? "-" : labels(info.labels()),
          info == null ? "-" : Escaped.of(info.host()),
          worker.since() == null ? "-" : Ages.between(worker.since(), now));
    }
    return table.text();
  }

  private static String labels(Map<String, String> labels) {
    return labels.entrySet().stream()
        .map(label -> Escaped.of(label.getKey() + "=" + label.getValue()))
        .collect(Collectors.joining(","));
  }

  static Map<String, Object> worker(WorkerView worker) {
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
    return json;
  }

  static String masters(List<MasterView> masters, Instant now) {
    Table table = new Table("HOST", "STATE", "PID", "SINCE");
    for (MasterView master : masters) {
      table.add(
          Escaped.of(master.info().host()),
          master.byHand() ? "by-hand" : "leads",
          master.info().pid() == 0 ? "-" : String.valueOf(master.info().pid()),
          Ages.between(master.since(), now));
    }
    return table.text();
  }

  static Map<String, Object> master(MasterView master) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("host", master.info().host());
    json.put("state", master.byHand() ? "byHand" : "leads");
    Json.put(json, "pid", master.info().pid() == 0 ? null : master.info().pid());
    Json.put(json, "since", master.since());
    Json.put(json, "version", master.info().version());
    return json;
  }

  static String document(String key, List<Map<String, Object>> items) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("schema", Json.SCHEMA);
    json.put(key, items);
    return Json.write(json) + "\n";
  }
}
