package io.zkrun.verify;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which workers are hit at a time; the daemons are processes that only live. */
class ClusterIT {
  private static final List<String> DAEMON = List.of("/bin/sh", "-c", "exec sleep 600");

  @TempDir Path dir;
  private Cluster cluster;

  @BeforeEach
  void start() throws Exception {
    cluster =
        new Cluster(
            new DrillOptions(1, 1_000, 1, 2, 1, null, dir, DAEMON, "not needed"),
            Facilities.NONE,
            Map.of());
    cluster.start();
  }

  @AfterEach
  void stop() throws Exception {
    for (Member member : cluster.all()) {
      member.kill();
    }
  }

  private Member take() {
    return requireNonNull(cluster.takeWorker(0));
  }

  private void noneCanBeTaken() {
    assertThat(cluster.takeWorker(0)).isNull();
    assertThat(cluster.takeWorker(1)).isNull();
  }

  @Test
  void oneOfTwoWorkersIsLeftAloneUntilTheOtherIsBack() throws Exception {
    Member hit = take();
    noneCanBeTaken();
    hit.kill();
    noneCanBeTaken();
    hit.start();
    hit.giveBack();
    assertThat(take()).isIn(cluster.workers());
  }

  @Test
  void whoeverComesForOneThatNeverComesBackCountsOnceItWorks() throws Exception {
    Member hit = take();
    hit.kill();
    Member fresh = cluster.replace(hit);
    hit.giveBack();
    noneCanBeTaken();
    fresh.start();
    noneCanBeTaken();
    fresh.giveBack();
    assertThat(take()).isIn(cluster.workers());
    assertThat(cluster.goneWorkers()).isEqualTo(Set.of(hit.name()));
  }

  /** One that has ended by itself cannot keep things going. */
  @Test
  void theLastThatLivesIsLeftAlone() throws Exception {
    cluster.workers().get(0).kill();
    noneCanBeTaken();
  }
}
