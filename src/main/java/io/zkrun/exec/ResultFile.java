package io.zkrun.exec;

import io.zkrun.core.Outcome;
import io.zkrun.core.RunEnd;
import io.zkrun.core.StopSignal;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Keeps how a run ended until it is delivered, so that the next daemon tells the very same. */
final class ResultFile {
  private static final String NAME = "result";

  private ResultFile() {}

  static void write(RunFolder folder, RunEnd end) throws IOException {
    List<String> lines = new ArrayList<>();
    add(lines, "outcome", end.outcome().name());
    add(lines, "exitCode", end.exitCode());
    add(lines, "signal", end.signal());
    add(lines, "reason", end.reason() == null ? null : end.reason().replace('\n', ' '));
    add(lines, "startedAt", end.startedAt());
    add(lines, "finishedAt", end.finishedAt());
    add(lines, "durationSeconds", end.durationSeconds());
    add(lines, "treeEmptyAt", end.treeEmptyAt());
    add(lines, "trackedBy", end.trackedBy());
    add(lines, "survivors", end.survivors() == null ? null : end.survivors().replace('\n', ' '));
    add(lines, "stopSignal", end.stopSignal() == StopSignal.NONE ? null : end.stopSignal());
    add(lines, "end", NAME);
    folder.write(NAME, String.join("\n", lines) + "\n", false);
  }

  /** What was written, or null where it is missing or cut short. */
  static @Nullable RunEnd read(RunFolder folder) {
    Map<String, String> lines = folder.lines(NAME);
    if (!lines.containsKey("outcome") || !lines.containsKey("finishedAt")) {
      return null;
    }
    try {
      return read(folder, lines);
    } catch (IllegalArgumentException | DateTimeException e) {
      return null; // Somebody has written into it.
    }
  }

  private static RunEnd read(RunFolder folder, Map<String, String> lines) {
    int limitBytes = folder.limitBytes(folder.meta());
    return new RunEnd(
        Outcome.valueOf(lines.getOrDefault("outcome", "")),
        get(lines, "exitCode", Integer::valueOf),
        get(lines, "signal", Integer::valueOf),
        get(lines, "reason", text -> text),
        get(lines, "startedAt", Instant::parse),
        Instant.parse(lines.getOrDefault("finishedAt", "")),
        get(lines, "durationSeconds", Double::valueOf),
        get(lines, "treeEmptyAt", Instant::parse),
        get(lines, "trackedBy", text -> text),
        get(lines, "survivors", text -> text),
        lines.containsKey("stopSignal") ? StopSignal.SHARED_WHILE_AWAY : StopSignal.NONE,
        folder.output("stdout", limitBytes),
        folder.output("stderr", limitBytes));
  }

  private static void add(List<String> lines, String name, @Nullable Object value) {
    if (value != null) {
      lines.add(name + "=" + value);
    }
  }

  private static <T> @Nullable T get(
      Map<String, String> lines, String name, Function<String, T> parse) {
    String text = lines.get(name);
    return text == null ? null : parse.apply(text);
  }
}
