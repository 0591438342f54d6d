package io.zkrun.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that print or fork without measure, on daemons with 64 MiB of heap. */
@Tag("slow")
class HeavyTasksIT {
  private static final int LIMIT = 64 * 1024;
  private static final int MILLIONS = 20_000_000;
  private static final int CHILDREN = 500;
  private static final List<String> SMALL = List.of("-Xmx64m");

  @TempDir static Path dir;
  private static Fleet fleet;
  private static Observer tree;
  private static Proc master;
  private static Proc worker;

  @BeforeAll
  static void start() {
    fleet = new Fleet(dir);
    fleet.zookeeper();
    master =
        fleet
            .start(
                "master",
                Map.of(),
                Fleet.daemonCommand(SMALL, List.of("master", "--connect", fleet.connect())))
            .awaitLog("ready: ");
    worker =
        fleet
            .start("worker", Map.of(), Fleet.daemonCommand(SMALL, fleet.workerArgs("vm1", 2)))
            .awaitLog("ready: ");
    tree = fleet.observer();
  }

  @AfterAll
  static void stop() {
    assertThat(master.isAlive()).as("master:%n%s", master.log()).isTrue();
    assertThat(worker.isAlive()).as("worker:%n%s", worker.log()).isTrue();
    fleet.closeWithoutStackTraces();
  }

  private static Path whole(String task) throws IOException {
    try (Stream<Path> runs = Files.list(fleet.spool("vm1").resolve("tasks"))) {
      return runs.filter(run -> run.getFileName().toString().endsWith("-" + task))
          .findFirst()
          .orElseThrow()
          .resolve("stdout");
    }
  }

  @Test
  void twentyMegabytesAreCutInTheMiddleAndStayWholeInTheSpool() throws IOException {
    String command = "echo first; head -c " + MILLIONS + " /dev/zero | tr '\\0' x; echo; echo last";
    fleet.zkrun("submit", "--name", "much", command).expect(0);
    fleet.zkrun("wait", "much").expect(0);
    String output = fleet.zkrun("output", "much").expect(0).stdout();
    assertThat(output).startsWith("first\nxxx").endsWith("xxx\nlast\n");
    // Of the encoded text, in which the end of a line counts twice.
    assertThat(output.length()).isBetween(LIMIT - 10, LIMIT);
    assertThat(tree.data("/tasks/much/status"))
        .contains("\"truncated\":true", "\"bytes\":" + (MILLIONS + 12));
    assertThat(whole("much")).hasSize(MILLIONS + 12);
  }

  /** For some seconds, beside which another task is served. */
  @Test
  void aHundredThousandLinesASecondAreAllThere() throws IOException {
    String command =
        "end=$(($(date +%s) + 6)); from=$(date +%s%N);"
            + " while [ $(date +%s) -lt $end ]; do seq 1 50000; done;"
            + " echo $((($(date +%s%N) - from) / 1000000)) >&2";
    fleet.zkrun("submit", "--name", "lines", command).expect(0);
    assertThat(fleet.zkrun("run", "echo beside").expect(0).stdout()).isEqualTo("beside\n");
    fleet.zkrun("wait", "lines").expect(0);
    long lines;
    try (Stream<String> all = Files.lines(whole("lines"))) {
      lines = all.count();
    }
    long millis =
        Long.parseLong(fleet.zkrun("output", "--stderr", "lines").expect(0).stdout().strip());
    System.out.println(lines * 1000 / millis + " lines a second");
    assertThat(lines % 50_000).as("whole rounds").isZero();
    assertThat(lines * 1000 / millis).as("lines a second").isGreaterThan(100_000);
    assertThat(tree.data("/tasks/lines/status"))
        .contains("\"bytes\":" + Files.size(whole("lines")));
  }

  @Test
  void fiveHundredChildrenAreGoneOnceTheTaskIsCancelled() throws Exception {
    Path pids = dir.resolve("pids");
    String command =
        "i=0; while [ $i -lt "
            + CHILDREN
            + " ]; do setsid sh -c 'trap \"\" TERM; echo $$ >>"
            + pids
            + "; sleep 300; :' & i=$((i+1)); done; wait";
    fleet.zkrun("submit", "--name", "forks", "--kill-after", "1s", command).expect(0);
    await("the children")
        .atMost(Duration.ofMinutes(2))
        .until(() -> Files.exists(pids) && Files.readAllLines(pids).size() == CHILDREN);
    fleet.zkrun("cancel", "forks").expect(0);
    assertThat(tree.data("/tasks/forks/status")).contains("\"state\":\"cancelled\"");
    assertThat(Files.readAllLines(pids)).map(Long::valueOf).noneMatch(Proc::runs);
    assertThat(Footprint.processesWith("ZKRUN_TASK_ID=forks\0")).isEmpty();
  }
}
