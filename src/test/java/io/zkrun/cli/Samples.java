package io.zkrun.cli;

import io.zkrun.client.TaskState;
import io.zkrun.client.TaskView;
import io.zkrun.core.Bytes;
import io.zkrun.core.Command;
import io.zkrun.core.Outcome;
import io.zkrun.core.Output;
import io.zkrun.core.Result;
import io.zkrun.core.SpecProblem;
import io.zkrun.core.TaskId;
import io.zkrun.core.TaskSpec;
import io.zkrun.core.Waiting;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tasks in every state, some with all that a terminal should not be sent. */
final class Samples {
  static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");
  static final Bytes NASTY =
      Bytes.of(new byte[] {'c', 'a', 't', ' ', 'a', (byte) 0xff, '\n', 0x1b, '[', '3', '1', 'm'});
  private static final Instant SUBMITTED = NOW.minusSeconds(3_600);
  private static final Instant STARTED = NOW.minusSeconds(600);

  private Samples() {}

  static List<TaskView> tasks() {
    return List.of(
        retried(),
        task("task-0000000001", TaskState.PENDING, shell("make"), null, busy(), null),
        task("task-0000000002", TaskState.RUNNING, argv(), "vm1", null, null),
        task("task-0000000003", TaskState.FAILED, shell("x".repeat(80)), "vm1", null, signaled()),
        task("task-0000000004", TaskState.FAILED, null, null, null, rejected()),
        cancelling(),
        task("nightly", TaskState.DONE, shell("true"), null, null, Result.byHand(NASTY)));
  }

  private static TaskView retried() {
    Result done = result(Result.State.DONE, Outcome.EXITED, 0, null, null, "vm2", 3);
    return new TaskView(
        new TaskId("task-0000000000"),
        TaskState.DONE,
        3,
        SUBMITTED,
        STARTED,
        signed(TaskSpec.builder(new Command.Shell(NASTY, Command.DEFAULT_SHELL)).retries(2)),
        null,
        "vm2",
        null,
        null,
        List.of(
            result(Result.State.FAILED, Outcome.LOST, null, null, "worker vm1\n is gone", "vm1", 1),
            result(Result.State.FAILED, Outcome.EXITED, 75, null, null, "vm2", 2)),
        done.withOutputs(
            Output.whole(Bytes.utf8("hello\n")),
            new Output(NASTY, 1_000_000, true, "/var/lib/zkrun/stderr")));
  }

  private static TaskView cancelling() {
    return new TaskView(
        new TaskId("task-0000000005"),
        TaskState.CANCELLING,
        1,
        SUBMITTED,
        STARTED,
        signed(TaskSpec.builder(Command.shell("sleep 1000"))),
        null,
        "vm1",
        "no longer\u009bneeded",
        null,
        List.of(),
        null);
  }

  private static TaskView task(
      String id,
      TaskState state,
      @Nullable TaskSpec spec,
      @Nullable String worker,
      @Nullable Waiting waiting,
      @Nullable Result result) {
    return new TaskView(
        new TaskId(id),
        state,
        1,
        SUBMITTED,
        worker == null ? null : STARTED,
        spec,
        spec == null ? new SpecProblem("colour", "is no field") : null,
        worker,
        null,
        waiting,
        List.of(),
        result);
  }

  private static Waiting busy() {
    return new Waiting.AllSlotsBusy(3, 24);
  }

  private static TaskSpec shell(String line) {
    return signed(TaskSpec.builder(Command.shell(line)));
  }

  private static TaskSpec argv() {
    return signed(
        TaskSpec.builder(new Command.Argv(List.of(Bytes.utf8("echo"), Bytes.utf8("it's"), NASTY))));
  }

  private static TaskSpec signed(TaskSpec.Builder spec) {
    return spec.env(Map.of("RAW", NASTY)).submission("nonce-1", "user@vm1").build();
  }

  static Result signaled() {
    return result(Result.State.FAILED, Outcome.SIGNALED, null, 9, null, "vm1", 1);
  }

  private static Result rejected() {
    return Result.withoutRun(Outcome.REJECTED, "colour is no field", 0, SUBMITTED, STARTED);
  }

  static Result result(
      Result.State state,
      Outcome outcome,
      @Nullable Integer exitCode,
      @Nullable Integer signal,
      @Nullable String reason,
      @Nullable String worker,
      int attempt) {
    return new Result(
        state,
        outcome,
        exitCode,
        signal,
        reason,
        worker,
        attempt,
        SUBMITTED,
        STARTED,
        NOW.minusSeconds(300),
        300.0,
        NOW.minusSeconds(300),
        "cookie",
        Output.EMPTY,
        Output.EMPTY);
  }
}
