package io.zkrun.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One server of three dies, then another, and one comes back. */
@Tag("slow")
class LoseServersIT {
  @TempDir Path dir;

  @Test
  void oneIsNotMissedTwoAreWaitedFor() {
    try (Drill drill = new Drill(dir)) {
      Ensemble ensemble = drill.ensemble;
      int first = ensemble.leader();
      ensemble.kill(first);
      assertThat(drill.zkrun("run", "echo on").expect(0).stdout()).isEqualTo("on\n");
      drill.awaitStatus(1, "degraded: 2 of 3 servers serve; none may fail");
      List<String> before = drill.submit(40, "0.2");
      Path begun = dir.resolve("begun");
      Proc waiting =
          drill.fleet.start(
              "run",
              Map.of(),
              Fleet.client(
                  List.of(
                      "run",
                      "--connect",
                      ensemble.connect(),
                      "touch " + begun + "; sleep 5; echo late")));
      await("the run to begin").atMost(Duration.ofMinutes(1)).until(() -> Files.exists(begun));

      int second = ensemble.leader();
      ensemble.kill(second);
      drill.awaitStatus(2, "no quorum");
      Ran refused = drill.zkrun("submit", "-Dzookeeper.connect-timeout=3s", "true").expect(75);
      assertThat(refused.stderr())
          .startsWith("zkrun: cannot reach ZooKeeper at " + ensemble.connect())
          .contains("it may have no quorum", "nothing was asked or submitted");
      assertThat(waiting.isAlive()).as("it waits on:%n%s", waiting.log()).isTrue();
      drill.assertDaemonsLive();

      ensemble.start(second);
      drill.awaitStatus(1, "degraded: 2 of 3 servers serve; none may fail");
      drill.waitFor(before);
      assertThat(drill.runs().stream().map(run -> run.split(" ")[0]).distinct().toList())
          .containsExactlyInAnyOrderElementsOf(before);
      assertThat(waiting.awaitExit()).as("its log:%n%s", waiting.log()).isZero();
      assertThat(waiting.log()).endsWith("late\n");
      drill.assertDaemonsLive();

      ensemble.start(first);
      drill.awaitStatus(0, "quorum: 3 of 3 servers serve; 1 more may fail");
    }
  }
}
