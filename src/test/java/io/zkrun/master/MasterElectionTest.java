package io.zkrun.master;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.core.Bytes;
import io.zkrun.core.ClusterId;
import io.zkrun.metrics.MasterMetrics;
import io.zkrun.znode.ClusterNode;
import io.zkrun.znode.MasterNode;
import io.zkrun.znode.MemoryTree;
import io.zkrun.znode.Write;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who leads, and what the tree is called. */
class MasterElectionTest extends MasterWorld {
  @Test
  void itIsElectedWithAVersionThatNoHandMadeMasterHasAndRaisesTheEpoch() {
    first.start();
    assertThat(first.heard).containsExactly("leading 1");
    assertThat(server.peek(MasterNode.PATH).stat().version()).isEqualTo(1);
    assertThat(ClusterNode.decode(data(ClusterNode.PATH)).orElseThrow().uuid())
        .isEqualTo("uuid-1-of-first");
  }

  @Test
  void aStandbyTakesOverWithinASecondWhenSomebodyDeletesTheMaster() {
    first.start();
    second.start();
    assertThat(second.heard).containsExactly("standby");
    delete(MasterNode.PATH);
    time.advance(900);
    assertThat(second.heard).containsExactly("standby", "leading 2");
    time.advance(5_000);
    assertThat(first.heard).containsExactly("leading 1", "resigned", "standby");
  }

  @Test
  void itTellsWhileItHasNoConnectionWhetherItLeadsOrStandsBy() {
    assertThat(first.health).isEmpty();
    first.start();
    second.start();
    for (Candidate each : List.of(first, second)) {
      String before = each.health;
      assertThat(before).isEqualTo(each == first ? "leading" : "standby");
      each.tree.disconnect(MemoryTree.Fate.DROPPED);
      time.advance(1_000);
      assertThat(each.health).isEqualTo("disconnected");
      each.tree.reconnect();
      time.advance(1_000);
      assertThat(each.health).isEqualTo(before);
    }
  }

  @Test
  void aLeaderThatMayNotReadTheTreeSaysWhatItMayNotReadUntilItMay() {
    create("/workers", "");
    create("/assign", "");
    worker("vm1", 1);
    server.refuseReads("/assign/vm1"::equals);
    first.start();
    assertThat(first.health).isEqualTo("leads; reads the tree");
    time.advance(5_000);
    assertThat(first.health)
        .isEqualTo("leads, but ZooKeeper does not let it read /assign/vm1: NOAUTH");
    server.refuseReads(path -> false);
    time.advance(2_000);
    assertThat(first.health).isEqualTo("leading");
  }

  @Test
  void oneThatMayNotReadWhoLeadsNeitherLeadsNorStandsBy() {
    server.refuseReads(MasterNode.PATH::equals);
    first.start();
    assertThat(first.health).isEqualTo("ZooKeeper does not let it read /master: NOAUTH");
    server.refuseReads(path -> false);
    time.advance(2_000);
    assertThat(first.health).isEqualTo("leading");
  }

  @Test
  void electionsAreCountedAndNotHowOftenTheTreeIsRead() {
    int[] elected = {0};
    first.metrics =
        new MasterMetrics() {
          @Override
          public void elected() {
            elected[0]++;
          }
        };
    first.start();
    first.tree.disconnect(MemoryTree.Fate.DROPPED);
    first.tree.reconnect();
    time.advance(1_000);
    time.advance(3 * RESYNC_MILLIS);
    assertThat(first.heard).hasSizeGreaterThan(3).containsOnly("leading 1");
    assertThat(elected[0]).isEqualTo(1);
    server.expire(first.tree);
    time.advance(3_000);
    assertThat(first.heard).endsWith("leading 2");
    assertThat(elected[0]).isEqualTo(2);
  }

  @Test
  void theClusterKeepsItsIdentityAcrossMasters() {
    first.start();
    first.master.stop(() -> {});
    time.advance(100);
    second.start();
    assertThat(ClusterNode.decode(data(ClusterNode.PATH)).orElseThrow().uuid())
        .isEqualTo("uuid-1-of-first");
  }

