package io.zkrun.cli;

import io.zkrun.client.Cancellation;
import io.zkrun.client.Client;
import io.zkrun.client.ClientException;
import io.zkrun.client.ClientException.Problem;
import io.zkrun.core.ExitCode;
import io.zkrun.core.TaskId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code zkrun cancel}. */
@Command(name = "cancel", description = "Ends tasks; returns when they have ended.")
final class CancelCommand extends ClientCommand {
  @Option(names = "--all", description = "All that have not ended.")
  boolean all;

  @Option(
      names = "--state",
      split = ",",
      completionCandidates = StateWords.class,
      description = "With --all: only those in these states.")
  List<String> states = new ArrayList<>();

  @Option(names = "--reason", description = "Why, for people.")
  String reason = "cancelled by a client";

  @Parameters(
      paramLabel = "ID",
      arity = "0..*",
      description = "Tasks; - reads ids from standard input.")
  List<String> words = new ArrayList<>();

  private List<TaskId> named = List.of();

  CancelCommand(Context context) {
    super(context);
  }

  @Override
  void check() {
    if (all == !words.isEmpty()) {
      throw new UsageException("give ids, or --all");
    }
    if (!states.isEmpty() && !all) {
      throw new UsageException("--state has a meaning only with --all");
    }
    named = ids(words);
    Object unused = ListCommand.states(states);
  }

  @Override
  int ask(Client client) throws InterruptedException, ExecutionException {
    List<TaskId> ids = all ? join(client.unended(ListCommand.states(states))) : named;
    List<CompletableFuture<Cancellation>> asked =
        ids.stream().map(id -> client.cancel(id, reason)).toList();
    Obstacles obstacles = new Obstacles(client, terminal());
    int cancelled = 0;
    @Nullable ClientException unknown = null;
    try (IdList list = new IdList(terminal(), form == Form.json)) {
      for (int i = 0; i < ids.size(); i++) {
        try {
          Cancellation one = obstacles.await(asked.get(i), ids.get(i));
          cancelled += one.cancelled() ? 1 : 0;
          print(list, one);
        } catch (ExecutionException e) {
          unknown = unknown(e);
        }
      }
    }
    if (unknown != null) {
      throw unknown;
    }
    if (cancelled == 0) {
      terminal().note("nothing was left to cancel");
    }
    return cancelled == 0 ? ExitCode.NOTHING_DONE : ExitCode.OK;
  }

  /** The others are cancelled all the same, so they have to be told. */
  private static ClientException unknown(ExecutionException e) throws ExecutionException {
    if (e.getCause() instanceof ClientException cause && cause.problem() == Problem.UNKNOWN_TASK) {
      return cause;
    }
    throw e;
  }

  private void print(IdList list, Cancellation one) {
    if (form == Form.json) {
      Map<String, Object> more = new LinkedHashMap<>();
      more.put("cancelled", one.cancelled());
      more.putAll(Documents.ended(one.result()));
      list.add(one.id(), more);
    } else if (one.cancelled()) {
      list.add(one.id());
    } else {
      terminal().note("task " + one.id() + " had ended: " + one.result().outcome().json());
    }
  }

  @Override
  String ifLost() {
    return "tasks whose ids are not printed may still be cancelled; cancelling again does no harm";
  }
}
