package io.zkrun.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A task that is held because its worker is gone for good, and what a person decides. */
@Tag("slow")
class ReleaseIT {
  private static final String LEASE = "-Dworker.lease=3s";
  private static final String LOST = "-Dmaster.worker-lost-after=5s";
  private static final String SESSION = "-Dzookeeper.session-timeout.worker=2s";
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path dir;
  private Fleet fleet = new Fleet(Path.of("."));
  private Path live = Path.of(".");
  private Path pidFile = Path.of(".");

  @BeforeEach
  void start() throws IOException {
    live = Files.createFile(dir.resolve("live"));
    pidFile = dir.resolve("pid");
    fleet = new Fleet(dir);
    fleet.zookeeper();
    fleet.master(LEASE, LOST);
  }

  @AfterEach
  void stop() throws IOException {
    try {
      fleet.closeWithoutStackTraces();
    } finally {
      Files.deleteIfExists(live);
      if (Files.exists(pidFile)) {
        awaitEnd(pid());
      }
    }
  }

  private Proc worker(String name) {
    return fleet.worker(name, 1, LEASE, LOST, SESSION);
  }

  private long pid() throws IOException {
    return Long.parseLong(Files.readString(pidFile).strip());
  }

  private static void awaitEnd(long pid) {
    await("process " + pid + " to end").atMost(LONG).until(() -> !Proc.runs(pid));
  }

  /** The id of a task whose first attempt runs while {@code live} is there. */
  private String submit() {
    String command =
        "echo attempt $ZKRUN_ATTEMPT; [ $ZKRUN_ATTEMPT = 1 ] || exit 0; "
            + "echo $$ >pid.new; mv pid.new "
            + pidFile
            + "; while [ -e "
            + live
            + " ]; do sleep 0.1; done";
    String id = fleet.zkrun("submit", "--on-lost", "hold", command).expect(0).lines().get(0);
    await("the command to run").atMost(LONG).until(() -> Files.exists(pidFile));
    return id;
  }

  /** The id of a task that is held, since its worker vm1 was killed. */
  private String held() throws IOException {
    Proc worker = worker("vm1");
    String id = submit();
    worker.kill();
    await(id + " to be held")
        .atMost(LONG)
        .until(() -> fleet.zkrun("list", "--state", "held").expect(0).stdout().contains(id));
    assertThat(Proc.runs(pid())).as("a held command runs on").isTrue();
    return id;
  }

  @Test
  void heldIsShownWithItsReasonAndRunsAgainElsewhere() throws IOException {
    String id = held();
    String reason =
        "worker vm1 is lost; it waits for that worker, or for 'zkrun release "
            + id
            + " --as rerun|fail'";
    assertThat(fleet.zkrun("list").stdout()).containsPattern(id + " +held .*# " + reason);
    assertThat(fleet.zkrun("status", id).stdout()).containsPattern(id + " +held .* vm1 +1 .*# ");
    assertThat(fleet.zkrun("status", "--output", "json", id).stdout())
        .contains("\"state\":\"held\"", "\"reason\":\"" + reason + "\"", "\"worker\":\"vm1\"");
    worker("vm2");
    assertThat(fleet.zkrun("release", id, "--as", "rerun").expect(0).lines()).containsExactly(id);
    fleet.zkrun("wait", id, "--timeout", "60s").expect(0);
    assertThat(fleet.zkrun("output", id).expect(0).stdout()).isEqualTo("attempt 2\n");
    assertThat(fleet.zkrun("status", id).expect(0).lines())
        .satisfiesExactly(
            head -> assertThat(head).startsWith("ID"),
            task -> assertThat(task).matches(id + " +done .* vm2 +2 +0 .*"),
            first -> assertThat(first).matches("  earlier +lost .* vm1 +1 +- +# lost.*"));
    worker("vm1");
    awaitEnd(pid());
  }

  @Test
  void releasedAsFailedItEndsAsLost() throws IOException {
    String id = held();
    fleet.zkrun("release", id, "--as", "fail", "--output", "json").expect(0);
    fleet.zkrun("wait", id, "--timeout", "60s").expect(69);
    assertThat(fleet.zkrun("status", "--output", "json", id).stdout())
        .contains("\"state\":\"failed\"", "\"outcome\":\"lost\"", "\"attempt\":1");
    assertThat(fleet.zkrun("release", id, "--as", "rerun").expect(1).stderr())
        .contains("task " + id + " is not held, but failed; nothing was changed");
  }

  @Test
  void whatIsNotHeldIsNotReleased() {
    worker("vm1");
    String id = submit();
    await(id + " to be shown as running")
        .atMost(LONG)
        .until(() -> fleet.zkrun("list", "--state", "running").stdout().contains(id));
    assertThat(fleet.zkrun("release", id, "--as", "fail").expect(1).stderr())
        .isEqualTo(
            "zkrun: task "
                + id
                + " is not held, but running; nothing was changed; 'zkrun list --state held' shows"
                + " what can be released\n");
    assertThat(fleet.zkrun("release", "nobody", "--as", "fail").expect(66).stderr())
        .contains("no task nobody is known");
    assertThat(fleet.zkrun("list", "--state", "running").stdout()).contains(id);
  }
}
