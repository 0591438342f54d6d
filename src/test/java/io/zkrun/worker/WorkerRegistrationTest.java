package io.zkrun.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.core.Bytes;
import io.zkrun.core.Cluster;
import io.zkrun.core.Outcome;
import io.zkrun.znode.ClusterNode;
import io.zkrun.znode.FailingReads;
import io.zkrun.znode.Failure;
import io.zkrun.znode.IncarnationNode;
import io.zkrun.znode.MemoryTree.Fate;
import io.zkrun.znode.WorkerNode;
import io.zkrun.znode.Write;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a worker registers: what it reads before, what keeps it away, and what it says meanwhile. */
class WorkerRegistrationTest {
  private static final String FAIL = "{\"cmd\":\"sleep 9\",\"onLost\":\"fail\"}";

  @Test
  void makesWhatIsMissing() {
    WorkerWorld world = new WorkerWorld();
    world.delete("/assign");
    world.delete("/workers");
    world.start();
    world.time.advance(1_000);
    assertThat(world.told).containsExactly("ready");
    assertThat(world.node("/workers/w").stat().version()).isEqualTo(1);
    assertThat(WorkerNode.decode(world.node("/workers/w").data()).spoolId()).isEqualTo("spool");
    assertThat(IncarnationNode.decode(world.node("/assign/w").data()).leaseSeconds()).isEqualTo(13);
  }

  @Test
  void whatItMayNotReadIsNotGone() {
    WorkerWorld world = WorkerWorld.started();
    world.assign("a", FAIL);
    world.session().disconnect(Fate.DROPPED);
    world.server.refuseReads(path -> path.startsWith("/assign/w"));
    world.session().reconnect();
    world.time.advance(5_000);
    assertThat(world.runs.alive()).containsExactly("a");
    world.server.refuseReads(path -> false);
    world.time.advance(2_000);
    assertThat(world.runs.history).containsExactly("start a#1");
    world.runs.exit("a", 0);
    world.time.advance(1_000);
    assertThat(world.status("a").outcome()).isEqualTo(Outcome.EXITED);
  }

  /** By a server that refuses, or by a connection whose loss nobody was told of. */
  @ParameterizedTest
  @CsvSource({
    "/assign, OTHER",
    "/assign/w, OTHER",
    "/assign/w, CONNECTION_LOSS",
    "/assign/w/a, OTHER",
    "/assign/w/a, CONNECTION_LOSS",
    "/workers/w, CONNECTION_LOSS",
  })
  void aReadThatFailsAFewTimesIsNoAnswer(String path, Failure failure) {
    AtomicInteger left = new AtomicInteger();
    WorkerWorld world = new WorkerWorld();
    world.wrap = tree -> FailingReads.of(tree, path, left, failure);
    world.start();
    world.assign("a", FAIL);
    world.session().disconnect(Fate.DROPPED);
    left.set(3);
    world.session().reconnect();
    world.time.advance(5_000);
    assertThat(left.get()).isNotPositive();
    assertThat(world.runs.history).containsExactly("start a#1");
    world.assign("b", "true");
    assertThat(world.runs.alive()).containsExactly("a", "b");
  }

  @Test
  void theNameOfTheTreeIsReadUntilItIsKnown() {
    WorkerWorld world = new WorkerWorld();
    world.set("/assign", Bytes.EMPTY);
    world.start();
    world.server.refuseReads("/assign"::equals);
    world.set("/assign", ClusterNode.encode(new Cluster("first", "m")));
    world.time.advance(5_000);
    world.server.refuseReads(path -> false);
    world.time.advance(1_000);
    world.assign("a", "true");
    assertThat(world.runs.entries.get(world.key("a")).cluster.uuid()).isEqualTo("first");
  }

  @Test
  void itIsReadyAgainOnceItIsRegisteredAndHasReadItsAssignments() {
    WorkerWorld world = WorkerWorld.started();
    world.assign("a", FAIL);
    world.session().disconnect(Fate.DROPPED);
    world.time.settle();
    assertThat(world.health()).isEqualTo("disconnected");
    world.server.refuseReads("/assign/w/a"::equals);
    world.session().reconnect();
    world.time.advance(1_500);
    assertThat(world.health())
        .isEqualTo(
            "registered; reads its assignments,"
                + " but ZooKeeper does not let it read /assign/w/a: NOAUTH");
    world.server.refuseReads("/workers/w"::equals);
    world.delete("/workers/w");
    world.time.advance(1_500);
    assertThat(world.health())
        .startsWith("is not registered: ZooKeeper refuses")
        .endsWith("NOAUTH");
    world.server.refuseReads(path -> false);
    world.time.advance(1_500);
    assertThat(world.health()).isEqualTo("ready");
  }

