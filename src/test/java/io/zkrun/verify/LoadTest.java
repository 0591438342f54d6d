package io.zkrun.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.client.Client;
import io.zkrun.client.ClientSettings;
import io.zkrun.core.Bytes;
import io.zkrun.core.OnLost;
import io.zkrun.core.TaskId;
import io.zkrun.znode.MemoryServer;
import io.zkrun.znode.MemoryTree;
import io.zkrun.znode.ResultNode;
import io.zkrun.znode.VirtualTime;
import io.zkrun.znode.Write;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LoadTest {
  private final VirtualTime time = new VirtualTime(1);
  private final MemoryServer server = new MemoryServer(time);
  private final MemoryTree worker = server.open(time.loop("worker"), event -> {});
  private final Client client =
      new Client(server, time.loop("client"), new ClientSettings(10_000, 120_000, "u@h"), () -> "");
  private final List<PlannedTask> plan =
      IntStream.rangeClosed(1, 3)
          .mapToObj(number -> new PlannedTask(number, 0, 0, OnLost.RERUN, 0, false, false, 0, 0, 0))
          .toList();
  private final Load load = new Load(client, plan, "drill", Path.of("/nowhere"));

  private void submitAll() {
    time.settle();
    write(new Write.Create("/tasks", Bytes.EMPTY, Write.Mode.PERSISTENT));
    assertThat(time.runUntil(client.connect()::isDone)).isTrue();
    for (PlannedTask task : plan) {
      load.submit(task);
      assertThat(time.runUntil(() -> load.acknowledged().containsKey(task.number()))).isTrue();
    }
  }

  private void end(int number) {
    TaskId id = load.acknowledged().get(number);
    Bytes done = Bytes.utf8("done");
    write(new Write.Create(ResultNode.statusPath(id), done, Write.Mode.PERSISTENT));
    assertThat(time.runUntil(() -> load.ends().containsKey(id))).isTrue();
  }

  private void write(Write write) {
    worker.multi(List.of(write), answer -> assertThat(answer.failure()).isNull());
    time.settle();
  }

  /** Else a pause of the whole cluster would be followed by many faults at once. */
  @Test
  void oneEndReleasesOneWhoWaitsForIt() {
    submitAll();
    assertThat(load.takeEnd()).isFalse();
    end(1);
    assertThat(load.takeEnd()).isTrue();
    assertThat(load.takeEnd()).isFalse();
    end(2);
    assertThat(load.takeEnd()).isTrue();
    assertThat(load.takeEnd()).isFalse();
  }

  @Test
  void nobodyWaitsWhereNothingIsToEnd() {
    assertThat(load.takeEnd()).isTrue();
    submitAll();
    IntStream.rangeClosed(1, 3).forEach(this::end);
    assertThat(load.takeEnd()).isTrue();
    assertThat(load.takeEnd()).isTrue();
  }
}
