package io.zkrun.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.client.Client;
import io.zkrun.client.ClientSettings;
import io.zkrun.client.Submission;
import io.zkrun.client.TaskView;
import io.zkrun.core.Command;
import io.zkrun.core.Result;
import io.zkrun.core.TaskId;
import io.zkrun.core.TaskSpec;
import io.zkrun.zk.ThreadLoop;
import io.zkrun.zk.ZkTrees;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** A client inside the test, for thousands of questions without a process for each. */
final class FleetClient implements AutoCloseable {
  private static final int SESSION_MILLIS = 15_000;

  private final ThreadLoop loop = new ThreadLoop("test-client", Throwable::printStackTrace);
  private final Client client;

  FleetClient(String connect) {
    this(connect, ClientSettings.DEFAULT_REACH_MILLIS, ClientSettings.DEFAULT_RESOLVE_MILLIS);
    connect();
  }

  /** One that is not connected yet, and as patient as that. */
  FleetClient(String connect, long reachMillis, long resolveMillis) {
    client =
        new Client(
            new ZkTrees(connect, SESSION_MILLIS),
            loop,
            new ClientSettings(reachMillis, resolveMillis, "test@localhost"),
            () -> UUID.randomUUID().toString());
  }

  /** Connects and submits. */
  String submit(String line) {
    connect();
    return client.submit(spec(line)).join().value();
  }

  Submission submit(String name, String line) {
    connect();
    return client.submit(name, spec(line)).join();
  }

  /** Submits a row of tasks; the ids are in the order of the lines. */
  List<String> submitAll(List<String> lines) {
    connect();
    Client.Sequence sequence = client.sequence();
    List<CompletableFuture<TaskId>> all =
        lines.stream().map(line -> sequence.submit(spec(line))).toList();
    return all.stream().map(CompletableFuture::join).map(TaskId::value).toList();
  }

  /** How a task will have ended. */
  CompletableFuture<Result> await(String id) {
    connect();
    return client.await(new TaskId(id));
  }

  private static TaskSpec spec(String line) {
    return TaskSpec.of(Command.shell(line));
  }

  private void connect() {
    assertThat(client.connect().join()).isTrue();
  }

  List<TaskView> status(List<String> ids) {
    return client.status(ids.stream().map(TaskId::new).toList()).join();
  }

  /** What each task has printed to standard output, whole, in the order of {@code ids}. */
  List<String> outputs(List<String> ids) {
    return status(ids).stream().map(FleetClient::output).toList();
  }

  private static String output(TaskView task) {
    Result result = task.result();
    assertThat(result).as("the result of %s", task.id()).isNotNull();
    assertThat(result.stdout().truncated()).as("%s was cut", task.id()).isFalse();
    return result.stdout().kept().lossy();
  }

  @Override
  public void close() {
    CompletableFuture<Boolean> ended = new CompletableFuture<>();
    client.close();
    loop.execute(() -> ended.complete(true));
    assertThat(ended.join()).isTrue();
    loop.close();
  }
}
