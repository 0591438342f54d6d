package io.zkrun.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.core.Assignment;
import io.zkrun.core.Bytes;
import io.zkrun.core.Cluster;
import io.zkrun.core.Outcome;
import io.zkrun.znode.ClusterNode;
import io.zkrun.znode.Failure;
import io.zkrun.znode.ForwardingTree;
import io.zkrun.znode.IncarnationNode;
import io.zkrun.znode.MemoryTree.Fate;
import io.zkrun.znode.WorkerNode;
import io.zkrun.znode.Write;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Registration, lease, loss and restart of a worker. */
class WorkerRegistrationTest {
  private static final String HOLD = "{\"cmd\":\"sleep 9\",\"onLost\":\"hold\"}";
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
    world.wrap = tree -> ForwardingTree.failingReads(tree, path, left, failure);
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
    assertThat(world.runs.entries.get(world.key("a")).cluster).isEqualTo("first");
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
  void anExpiredSessionWithoutDeclaredLossLosesNothing() {
    WorkerWorld world = WorkerWorld.started();
    world.assign("a", "sleep 9");
    world.server.expire(world.session());
    world.time.advance(1_000);
    assertThat(world.runs.alive()).containsExactly("a");
    world.runs.exit("a", 5);
    world.time.settle();
    assertThat(world.status("a").exitCode()).isEqualTo(5);
  }

  @Test
  void aDeclaredLossEndsAllButHeldRuns() {
    WorkerWorld world = WorkerWorld.started();
    world.assign("a", "sleep 9");
    world.assign("h", HOLD);
    world.session().disconnect(Fate.DROPPED);
    world.server.expire(world.session());
    world.reassign("h", each -> each.withHeld(true));
    world.declareLost("a");
    world.session().reconnect();
    world.time.advance(1_000);
    assertThat(world.runs.history).endsWith("end a LOST");
    assertThat(world.runs.alive()).containsExactly("h");
    assertThat(world.assignment("h").held()).isFalse();
    assertThat(world.assignment("h").running()).isTrue();
    assertThat(world.runs.entries.keySet()).containsExactly(world.key("h"));
  }

  @Test
  void doesNotRegisterBeforeTheLostTreesAreDead() {
    WorkerWorld world = WorkerWorld.started();
    world.assign("a", "sleep 9");
    world.runs.obeys = false;
    world.server.expire(world.session());
    world.declareLost("a");
    world.time.advance(5_000);
    assertThat(world.exists("/workers/w")).isFalse();
    world.runs.finish(
        world.runs.key("a"),
        io.zkrun.core.RunEnd.without(Outcome.LOST, "", java.time.Instant.EPOCH));
    world.time.advance(1_000);
    assertThat(world.exists("/workers/w")).isTrue();
  }

  @Test
  void theLeaseEndsAllButHoldRuns() {
    WorkerWorld world = WorkerWorld.started();
    world.assign("a", "sleep 99");
    world.assign("h", HOLD);
    world.time.advance(1_000);
    world.session().disconnect(Fate.DROPPED);
    world.time.advance(9_750); // three quarters of it
    assertThat(world.runs.alive()).containsExactly("a", "h");
    world.time.advance(2_000);
    assertThat(world.runs.alive()).containsExactly("h");
    world.session().reconnect();
    world.time.advance(1_000);
    assertThat(world.result("a", "attempt-1").outcome()).isEqualTo(Outcome.LOST);
    assertThat(world.exists("/assign/w/h")).isTrue();
  }

  @Test
  void renewsItsLeaseWhileSomethingRuns() {
    WorkerWorld world = WorkerWorld.started();
    world.assign("a", "sleep 999");
    world.time.advance(120_000);
    assertThat(world.runs.alive()).containsExactly("a");
    assertThat(world.runs.killAt).isGreaterThan(world.loop.bootMillis() + 8_000);
  }

  @Test
  void idleItWritesNothingAndRenewsBeforeTheNextStart() {
    WorkerWorld world = WorkerWorld.started();
    int[] commits = {0};
    world.server.onCommit(writes -> commits[0]++);
    world.time.advance(120_000);
    assertThat(commits[0]).isEqualTo(0);
    world.assign("a", "true");
    assertThat(world.runs.alive()).containsExactly("a");
    assertThat(world.runs.killAt).isEqualTo(world.loop.bootMillis() + 13_000);
  }

