package io.zkrun.cli;

import io.zkrun.client.Client;
import io.zkrun.client.ListFilter;
import io.zkrun.client.TaskList;
import io.zkrun.client.TaskState;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code zkrun list}. */
@Command(name = "list", description = "Lists tasks, newest last.")
final class ListCommand extends ClientCommand {
  @Option(
      names = "--state",
      split = ",",
      completionCandidates = StateWords.class,
      description = "Only tasks in these states.")
  List<String> states = new ArrayList<>();

  @Option(names = "--worker", description = "Only tasks of this worker.")
  @Nullable String worker;

  @Option(
      names = "--since",
      description = "Submitted within, e.g. 2h, or since a time in ISO-8601.")
  @Nullable String since;

  @Option(names = "--by", description = "Submitted by this user, or user@host.")
  @Nullable String by;

  @Option(names = "--limit", description = "How many of the newest; default 100.")
  int limit = ListFilter.DEFAULT_LIMIT;

  ListCommand(Context context) {
    super(context);
  }

  static Set<TaskState> states(List<String> names) {
    Set<TaskState> states = new HashSet<>();
    for (String name : names) {
      states.add(
          TaskState.ofJson(name)
              .orElseThrow(
                  () ->
                      new UsageException(
                          "--state: '"
                              + name
                              + "' is none of "
                              + String.join(", ", new StateWords()))));
    }
    return states;
  }

  private ListFilter filter() {
    if (limit < 1) {
      throw new UsageException("--limit is " + limit + ", but must be 1 or more");
    }
    return new ListFilter(
        states(states),
        worker,
        since == null ? null : time(since),
        by,
        Math.min(limit, Integer.MAX_VALUE - 1));
  }

  private static Instant time(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      try {
        return Instant.now().minusMillis(new Durations().convert(text));
      } catch (TypeConversionException bad) {
        throw new UsageException(
            "--since: '"
                + text
                + "' is neither a duration such as 2h nor a time such as"
                + " 2026-01-31T12:00:00Z");
      }
    }
  }

  @Override
  void check() {
    Object unused = filter();
  }

  @Override
  int ask(Client client) {
    TaskList list = join(client.list(filter()));
    switch (form) {
      case json -> terminal().print(Documents.list(list));
      case quiet -> list.tasks().forEach(task -> terminal().println(task.id().value()));
      case table -> {
        terminal().print(Tables.list(list.tasks(), Instant.now()));
        if (list.more()) {
          terminal().note("older tasks match too; show more of them with --limit");
        }
      }
    }
    return 0;
  }
}
