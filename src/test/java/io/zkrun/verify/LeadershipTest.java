package io.zkrun.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.core.Bytes;
import io.zkrun.verify.Leadership.Deletion;
import io.zkrun.verify.Leadership.Leader;
import io.zkrun.znode.MemoryServer;
import io.zkrun.znode.MemoryTree;
import io.zkrun.znode.MemoryTree.Fate;
import io.zkrun.znode.VirtualTime;
import io.zkrun.znode.Write;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class LeadershipTest {
  private final VirtualTime time = new VirtualTime(1);
  private final MemoryServer server = new MemoryServer(time);
  private final MemoryTree masters = server.open(time.loop("masters"), event -> {});
  private final List<MemoryTree> opened = new ArrayList<>();
  private final Leadership leadership =
      new Leadership(
          (owner, events) -> {
            MemoryTree tree = server.open(owner, events);
            opened.add(tree);
            return tree;
          },
          time.loop("drill"));

  LeadershipTest() {
    time.settle();
    write(new Write.Create("/assign", Bytes.EMPTY, Write.Mode.PERSISTENT));
    elect(11, 0);
  }

  private void write(Write... writes) {
    masters.multi(List.of(writes), answer -> assertThat(answer.failure()).isNull());
    time.settle();
  }

  private void elect(long pid, int epochBefore) {
    Bytes data = Bytes.utf8("{\"host\":\"vm1\",\"pid\":" + pid + "}");
    write(
        new Write.Create("/master", data, Write.Mode.EPHEMERAL),
        new Write.SetData("/master", data, 0),
        new Write.SetData("/assign", Bytes.EMPTY, epochBefore));
  }

  private Deletion depose(Leader leader) {
    CompletableFuture<Deletion> deletion = leadership.depose(leader);
    time.settle();
    return deletion.join();
  }

  @Test
  void deposesTheOneThatLeads() {
    assertThat(leadership.leader()).isEqualTo(new Leader(11, 1));
    assertThat(depose(leadership.leader())).isEqualTo(Deletion.DONE);
    assertThat(server.peek("/master")).isNull();
    assertThat(leadership.leader()).isEqualTo(new Leader(0, 1));
  }

  @Test
  void aLeaderThatHasBeenReplacedIsRefusedAndItsSuccessorKnown() {
    Leader first = leadership.leader();
    write(new Write.Delete("/master", Write.ANY_VERSION));
    elect(12, 1);
    assertThat(depose(first)).isEqualTo(Deletion.REFUSED);
    assertThat(server.peek("/master")).isNotNull();
    assertThat(leadership.leader()).isEqualTo(new Leader(12, 2));
  }

  @Test
  void aLostAnswerIsUnknownAndAnsweredByWhoLeadsNext() {
    Leader first = leadership.leader();
    opened.get(0).interference().afterNextMulti(() -> opened.get(0).disconnect(Fate.DONE));
    assertThat(depose(first)).isEqualTo(Deletion.UNKNOWN);
    elect(12, 1);
    assertThat(leadership.leader()).isEqualTo(first);
    opened.get(0).reconnect();
    time.settle();
    assertThat(leadership.leader()).isEqualTo(new Leader(12, 2));
  }
}