  @Test
  void aRestartedDaemonAdoptsWhatRunsAndReportsWhatEnded() {
    WorkerWorld world = WorkerWorld.started();
    world.assign("a", "sleep 9");
    world.assign("b", FAIL);
    world.assign("c", FAIL);
    world.time.advance(100);
    world.kill();
    world.runs.exit("b", 7);
    world.start();
    world.time.advance(1_000);
    assertThat(world.status("b").exitCode()).isEqualTo(7);
    assertThat(world.runs.history)
        .containsExactly("start a#1", "start b#1", "adopt a", "adopt b", "start c#1");
    world.runs.exit("a", 0);
    world.time.settle();
    assertThat(world.status("a").exitCode()).isEqualTo(0);
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
  void whatWasMarkedAsRunningAndLeftNoTraceIsLost() {
    WorkerWorld world = WorkerWorld.started();
    world.assign("a", "sleep 9");
    world.assign("f", FAIL);
    world.time.advance(100);
    world.kill();
    world.runs.entries.clear();
    world.start();
    assertThat(world.result("a", "attempt-1").outcome()).isEqualTo(Outcome.LOST);
    assertThat(world.status("f").outcome()).isEqualTo(Outcome.LOST);
  }

  @Test
  void whatTheSpoolHoldsOfAReusedNameIsEndedNotAdopted() {
    WorkerWorld world = WorkerWorld.started();
    world.assign("a", "sleep 9");
    world.time.advance(100);
    world.kill();
    world.delete("/assign/w/a");
    world.delete("/tasks/a");
    world.assign("a", "other");
    world.start();
    assertThat(world.runs.history)
        .containsExactly("start a#1", "adopt a", "end a DROPPED", "start a#1");
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
  void waitsUntilTheAssignmentsOfAnotherSpoolAreDeclaredLost() {
    WorkerWorld world = WorkerWorld.started();
    world.assign("a", "sleep 9");
    world.assign("h", HOLD);
    world.kill();
    world.runs = new FakeRuns("fresh", world.loop);
    world.start();
    world.time.advance(10_000);
    assertThat(world.exists("/workers/w")).isFalse();
    world.reassign("h", each -> each.withHeld(true));
    world.declareLost("a");
    world.time.advance(2_000);
    assertThat(world.exists("/workers/w")).isTrue();
    assertThat(world.assignment("h").held()).isTrue();
    assertThat(world.runs.history).isEmpty();
  }

  @Test
  void aWipedTreeEndsEverything() {
    WorkerWorld world = WorkerWorld.started();
    world.assign("a", "sleep 9");
    world.assign("h", HOLD);
    world.write(
        new Write.Delete("/workers/w", -1),
        new Write.Delete("/assign/w/a", -1),
        new Write.Delete("/assign/w/h", -1),
        new Write.Delete("/assign/w", -1),
        new Write.Delete("/assign", -1),
        new Write.Delete("/workers", -1),
        new Write.Create(
            "/assign", ClusterNode.encode(new Cluster("other", "m")), Write.Mode.PERSISTENT));
    world.time.advance(2_000);
    assertThat(world.runs.entries).isEmpty();
    assertThat(world.exists("/workers/w")).isTrue();
    world.assign("n", "true");
    assertThat(world.runs.entries.get(world.key("n")).cluster).isEqualTo("other");
  }

  @Test
  void learnsTheUuidOfTheFirstMaster() {
    WorkerWorld world = new WorkerWorld();
    world.set("/assign", Bytes.EMPTY);
    world.start();
    world.set("/assign", ClusterNode.encode(new Cluster("first", "m")));
    world.assign("a", "true");
    assertThat(world.runs.entries.get(world.key("a")).cluster).isEqualTo("first");
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

  @Test
  void aHeldAssignmentThatIsTakenBackIsForgotten() {
    WorkerWorld world = WorkerWorld.started();
    world.make("/tasks/h", HOLD);
    world.assign("h", Assignment.ofAttempt(1).withHeld(true));
    world.delete("/assign/w/h");
    world.assign("h", Assignment.ofAttempt(2));
    assertThat(world.runs.history).containsExactly("start h#2");
  }
}
