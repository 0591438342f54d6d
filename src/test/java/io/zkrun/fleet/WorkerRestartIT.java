package io.zkrun.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A worker's daemon is killed, and started again within the lease: a long one, for slow machines.
 */
@Tag("slow")
class WorkerRestartIT {
  /** Each waits for a file, then ends in its own way. */
  private static final Map<String, String> FORMS =
      Map.of(
          "plain", "WAIT; exit 3",
          "exec", "exec sh -c 'WAIT; exit 4'",
          "trap", "trap 'exit 5' EXIT; WAIT",
          "argv", "WAIT; exit 6",
          "killed", "WAIT; kill -9 $$");

  private static final Map<String, Integer> CODES =
      Map.of("plain", 3, "exec", 4, "trap", 5, "argv", 6);

  @TempDir Path dir;
  private Fleet fleet;
  private Ledger ledger;
  private RawTree tree;
  private final List<String> tasks = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    fleet = new Fleet(dir);
    ledger = new Ledger(dir.resolve("ledger"));
    fleet.zookeeper();
    fleet.master();
    tree = fleet.raw();
  }

  @AfterEach
  void stop() {
    fleet.closeWithoutStackTraces();
  }

  private Proc worker() {
    return fleet.worker(
        "vm1", 2 * FORMS.size(), "-Dworker.lease=60s", "-Dmaster.worker-lost-after=70s");
  }

  private void submit(String form, String when, String onLost) throws Exception {
    String name = form + "-" + when;
    String wait =
        ledger.write("start")
            + "; echo $$ >"
            + pidFile(name)
            + "; until [ -e "
            + dir.resolve(when)
            + " ]; do sleep 0.02; done";
    String line = FORMS.get(form).replace("WAIT", wait);
    Object command = form.equals("argv") ? List.of("sh", "-c", line) : line;
    String kind = form.equals("argv") ? "argv" : "cmd";
    tree.create("/tasks/" + name, JSON.std.asString(Map.of(kind, command, "onLost", onLost)));
    tasks.add(name);
  }

  private Path pidFile(String name) {
    return dir.resolve("pid-" + name);
  }

  private void awaitEnd(String name) throws IOException {
    long pid = Long.parseLong(Files.readString(pidFile(name)).strip());
    await(name + " to end").atMost(Duration.ofSeconds(20)).until(() -> !Proc.runs(pid));
  }

  @Test
  void itsCommandsAreAdoptedAndRunOnceWithTheirTrueEnds() throws Exception {
    Proc first = worker();
    for (String form : FORMS.keySet()) {
      submit(form, "meanwhile", "rerun");
      submit(form, "watched", "fail");
    }
    ledger.awaitStarts(tasks.size());
    first.kill();
    Files.createFile(dir.resolve("meanwhile"));
    for (String form : FORMS.keySet()) {
      awaitEnd(form + "-meanwhile");
    }
    worker();
    Files.createFile(dir.resolve("watched"));
    for (String task : tasks) {
      assertTrueEnd(task, task.substring(0, task.indexOf('-')));
    }
    assertThat(ledger.lines("start"))
        .extracting(Ledger.Line::task)
        .containsExactlyInAnyOrderElementsOf(tasks);
  }

  private void assertTrueEnd(String task, String form) throws Exception {
    Map<String, Object> status = tree.awaitStatus(task);
    assertThat(status).as(task).containsEntry("attempt", 1);
    if (form.equals("killed")) {
      assertThat(status).as(task).containsEntry("outcome", "signaled").containsEntry("signal", 9);
    } else {
      assertThat(status)
          .as(task)
          .containsEntry("outcome", "exited")
          .containsEntry("exitCode", CODES.get(form));
    }
    assertThat(tree.children("/tasks/" + task)).containsExactly("status");
  }
}
