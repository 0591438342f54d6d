package io.zkrun.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zkrun.fleet.Proc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole worker under a master that is played by hand. */
class WorkerIT {
  private static final String TASK = "task-0000000001";
  private static final String OTHER = "task-0000000002";

  @TempDir Path dir;

  /** Tells its pid, and ends once the file "go" is there. */
  private String waiting() {
    return "echo $$ >'%s.new'; mv '%s.new' '%s'; until [ -e '%s' ]; do sleep 0.02; done"
        .formatted(pidFile(), pidFile(), pidFile(), go());
  }

  private Path go() {
    return dir.resolve("go");
  }

  private Path pidFile() {
    return dir.resolve("pid");
  }

  private long pid() throws Exception {
    await().atMost(Duration.ofSeconds(30)).until(() -> Files.exists(pidFile()));
    return Long.parseLong(Files.readString(pidFile()).trim());
  }

  private static void awaitEnd(long pid) {
    await().atMost(Duration.ofSeconds(30)).until(() -> !Proc.runs(pid));
  }

  @Test
  void writesTheStatusThenDeletesTheAssignmentAndTellsTheFence() throws Exception {
    try (LiveWorker worker = new LiveWorker(dir, 1, false)) {
      long fence = worker.assign(TASK, "echo fence=$ZKRUN_FENCE; exit 3");
      assertThat(worker.status(TASK))
          .contains("\"exitCode\":3", "\"worker\":\"w\"", "fence=" + fence + "\\n");
      worker.awaitGone(LiveWorker.assignment(TASK));
      await().until(() -> worker.changes(TASK).size() == 4);
      assertThat(worker.changes(TASK))
          .containsExactly(
              "+/tasks/" + TASK,
              "+" + LiveWorker.assignment(TASK),
              "+/tasks/" + TASK + "/status",
              "-" + LiveWorker.assignment(TASK));
    }
  }

  @Test
  void givesBackWhatHasNotStartedAndKeepsWhatHas() throws Exception {
    try (LiveWorker worker = new LiveWorker(dir, 1, false)) {
      worker.assign(TASK, waiting());
      long pid = pid();
      worker.assign(OTHER, "true");
      worker.ask(OTHER, "\"giveBack\":true");
      worker.ask(TASK, "\"giveBack\":true");
      worker.awaitGone(LiveWorker.assignment(OTHER));
      assertThat(worker.exists("/tasks/" + OTHER + "/status")).isFalse();
      assertThat(Proc.runs(pid)).isTrue();
      assertThat(worker.exists(LiveWorker.assignment(TASK))).isTrue();
      Files.createFile(go());
      assertThat(worker.status(TASK)).contains("\"state\":\"done\"");
      worker.awaitGone(LiveWorker.assignment(TASK));
    }
  }

  @Test
  void cancelEndsTheTree() throws Exception {
    try (LiveWorker worker = new LiveWorker(dir, 1, false)) {
      worker.assign(TASK, waiting());
      long pid = pid();
      worker.ask(TASK, "\"cancel\":\"not needed\"");
      assertThat(worker.status(TASK)).contains("\"state\":\"cancelled\"", "not needed");
      assertThat(Proc.runs(pid)).isFalse();
      worker.awaitGone(LiveWorker.assignment(TASK));
    }
  }

  @Test
  void statusByHandStandsAndTheTreeEndsWithItsAssignment() throws Exception {
    try (LiveWorker worker = new LiveWorker(dir, 1, false)) {
      worker.assign(TASK, waiting());
      long pid = pid();
      worker.create("/tasks/" + TASK + "/status", "done");
      worker.master.delete(LiveWorker.assignment(TASK), -1);
      awaitEnd(pid);
      worker.assign(OTHER, "exit 4");
      assertThat(worker.status(OTHER)).contains("\"exitCode\":4");
      assertThat(worker.status(TASK)).isEqualTo("done");
    }
  }

  @Test
  void statusByHandIsNotOverwrittenByTheEnd() throws Exception {
    try (LiveWorker worker = new LiveWorker(dir, 1, false)) {
      worker.assign(TASK, waiting());
      pid();
      worker.create("/tasks/" + TASK + "/status", "done");
      Files.createFile(go());
      worker.awaitGone(LiveWorker.assignment(TASK));
      assertThat(worker.status(TASK)).isEqualTo("done");
    }
  }

  @Test
  void whatMayStayInTheBackgroundOutlivesTheTaskAndTheWorker() throws Exception {
    long pid;
    try (LiveWorker worker = new LiveWorker(dir, 1, true)) {
      String background = "sh -c \"" + waiting().replace("$$", "\\$\\$") + "\"";
      worker.assign(TASK, background + " & until [ -e '" + pidFile() + "' ]; do sleep 0.02; done");
      assertThat(worker.status(TASK)).contains("\"state\":\"done\"").doesNotContain("treeEmptyAt");
      pid = pid();
      worker.awaitGone(LiveWorker.assignment(TASK));
      assertThat(Proc.runs(pid)).isTrue();
      worker.stop();
    }
    assertThat(Proc.runs(pid)).isTrue();
    // It is no zombie that merely looks alive: it still does its work.
    Files.createFile(go());
    awaitEnd(pid);
    // The next daemon clears its cgroup away.
    LiveWorker.open(dir, true).close();
  }
}
