package io.zkrun.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.client.Client;
import io.zkrun.client.ClientSettings;
import io.zkrun.client.TaskView;
import io.zkrun.core.Result;
import io.zkrun.core.TaskId;
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
    client =
        new Client(
            new ZkTrees(connect, SESSION_MILLIS),
            loop,
            new ClientSettings(
                ClientSettings.DEFAULT_REACH_MILLIS,
                ClientSettings.DEFAULT_RESOLVE_MILLIS,
                "test@localhost"),
            () -> UUID.randomUUID().toString());
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
