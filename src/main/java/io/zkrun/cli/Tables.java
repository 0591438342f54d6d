package io.zkrun.cli;

import io.zkrun.client.MasterView;
import io.zkrun.client.TaskView;
import io.zkrun.client.WorkerView;
import io.zkrun.core.Bytes;
import io.zkrun.core.Command;
import io.zkrun.core.Escaped;
import io.zkrun.core.NotReady;
import io.zkrun.core.Outcome;
import io.zkrun.core.Result;
import io.zkrun.core.TaskId;
import io.zkrun.core.WorkerInfo;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Tasks, workers and masters for people; whatever could move the cursor is escaped. */
final class Tables {
  private static final int MAX_COMMAND = 60;

  private Tables() {}

  static String list(List<TaskView> tasks, Instant now) {
    Table table = tasks();
    for (TaskView task : tasks) {
      add(table, task, now, attempt(task));
    }
    return table.text();
  }

  /** Each task, and below it its earlier attempts and why each was not the last. */
  static String status(List<TaskView> tasks, Instant now) {
    Table table = tasks();
    for (TaskView task : tasks) {
      add(table, task, now, String.valueOf(task.attempt()));
      for (Result attempt : task.attempts()) {
        addAttempt(table, attempt, now);
      }
    }
    return table.text();
  }

  private static Table tasks() {
    return new Table("ID", "STATE", "AGE", "WORKER", "ATTEMPT", "EXIT", "COMMAND");
  }

  private static void add(Table table, TaskView task, Instant now, String attempt) {
    table.add(
        task.id().value(),
        task.state().json(),
        Ages.between(task.submittedAt(), now),
        worker(task.worker()),
        attempt,
        exit(task.result()),
        command(task) + remark(task));
  }

  private static void addAttempt(Table table, Result attempt, Instant now) {
    table.add(
        "  earlier",
        attempt.outcome().json(),
        attempt.finishedAt() == null ? "-" : Ages.between(attempt.finishedAt(), now),
        worker(attempt.worker()),
        String.valueOf(attempt.attempt()),
        code(attempt),
        "# " + whyAnother(attempt));
  }

  private static String whyAnother(Result attempt) {
    String reason = attempt.reason();
    String end =
        switch (attempt.outcome()) {
          case LOST -> "lost";
          case RETURNED -> "not started there";
          default -> "failed";
        };
    return end + ", so run again" + (reason == null ? "" : ": " + Escaped.of(reason));
  }

  static Table ended() {
    return new Table("ID", "STATE", "WORKER", "ATTEMPT", "EXIT", "OUTCOME");
  }

  static void addEnded(Table table, TaskId id, Result result) {
    String reason = result.reason();
    table.add(
        id.value(),
        result.state().json(),
        worker(result.worker()),
        String.valueOf(result.attempt()),
        code(result),
        result.outcome().json() + (reason == null ? "" : "  # " + Escaped.of(reason)));
  }

  private static String worker(@Nullable String name) {
    return name == null ? "-" : Escaped.of(name);
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
    return result.commandExitCode().isPresent() ? code(result) : result.outcome().json();
  }

  private static String code(Result result) {
    OptionalInt code = result.commandExitCode();
    return code.isPresent() ? String.valueOf(code.getAsInt()) : "-";
  }

  private static String command(TaskView task) {
    String text = task.spec() == null ? "(no valid spec)" : line(task.spec().command());
    return text.codePointCount(0, text.length()) <= MAX_COMMAND
        ? text
        : text.substring(0, text.offsetByCodePoints(0, MAX_COMMAND - 1)) + "…";
  }

  private static String line(Command command) {
    if (command instanceof Command.Shell shell) {
      return Escaped.of(shell.line());
    }
    return ((Command.Argv) command)
        .words().stream().map(Tables::word).collect(Collectors.joining(" "));
  }

  private static String word(Bytes word) {
    boolean plain = word.lossy().matches("[A-Za-z0-9_./:=@%+,-]+");
    return Escaped.of(plain ? word : Template.quote(word));
  }

  private static String remark(TaskView task) {
    if (task.waiting() != null) {
      return "  # " + Escaped.of(task.waiting().message());
    }
    String reason = reason(task);
    return reason == null ? "" : "  # " + Escaped.of(reason);
  }

  private static @Nullable String reason(TaskView task) {
    if (task.result() != null) {
      String reason = task.result().reason();
      return task.result().outcome() != Outcome.TIMEOUT
          ? reason
          : "timeout" + (reason == null ? "" : ": " + reason);
    }
    return task.cancelReason() == null ? task.heldReason() : task.cancelReason();
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
          (worker.since() == null ? "-" : Ages.between(worker.since(), now)) + notReady(info));
    }
    return table.text();
  }

  private static String notReady(@Nullable WorkerInfo info) {
    NotReady why = info == null ? null : info.notReady();
    return why == null ? "" : "  # " + Escaped.of(why.message());
  }

  private static String labels(Map<String, String> labels) {
    return labels.entrySet().stream()
        .map(label -> Escaped.of(label.getKey() + "=" + label.getValue()))
        .collect(Collectors.joining(","));
  }

  static String masters(List<MasterView> masters, Instant now) {
    Table table = new Table("HOST", "STATE", "PID", "SINCE");
    for (MasterView master : masters) {
      table.add(
          Escaped.of(master.info().host()),
          switch (master.state()) {
            case LEADS -> "leads";
            case STANDS_BY -> "standby";
            case BY_HAND -> "by-hand";
          },
          master.info().pid() == 0 ? "-" : String.valueOf(master.info().pid()),
          Ages.between(master.since(), now));
    }
    return table.text();
  }
}
