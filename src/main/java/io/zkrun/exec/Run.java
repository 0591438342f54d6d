package io.zkrun.exec;

import io.zkrun.core.OnLost;
import io.zkrun.core.Outcome;
import io.zkrun.core.Output;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One run in memory; touched by the spool's thread alone. */
final class Run {
  final RunFolder folder;
  final Spool.Listener listener;
  final int limitBytes;
  final Tree tree;
  final Instant startedAt;
  @Nullable EndCause cause;
  long killAtNanos = Long.MAX_VALUE;
  boolean ticking;
  boolean ended;
  int emptyScans;
  long pid;
  @Nullable Duration ran;

  Run(RunFolder folder, Spool.Listener listener, int limitBytes, Tree tree, Instant startedAt) {
    this.folder = folder;
    this.listener = listener;
    this.limitBytes = limitBytes;
    this.tree = tree;
    this.startedAt = startedAt;
  }

  static OnLost onLost(Map<String, String> meta) {
    return OnLost.valueOf(meta.getOrDefault("onLost", "RERUN"));
  }

  RunEnd end(@Nullable Instant emptyAt) {
    Integer code = folder.exitCode();
    String failed = folder.text("failed").trim();
    // A shell says on its own standard error which signal ended the command it waited for.
    Integer signal =
        code != null && code > 128 && !folder.text("diag").isBlank() ? code - 128 : null;
    if (folder.has("lease")) {
      return end(Outcome.LOST, null, null, "its lease ended", emptyAt);
    }
    if (cause != null) {
      return switch (cause) {
        case CANCELLED -> end(Outcome.CANCELLED, code, signal, null, emptyAt);
        case TIMEOUT -> end(Outcome.TIMEOUT, code, signal, null, emptyAt);
        case LOST -> end(Outcome.LOST, null, null, "its worker lost the lease", emptyAt);
        case SHUTDOWN -> end(Outcome.LOST, null, null, "its worker was stopped", emptyAt);
      };
    }
    if (!failed.isEmpty()) {
      return end(Outcome.SPAWN_FAILED, code, null, spawnReason(failed, code), emptyAt);
    }
    if (code == null) {
      String reason = "the process that watched over the command ended and left no exit code";
      return end(Outcome.LOST, null, null, reason, emptyAt);
    }
    return signal == null
        ? end(Outcome.EXITED, code, null, null, emptyAt)
        : end(Outcome.SIGNALED, null, signal, null, emptyAt);
  }

  private String spawnReason(String failed, @Nullable Integer code) {
    if (failed.equals("cwd")) {
      return "cannot enter the working folder: " + folder.text("diag").trim();
    }
    String what = code != null && code == 127 ? "not found" : "not executable";
    String said = (folder.text("stderr") + folder.text("diag")).trim();
    return "cannot start the command: " + what + (said.isEmpty() ? "" : ": " + said);
  }

  private RunEnd end(
      Outcome outcome,
      @Nullable Integer code,
      @Nullable Integer signal,
      @Nullable String reason,
      @Nullable Instant emptyAt) {
    Duration took = ran == null ? Duration.between(startedAt, Instant.now()) : ran;
    return new RunEnd(
        outcome,
        signal == null ? code : null,
        signal,
        reason,
        startedAt,
        startedAt.plus(took),
        took,
        emptyAt,
        tree.trackedBy(),
        output("stdout"),
        output("stderr"));
  }

  private Output output(String name) {
    try {
      return OutputFile.read(folder.dir().resolve(name), limitBytes);
    } catch (IOException e) {
      return Output.EMPTY;
    }
  }
}
