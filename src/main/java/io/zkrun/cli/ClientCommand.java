package io.zkrun.cli;

import io.zkrun.client.Client;
import io.zkrun.client.ClientException;
import io.zkrun.client.ClientException.Problem;
import io.zkrun.config.ZooKeeperSettings;
import io.zkrun.core.TaskId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** A subcommand that asks the cluster. */
abstract class ClientCommand extends SettingsCommand {
  private static final int MAX_SHOWN = 128;

  @Option(names = "--output", paramLabel = "FORM", description = "table, json or quiet.")
  Form form = Form.table;

  /** How the answer is printed. */
  enum Form {
    table,
    json,
    quiet
  }

  ClientCommand(Context context) {
    super(context);
  }

  @Override
  public Integer call() throws Exception {
    check();
    ZooKeeperSettings settings = settings().zookeeper();
    try (Client client = context.clients().open(settings)) {
      connect(client, settings);
      return ask(client);
    } catch (CompletionException | ExecutionException | ClientException e) {
      Throwable cause = e instanceof ClientException ? e : e.getCause();
      throw cause instanceof ClientException lost ? explained(lost, settings) : e;
    }
  }

  private ClientException explained(ClientException e, ZooKeeperSettings settings) {
    return e.problem() == Problem.UNREACHABLE && !e.namesConsequence()
        ? e.in("", ifLost() + "; the servers are " + settings.connect())
        : e;
  }

  /** What follows where the connection is lost on the way, and what to do. */
  String ifLost() {
    return "nothing was changed; ask again";
  }

  /** Refuses what can be refused without a connection. */
  void check() throws Exception {}

  abstract int ask(Client client) throws Exception;

  private static void connect(Client client, ZooKeeperSettings settings) {
    try {
      Object unused = client.connect().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof ClientException) {
        throw unreachable(settings);
      }
      throw e;
    }
  }

  static <T> T join(CompletableFuture<T> future) {
    return future.join();
  }

  static TaskId id(String text) {
    return TaskId.parse(text)
        .orElseThrow(
            () ->
                new ClientException(
                    Problem.UNKNOWN_TASK,
                    "'" + shortened(text) + "' is no task id",
                    "ids look like task-0000000042, or are names; nothing was asked"));
  }

  private static String shortened(String text) {
    return text.codePointCount(0, text.length()) <= MAX_SHOWN
        ? text
        : text.substring(0, text.offsetByCodePoints(0, MAX_SHOWN)) + "…";
  }

  /** The ids that {@code words} name, each once; {@code -} is those on standard input. */
  List<TaskId> ids(List<String> words) {
    return words.stream()
        .flatMap(word -> word.equals("-") ? standardInput() : Stream.of(word))
        .map(ClientCommand::id)
        .distinct()
        .toList();
  }

  private Stream<String> standardInput() {
    try {
      byte[] all = terminal().in().readAllBytes();
      return Pattern.compile("\\s+")
          .splitAsStream(new String(all, StandardCharsets.UTF_8))
          .filter(word -> !word.isEmpty());
    } catch (IOException e) {
      throw new UsageException(
          "cannot read ids from standard input: " + e.getMessage() + "; nothing was asked");
    }
  }
}