  @Test
  void whileAnotherHoldsItsNameItSaysWho() {
    WorkerWorld world = new WorkerWorld();
    world.make("/workers/w", "other:1");
    world.start();
    assertThat(world.health())
        .isEqualTo("is not registered: the name is held by another worker on host 'other:1'");
    world.delete("/workers/w");
    world.time.advance(1_500);
    assertThat(world.health()).isEqualTo("ready");
  }

  @Test
  void aPersonMayHaveMadeItsAssignments() {
    WorkerWorld world = new WorkerWorld();
    world.make("/assign/w", "");
    world.make("/tasks/a", "true");
    world.make("/assign/w/a", "");
    world.start();
    assertThat(world.runs.history).containsExactly("start a#1");
  }

  @Test
  void anAssignmentThatIsMadeWhileItRegistersIsRunToo() {
    WorkerWorld world = new WorkerWorld();
    world.make("/assign/w", "");
    world.make("/tasks/a", "true");
    world.beforeClaim =
        new Write[] {new Write.Create("/assign/w/a", Bytes.EMPTY, Write.Mode.PERSISTENT)};
    world.start();
    assertThat(world.runs.history).containsExactly("start a#1");
  }

  @Test
  void adoptsWhatItStartedThoughTheFirstMasterNamedTheTreeWhileItRegistered() {
    WorkerWorld world = new WorkerWorld();
    world.make("/assign/w", "");
    world.set("/assign", Bytes.EMPTY);
    world.beforeClaim =
        new Write[] {
          new Write.SetData(
              "/assign", ClusterNode.encode(new Cluster(WorkerWorld.UUID, "m")), Write.ANY_VERSION)
        };
    world.start();
    world.assign("a", "sleep 9");
    world.kill();
    world.start();
    assertThat(world.runs.history).containsExactly("start a#1", "adopt a");
  }

  @Test
  void registersAnewWhenSomebodyDeletesItsZnodeAndRunsOn() {
    WorkerWorld world = WorkerWorld.started();
    world.assign("a", "sleep 9");
    world.delete("/workers/w");
    world.time.advance(1_000);
    assertThat(world.node("/workers/w").stat().version()).isEqualTo(1);
    world.runs.exit("a", 0);
    world.time.settle();
    assertThat(world.status("a").exitCode()).isEqualTo(0);
    assertThat(world.runs.history).containsExactly("start a#1");
  }

  @Test
  void survivesAHandThatChangesItsZnodes() {
    WorkerWorld world = WorkerWorld.started();
    world.set("/workers/w", Bytes.utf8("mine"));
    world.time.advance(1_000);
    assertThat(world.node("/workers/w").stat().version()).isEqualTo(1);
    world.set("/assign/w", Bytes.utf8("mine"));
    world.time.advance(1_000);
    world.assign("a", "true");
    assertThat(world.runs.alive()).containsExactly("a");
  }

  @Test
  void replacesItsOwnStaleZnodeAtOnce() {
    WorkerWorld world = WorkerWorld.started();
    world.loop.kill();
    world.loop.pause();
    world.loop = world.time.loop("worker again");
    world.runs.restart(world.loop);
    world.start();
    assertThat(world.told).containsExactly("ready", "ready");
    assertThat(world.node("/workers/w").stat().ephemeralOwner())
        .isEqualTo(world.session().sessionId());
  }

  @Test
  void waitsForTheHolderOfItsNameAndThenGivesUp() {
    WorkerWorld world = new WorkerWorld();
    world.make("/workers/w", "other:1");
    world.start();
    world.time.advance(29_000);
    assertThat(world.told).isEmpty();
    world.time.advance(3_000);
    assertThat(world.told).hasSize(1);
    assertThat(world.told.get(0)).startsWith("fatal: ").contains("other:1");
  }

  @Test
  void learnsTheUuidOfTheFirstMaster() {
    WorkerWorld world = new WorkerWorld();
    world.set("/assign", Bytes.EMPTY);
    world.start();
    world.set("/assign", ClusterNode.encode(new Cluster("first", "m")));
    world.assign("a", "true");
    assertThat(world.runs.entries.get(world.key("a")).cluster.uuid()).isEqualTo("first");
  }

  @Test
  void aRegistrationOfUnknownFateIsFoundOut() {
    for (Fate fate : Fate.values()) {
      WorkerWorld world = WorkerWorld.started();
      world.assign("a", "sleep 9");
      world.delete("/workers/w");
      world.time.settle();
      world.server.expire(world.session());
      for (int i = 0; i < 40; i++) {
        world.time.step();
        if (i % 13 == 12) {
          world.session().disconnect(fate);
          world.session().reconnect();
        }
      }
      world.time.advance(2_000);
      assertThat(world.node("/workers/w").stat().version()).isEqualTo(1);
      world.assign("b", "true");
      assertThat(world.runs.alive()).contains("b");
      assertThat(world.assignment("a").attempt()).isEqualTo(1);
    }
  }
}
