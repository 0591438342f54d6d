package io.zkrun.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code operations.md} tells operators to do, done. */
@Tag("slow")
class RecoveryDrillIT {
  @TempDir Path dir;
  private Runnable ended = () -> {};

  /** A task that is not ended as it ought to be must not outlive its test. */
  @AfterEach
  void endWhatOutlives() {
    ended.run();
  }

  @Test
  void aDeadServerIsReplacedByAnEmptyOneOfTheSameId() {
    try (Drill drill = new Drill(dir)) {
      List<String> before = drill.submit(20, "0");
      drill.waitFor(before);
      drill.ensemble.kill(2);
      drill.ensemble.wipe(2);
      assertThat(drill.zkrun("run", "echo meanwhile").expect(0).stdout()).isEqualTo("meanwhile\n");
      drill.ensemble.start(2);
      drill.awaitStatus(0, "quorum: 3 of 3 servers serve; 1 more may fail");
      // It has caught up: with it alone beside one of the old, everything is still there.
      drill.ensemble.kill(1);
      drill.awaitStatus(1, "degraded: 2 of 3");
      drill.waitFor(before);
      assertThat(drill.zkrun("run", "echo after").expect(0).stdout()).isEqualTo("after\n");
      drill.assertEachRanOnce(before);
      drill.assertDaemonsLive();
    }
  }

  @Test
  void aRollingRestartUnderLoadLosesNothingAndRunsNothingTwice() {
    try (Drill drill = new Drill(dir)) {
      List<String> ids = drill.submit(400, "0.3");
      drill.awaitRuns(4);
      for (int id = 1; id <= Ensemble.SIZE; id++) {
        drill.ensemble.stop(id);
        drill.ensemble.start(id);
        drill.awaitStatus(0, "quorum: 3 of 3 servers serve; 1 more may fail");
      }
      assertThat(drill.runs()).as("the load outlasts the restarts").hasSizeLessThan(ids.size());
      drill.waitFor(ids);
      drill.assertEachRanOnce(ids);
      drill.assertDaemonsLive();
    }
  }

  @Test
  void aServerWithACorruptSnapshotIsCarriedByTheOthersAndMendedByEmptyingIt() throws Exception {
    try (Drill drill = new Drill(dir)) {
      List<String> ids = drill.submit(20, "0");
      drill.waitFor(ids);
      drill.ensemble.stop(3);
      corruptSnapshots(drill.ensemble.dataDir(3).resolve("version-2"));
      Proc broken = drill.ensemble.start(3);
      assertThat(broken.awaitExit()).isNotZero();
      assertThat(broken.log()).contains("Unable to load database on disk");
      drill.awaitStatus(1, "degraded: 2 of 3 servers serve; none may fail");
      assertThat(drill.zkrun("run", "echo on").expect(0).stdout()).isEqualTo("on\n");
      drill.ensemble.wipe(3);
      drill.ensemble.start(3);
      drill.awaitStatus(0, "quorum: 3 of 3 servers serve; 1 more may fail");
      drill.waitFor(ids);
      drill.assertDaemonsLive();
    }
  }

  private static void corruptSnapshots(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> snapshots =
          files.filter(file -> file.getFileName().toString().startsWith("snapshot.")).toList();
      assertThat(snapshots).isNotEmpty();
      for (Path snapshot : snapshots) {
        byte[] bytes = Files.readAllBytes(snapshot);
        for (int i = 0; i < bytes.length; i += 3) {
          bytes[i] ^= 0x55;
        }
        Files.write(snapshot, bytes);
      }
    }
  }

  @Test
  void aBackupIsRestoredOnANewEnsemble() throws Exception {
    Path backup = dir.resolve("backup");
    List<String> done;
    List<String> pending;
    try (Drill drill = new Drill(Files.createDirectory(dir.resolve("old")))) {
      done = drill.submit(20, "0");
      drill.waitFor(done);
      pending =
          drill.zkrun("submit", "--require", "later=yes", "echo from the backup").expect(0).lines();
      // As the manual says: of a server that runs.
      copy(drill.ensemble.dataDir(1).resolve("version-2"), backup);
    }
    try (Fleet fleet = new Fleet(Files.createDirectory(dir.resolve("new")))) {
      Ensemble ensemble = new Ensemble(fleet, "restored");
      for (int id = 1; id <= Ensemble.SIZE; id++) {
        copy(backup, ensemble.dataDir(id).resolve("version-2"));
      }
      ensemble.start();
      String connect = ensemble.connect();
      assertThat(fleet.zkrunAt(connect, "status", done.get(0)).expect(0).stdout())
          .contains(done.get(0), "done");
      fleet.daemon("master", List.of("master", "--connect", connect)).awaitLog("ready: ");
      fleet
          .daemon(
              "worker",
              List.of(
                  "worker",
                  "--connect",
                  connect,
                  "--name",
                  "vm9",
                  "--label",
                  "later=yes",
                  "--spool",
                  dir.resolve("spool").toString()))
          .awaitLog("ready: ");
      fleet.zkrunAt(connect, "wait", pending.get(0)).expect(0);
      assertThat(fleet.zkrunAt(connect, "output", pending.get(0)).expect(0).stdout())
          .isEqualTo("from the backup\n");
      String next = fleet.zkrunAt(connect, "submit", "true").expect(0).stdout().strip();
      assertThat(next).isGreaterThan(pending.get(0));
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }

  @Test
  void workersStartCleanOnAnEnsembleThatWasWiped() throws Exception {
    try (Drill drill = new Drill(dir)) {
      Path pidFile = dir.resolve("pid");
      String old =
          drill
              .zkrun(
                  "submit",
                  "--on-lost",
                  "hold",
                  "--kill-after",
                  "1s",
                  "echo $$ > "
                      + pidFile
                      + ".new && mv "
                      + pidFile
                      + ".new "
                      + pidFile
                      + "; exec sleep 1000")
              .expect(0)
              .stdout()
              .strip();
      await("the old task to run").atMost(Duration.ofMinutes(1)).until(() -> Files.exists(pidFile));
      long pid = Long.parseLong(Files.readString(pidFile).strip());
      assertThat(Proc.runs(pid)).isTrue();
      ended = () -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
      String cluster = cluster(drill);
      drill.ensemble.kill(1, 2, 3);
      for (int id = 1; id <= Ensemble.SIZE; id++) {
        drill.ensemble.wipe(id);
      }
      drill.ensemble.start();
      await("the old task to end").atMost(Duration.ofMinutes(2)).until(() -> !Proc.runs(pid));
      assertThat(cluster(drill)).as("the new ensemble's own id").isNotEqualTo(cluster);
      assertThat(drill.zkrun("run", "echo clean").expect(0).stdout()).isEqualTo("clean\n");
      // The new ensemble counts from 0 again: the same id now is another task.
      assertThat(drill.zkrun("list").expect(0).stdout()).doesNotContain("sleep 1000");
      assertThat(old).isEqualTo("task-0000000000");
      assertThat(drill.zkrun("output", old).expect(0).stdout()).isEqualTo("clean\n");
      await("both workers")
          .atMost(Duration.ofMinutes(1))
          .until(
              () -> drill.zkrun("workers", "--output", "quiet").expect(0).lines(),
              List.of("vm1", "vm2")::equals);
      drill.assertDaemonsLive();
    }
  }

  private static String cluster(Drill drill) throws IOException {
    try (Observer observer = new Observer(drill.ensemble.connect())) {
      return (String) JSON.std.mapFrom(observer.data("/assign")).get("cluster");
    }
  }
}
