package io.zkrun.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A command that takes its worker along, every time. */
@Tag("slow")
class LostLimitIT {
  private static final int KILLED = 137;

  @TempDir Path dir;
  private Fleet fleet;
  private Ledger ledger;
  private RawTree tree;

  @BeforeEach
  void start() throws Exception {
    fleet = new Fleet(dir);
    ledger = new Ledger(dir.resolve("ledger"));
    fleet.zookeeper();
    tree = fleet.raw();
  }

  @AfterEach
  void stop() {
    fleet.closeWithoutStackTraces();
  }

  /** Kills the daemon, its keeper, the shell that watches over it, and itself. */
  private String killer() {
    String spool = dir.resolve("spool-") + "$ZKRUN_WORKER";
    return ledger.write("start")
        + "; read -r daemon rest <"
        + spool
        + "/daemon; read -r keeper rest <"
        + spool
        + "/keeper; kill -9 $daemon $keeper $PPID $$";
  }

  @Test
  void itFailsAfterFiveLostAttemptsAndTheWorkerServesOthers() throws Exception {
    fleet.master();
    fleet.zkrun("submit", "--name", "killer", killer()).expect(0);
    for (int attempt = 1; attempt <= 5; attempt++) {
      // As systemd does it.
      Proc worker = fleet.daemon("worker-vm1", fleet.workerArgs("vm1", 1));
      assertThat(worker.awaitExit()).as("attempt %s:%n%s", attempt, worker.log()).isEqualTo(KILLED);
    }
    Proc survivor = fleet.worker("vm1", 1);
    Map<String, Object> status = tree.awaitStatus("killer");
    assertThat(status).containsEntry("state", "failed").containsEntry("outcome", "lost");
    assertThat(status.get("reason").toString())
        .contains("lost 5 attempts", "it may be what kills its workers");
    assertThat(ledger.lines("start"))
        .extracting(Ledger.Line::attempt)
        .containsExactly(1, 2, 3, 4, 5);
    assertThat(fleet.zkrun("run", "echo others").expect(0).stdout()).isEqualTo("others\n");
    assertThat(survivor.isAlive()).isTrue();
  }

  @Test
  void itDoesNotTakeAllWorkersAlong() throws Exception {
    String[] settings = {
      "-Dworker.lease=3s",
      "-Dmaster.worker-lost-after=5s",
      "-Dzookeeper.session-timeout.worker=2s",
      "-Dmaster.lost-limit=2"
    };
    fleet.master(settings);
    List<Proc> workers = new ArrayList<>();
    for (String name : List.of("vm1", "vm2", "vm3")) {
      workers.add(fleet.worker(name, 1, settings));
    }
    fleet.zkrun("submit", "--name", "killer", killer()).expect(0);
    assertThat(tree.awaitStatus("killer"))
        .containsEntry("state", "failed")
        .containsEntry("outcome", "lost")
        .containsEntry("reason", "lost 2 attempts; it may be what kills its workers");
    assertThat(ledger.lines("start")).hasSize(2);
    assertThat(workers.stream().filter(Proc::isAlive)).hasSize(1);
    assertThat(fleet.zkrun("run", "echo others").expect(0).stdout()).isEqualTo("others\n");
  }
}
