package io.zkrun.cli;

import io.zkrun.client.Client;
import io.zkrun.client.ClientException;
import io.zkrun.client.ClientSettings;
import io.zkrun.core.TaskId;
import io.zkrun.zk.ConnectionProbe;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A subcommand that asks the cluster. */
abstract class ClientCommand extends Subcommand {
  private static final int PROBE_MILLIS = 1_000;

  @Option(
      names = "--connect",
      paramLabel = "HOST:PORT,…[/CHROOT]",
      description = "The ZooKeeper ensemble; else ZKRUN_CONNECT, else 127.0.0.1:2181.")
  @Nullable String connect;

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
    String servers = connectString();
    try (Client client = open(servers)) {
      connect(client, servers);
      return ask(client);
    }
  }

  /** Refuses what can be refused without a connection. */
  void check() throws Exception {}

  abstract int ask(Client client) throws Exception;

  private String connectString() {
    if (connect != null) {
      return connect;
    }
    String environment = terminal().environment().get("ZKRUN_CONNECT");
    return environment == null || environment.isBlank() ? "127.0.0.1:2181" : environment;
  }

  private Client open(String servers) {
    try {
      return context.clients().open(servers);
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          "--connect '"
              + servers
              + "': "
              + e.getMessage()
              + "; write host:port,host:port or host:port,host:port/chroot");
    }
  }

  private static void connect(Client client, String servers) {
    try {
      Object unused = client.connect().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof ClientException) {
        throw new ClientException(
            ClientException.Problem.UNREACHABLE,
            "cannot reach ZooKeeper at "
                + servers
                + " in "
                + ClientSettings.DEFAULT_REACH_MILLIS / 1000
                + " s ("
                + ConnectionProbe.describe(ConnectionProbe.probe(servers, PROBE_MILLIS))
                + "); nothing was asked or submitted; check --connect and the servers,"
                + " then try again");
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
                    ClientException.Problem.UNKNOWN_TASK,
                    "'" + text + "' is no task id; ids look like task-0000000042, or are names"));
  }

  static List<TaskId> ids(List<String> texts) {
    return texts.stream().map(ClientCommand::id).distinct().toList();
  }
}
