package io.zkrun.fleet;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ZooKeeper servers are killed one at a time, the leader among them, while tasks run. */
@Tag("slow")
class ServersKilledIT {
  private static final int ROUNDS = 2;
  private static final int TASKS = 80;

  @TempDir Path dir;

  @Test
  void theLeaderAndAFollowerInTurnCostNoTaskAndNoSecondRun() {
    try (Drill drill = new Drill(dir)) {
      List<String> ids = new ArrayList<>();
      for (int round = 0; round < ROUNDS; round++) {
        killAndReplace(drill, drill.ensemble.leader(), ids);
        int leader = drill.ensemble.leader();
        int follower =
            IntStream.rangeClosed(1, Ensemble.SIZE)
                .filter(id -> id != leader)
                .findFirst()
                .orElse(0);
        killAndReplace(drill, follower, ids);
      }
      drill.waitFor(ids);
      drill.assertEachRanOnce(ids);
      drill.assertDaemonsLive();
    }
  }

  /** While most of some more tasks wait, and some run. */
  private static void killAndReplace(Drill drill, int id, List<String> ids) {
    int before = ids.size();
    ids.addAll(drill.submit(TASKS, "0.3"));
    drill.awaitRuns(before + 1);
    drill.ensemble.kill(id);
    drill.ensemble.start(id);
    drill.awaitStatus(0, "quorum: 3 of 3 servers serve; 1 more may fail");
  }
}
