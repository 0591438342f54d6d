package io.zkrun.cli;

import io.zkrun.client.Client;
import io.zkrun.client.ClientException;
import io.zkrun.client.ClientException.Problem;
import io.zkrun.config.Given;
import io.zkrun.config.MistakenSettingsException;
import io.zkrun.config.Settings;
import io.zkrun.config.Sources;
import io.zkrun.config.ZooKeeperSettings;
import io.zkrun.core.TaskId;
import io.zkrun.zk.ConnectionProbe;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
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

  @Option(names = "--config", paramLabel = "FILE", description = "The settings.")
  @Nullable Path config;

  @Option(names = "-D", paramLabel = "KEY=VALUE", description = "A setting.")
  Map<String, String> defines = new LinkedHashMap<>();

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
    ZooKeeperSettings settings = settings();
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

  private ZooKeeperSettings settings() throws MistakenSettingsException {
    List<Given> given = new ArrayList<>();
    defines.forEach((key, value) -> given.add(Given.define(key, value)));
    if (connect != null) {
      given.add(Given.option("--connect", "zookeeper.connect", connect));
    }
    String home = System.getProperty("zkrun.home");
    return Settings.load(Sources.ofProcess(config, home == null ? null : Path.of(home), given))
        .zookeeper();
  }

  private static void connect(Client client, ZooKeeperSettings settings) {
    String servers = settings.connect().toString();
    try {
      Object unused = client.connect().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof ClientException) {
        throw new ClientException(
            Problem.UNREACHABLE,
            "cannot reach ZooKeeper at "
                + servers
                + " in "
                + settings.connectTimeout().toSeconds()
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
                    Problem.UNKNOWN_TASK,
                    "'" + text + "' is no task id; ids look like task-0000000042, or are names"));
  }

  static List<TaskId> ids(List<String> texts) {
    return texts.stream().map(ClientCommand::id).distinct().toList();
  }
}