  /** Its runs must not be taken for those of the old tree, whose numbers come again. */
  @Test
  void aWipedTreeIsAnotherClusterAlsoToTheMasterThatLedTheOld() {
    first.start();
    write(new Write.Delete(ClusterNode.PATH, -1), new Write.Delete(MasterNode.PATH, -1));
    time.advance(5_000);
    assertThat(ClusterNode.decode(data(ClusterNode.PATH)).orElseThrow().uuid())
        .isEqualTo("uuid-2-of-first");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aMasterWithNothingToDoNoticesThatAPersonHasOverwrittenAssign(boolean whileCutOff) {
    first.start();
    assertThat(first.health).isEqualTo("leading");
    if (whileCutOff) {
      first.tree.disconnect(MemoryTree.Fate.DROPPED);
    }
    write(new Write.SetData(ClusterNode.PATH, Bytes.EMPTY, -1));
    if (whileCutOff) {
      first.tree.reconnect();
    }
    time.advance(100);
    assertThat(first.heard).endsWith("resigned");
    time.advance(5_000);
    assertThat(first.heard).endsWith("resigned", "leading 3");
    assertThat(ClusterNode.id(server.peek(ClusterNode.PATH)).uuid()).isEqualTo("uuid-1-of-first");
  }

  /** As many writes later it stands at the version of the epoch again. */
  @Test
  void aMasterWithNothingToDoNoticesThatAssignWasMadeAnewThoughItsVersionIsTheSame() {
    first.start();
    first.tree.disconnect(MemoryTree.Fate.DROPPED);
    delete(ClusterNode.PATH);
    create(ClusterNode.PATH, "");
    write(new Write.SetData(ClusterNode.PATH, Bytes.EMPTY, 0));
    first.tree.reconnect();
    time.advance(5_000);
    assertThat(first.heard).endsWith("resigned", "leading 2");
    assertThat(ClusterNode.id(server.peek(ClusterNode.PATH)).uuid()).isEqualTo("uuid-2-of-first");
  }

  @Test
  void aMasterWithNothingToDoNoticesThatAPersonHasOverwrittenMaster() {
    first.start();
    write(new Write.SetData(MasterNode.PATH, Bytes.utf8("me"), -1));
    time.advance(5_000);
    assertThat(first.heard).endsWith("resigned", "leading 2");
  }

  @Test
  void aMasterThatMayNotReadAssignNoticesAllTheSameThatItWasOverwritten() {
    first.start();
    server.refuseReads(ClusterNode.PATH::equals);
    write(new Write.SetData(ClusterNode.PATH, Bytes.EMPTY, -1));
    time.advance(100);
    assertThat(first.heard).endsWith("resigned");
  }

  @Test
  void aTreeWhoseNameWasOverwrittenIsTheSameToAMasterThatNeverKnewIt() {
    first.start();
    ClusterId before = ClusterNode.id(server.peek(ClusterNode.PATH));
    first.master.stop(() -> {});
    time.advance(100);
    write(new Write.SetData(ClusterNode.PATH, Bytes.EMPTY, -1));
    second.start();
    ClusterId after = ClusterNode.id(server.peek(ClusterNode.PATH));
    assertThat(after.uuid()).isNotEmpty().isNotEqualTo(before.uuid());
    assertThat(after.isSameAs(before)).isTrue();
  }

  private List<String> present() {
    return server.peekChildren("/masters").stream()
        .map(name -> MasterNode.decode(data("/masters/" + name)).host())
        .toList();
  }

  @Test
  void whoStandsByIsSeenInTheTreeUntilItsSessionEnds() {
    first.start();
    second.start();
    assertThat(present()).containsExactly("second");
    delete(MasterNode.PATH);
    time.advance(5_000);
    assertThat(present()).containsExactlyInAnyOrder("first", "second");
    second.master.stop(() -> {});
    time.advance(5_000);
    assertThat(present()).containsExactly("first");
  }

  @Test
  void aStandbyWhoseSignSomebodyDeletesOrThatCannotMakeOneTakesOverAllTheSame() {
    first.start();
    second.start();
    delete("/masters/" + server.peekChildren("/masters").get(0), "/masters");
    write(new Write.Create("/masters", Bytes.EMPTY, Write.Mode.EPHEMERAL));
    second.tree.disconnect(MemoryTree.Fate.DROPPED);
    second.tree.reconnect();
    time.advance(1_000);
    assertThat(second.health).isEqualTo("standby");
    delete(MasterNode.PATH);
    time.advance(1_000);
    assertThat(second.health).isEqualTo("leading");
  }

  @Test
  void nobodyWritesWhileAHandMadeMasterStands() {
    first.start();
    second.start();
    worker("vm1", 1);
    write(
        new Write.Delete(MasterNode.PATH, -1),
        new Write.Create(MasterNode.PATH, Bytes.utf8("niubike3:2888"), Write.Mode.EPHEMERAL));
    time.advance(5_000);
    commits.clear();
    submit("true");
    time.advance(120_000);
    assertThat(commits).hasSize(1);
    delete(MasterNode.PATH);
    time.advance(2_000);
    assertThat(exists("/assign/vm1/" + TASK)).isTrue();
  }

  @Test
  void baseNodesDeletedByHandAreMadeAgain() {
    first.start();
    delete("/tasks", "/workers");
    assertThat(exists("/tasks")).isTrue();
    worker("vm1", 1);
    submit("true");
    assertThat(exists("/assign/vm1/" + TASK)).isTrue();
  }

  @Test
  void aMasterWhoseSessionExpiredStandsAgain() {
    first.start();
    server.expire(first.tree);
    time.advance(3_000);
    assertThat(first.heard).containsExactly("leading 1", "resigned", "leading 2");
  }
}
