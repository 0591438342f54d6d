package io.zkrun.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.core.Assignment;
import io.zkrun.core.Bytes;
import io.zkrun.core.Cluster;
import io.zkrun.core.ClusterId;
import io.zkrun.core.Outcome;
import io.zkrun.znode.ClusterNode;
import io.zkrun.znode.MemoryTree.Fate;
import io.zkrun.znode.Write;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What becomes of a worker's runs by its lease, its loss, its restart and a wiped tree. */
class WorkerLossTest {
  private static final String HOLD = "{\"cmd\":\"sleep 9\",\"onLost\":\"hold\"}";
  private static final String FAIL = "{\"cmd\":\"sleep 9\",\"onLost\":\"fail\"}";

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
  void aWorkerWhoseSpoolHangsSaysSoStartsNothingAndEndsALeaseLater() {
    WorkerWorld world = WorkerWorld.started();
    world.assign("a", "sleep 9");
    world.runs.hang("the disk does not answer");
    world.time.settle();
    assertThat(world.health()).isEqualTo("the disk does not answer");
    long killAt = world.runs.killAt;
    world.assign("b", "sleep 9");
    world.time.advance(12_000);
    assertThat(world.runs.history).doesNotContain("start b#1");
    assertThat(world.runs.killAt).isEqualTo(killAt);
    assertThat(world.told).noneMatch(each -> each.contains("the disk does not answer"));
    world.time.advance(1_500);
    assertThat(world.told.get(world.told.size() - 1))
        .contains("the disk does not answer", "the worker ends");
  }

  @Test
  void aSpoolThatGoesOnInTimeMakesItsWorkerReadyAgain() {
    WorkerWorld world = WorkerWorld.started();
    world.runs.hang("the disk does not answer");
    world.time.advance(5_000);
    world.assign("a", "sleep 9");
    world.runs.hang(null);
    world.time.advance(2_000);
    assertThat(world.health()).isEqualTo("ready");
    world.time.advance(60_000);
    assertThat(world.runs.alive()).containsExactly("a");
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

  /** Each second another of the reads that tell it whether it is still registered. */
  @Test
  void aServerThatRefusesNowOneReadNowAnotherCostsNoLease() {
    WorkerWorld world = WorkerWorld.started();
    world.assign("a", "sleep 99");
    world.session().disconnect(Fate.DROPPED);
    world.time.advance(1_000);
    AtomicInteger reads = new AtomicInteger();
    world.session().interference().throttle(path -> reads.getAndIncrement() % 3 == 0);
    world.session().reconnect();
    world.time.advance(20_000);
    assertThat(world.runs.alive()).containsExactly("a");
    assertThat(world.runs.history).containsExactly("start a#1");
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
    assertThat(world.runs.entries.get(world.key("n")).cluster.uuid()).isEqualTo("other");
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

  @Test
  void assignOverwrittenByHandEndsNothing() {
    WorkerWorld world = WorkerWorld.started();
    world.assign("a", "sleep 9");
    world.assign("h", HOLD);
    world.set("/assign", Bytes.EMPTY);
    world.time.advance(5_000);
    assertThat(world.runs.alive()).containsExactly("a", "h");
    world.set("/assign", ClusterNode.encode(new Cluster("named-anew", "m")));
    world.time.advance(5_000);
    assertThat(world.runs.history).containsExactly("start a#1", "start h#1");
    world.runs.exit("a", 3);
    world.time.settle();
    assertThat(world.status("a").exitCode()).isEqualTo(3);
  }

  @Test
  void whatRanBeforeAssignWasOverwrittenIsAdoptedAfterARestart() {
    WorkerWorld world = WorkerWorld.started();
    world.assign("a", "sleep 9");
    world.assign("h", HOLD);
    world.time.advance(100);
    world.set("/assign", ClusterNode.encode(new Cluster("named-anew", "m")));
    world.kill();
    world.start();
    assertThat(world.runs.history).containsExactly("start a#1", "start h#1", "adopt a", "adopt h");
  }

  @Test
  void assignOverwrittenWhileItIsAwayEndsNothing() {
    WorkerWorld world = WorkerWorld.started();
    world.assign("a", "sleep 9");
    world.session().disconnect(Fate.DROPPED);
    world.set("/assign", Bytes.utf8("{\"cluster\":\"a\\nkeep=hold -\"}"));
    world.session().reconnect();
    world.time.advance(1_000);
    world.assign("b", "true");
    assertThat(world.runs.history).containsExactly("start a#1", "start b#1");
    assertThat(world.runs.entries.get(world.key("b")).cluster.uuid()).isEmpty();
  }

  @Test
  void whatAPersonAssignedBeforeAnyMasterLedIsAdoptedOnceOneLeads() {
    WorkerWorld world = new WorkerWorld();
    world.set("/assign", Bytes.EMPTY);
    world.start();
    world.assign("a", "sleep 9");
    world.assign("h", HOLD);
    world.time.advance(100);
    world.set("/assign", ClusterNode.encode(new Cluster("first", "m")));
    world.kill();
    world.start();
    world.time.advance(1_000);
    assertThat(world.runs.history).containsExactly("start a#1", "start h#1", "adopt a", "adopt h");
  }

  @Test
  void whatAnOlderZkrunStartedWithoutKnowingTheTreeIsAdopted() {
    WorkerWorld world = WorkerWorld.started();
    world.assign("a", "sleep 9");
    world.time.advance(100);
    world.runs.entries.put(world.key("a"), new FakeRuns.Entry(ClusterId.NONE));
    world.kill();
    world.start();
    assertThat(world.runs.history).containsExactly("start a#1", "adopt a");
  }
}
