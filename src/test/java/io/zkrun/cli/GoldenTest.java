package io.zkrun.cli;

import static io.zkrun.client.MasterView.State.BY_HAND;
import static io.zkrun.client.MasterView.State.LEADS;
import static io.zkrun.client.MasterView.State.STANDS_BY;
import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.client.MasterView;
import io.zkrun.client.TaskList;
import io.zkrun.client.WorkerView;
import io.zkrun.core.MasterInfo;
import io.zkrun.core.TaskId;
import io.zkrun.core.WorkerInfo;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is printed, for people and for programs, letter for letter. */
class GoldenTest {
  private static final List<WorkerView> WORKERS =
      List.of(
          new WorkerView(
              "vm1",
              3,
              0,
              new WorkerInfo(
                  "vm1.example\u001b[31m", 4711, 8, Map.of("gpu", "a100"), "spool", "boot", "1.0"),
              Samples.NOW.minusSeconds(90_000),
              null),
          new WorkerView("vm2", 0, 2, null, null, null),
          new WorkerView(
              "vm3",
              0,
              0,
              new WorkerInfo("vm3", 1, 4, Map.of(), null, null, null),
              Samples.NOW.minusSeconds(50),
              "new disk"));
  private static final List<MasterView> MASTERS =
      List.of(
          new MasterView(new MasterInfo("vm1", 4711, "1.0"), LEADS, Samples.NOW.minusSeconds(5)),
          new MasterView(
              new MasterInfo("vm2", 815, "1.0"), STANDS_BY, Samples.NOW.minusSeconds(90)),
          new MasterView(
              new MasterInfo("by\thand", 0, null), BY_HAND, Samples.NOW.minusSeconds(500)));

  @Test
  void listOfTasks() throws IOException {
    assertGolden("list.txt", Tables.list(Samples.tasks(), Samples.NOW));
    assertGolden("list.json", Documents.list(new TaskList(Samples.tasks(), true)));
  }

  @Test
  void statusWithEarlierAttempts() throws IOException {
    assertGolden("status.txt", Tables.status(Samples.tasks(), Samples.NOW));
    assertGolden("status.json", Documents.status(Samples.tasks()));
  }

  @Test
  void workers() throws IOException {
    assertGolden("workers.txt", Tables.workers(WORKERS, Samples.NOW));
    assertGolden("workers.json", Documents.workers(WORKERS));
  }

  @Test
  void masters() throws IOException {
    assertGolden("masters.txt", Tables.masters(MASTERS, Samples.NOW));
    assertGolden("masters.json", Documents.masters(MASTERS));
  }

  @Test
  void resultsThatWereWaitedFor() throws IOException {
    Table table = Tables.ended();
    Tables.addEnded(table, new TaskId("nightly"), Samples.signaled());
    assertGolden("ended.txt", table.text());
  }

  @Test
  void error() throws IOException {
    assertGolden(
        "error.json", Documents.error("zookeeperUnreachable", "cannot reach\nvm1\u001b[31m", true));
  }

  @Test
  void noTableMovesTheCursor() {
    String all =
        Tables.list(Samples.tasks(), Samples.NOW)
            + Tables.status(Samples.tasks(), Samples.NOW)
            + Tables.workers(WORKERS, Samples.NOW)
            + Tables.masters(MASTERS, Samples.NOW);
    assertThat(all.replace("\n", "")).doesNotContainPattern("[\\p{Cc}\\p{Cf}\\p{Cs}]");
  }

  private static void assertGolden(String name, String printed) throws IOException {
    try (InputStream in = GoldenTest.class.getResourceAsStream("/golden/" + name)) {
      assertThat(in).as("golden/%s, to hold:%n%s", name, printed).isNotNull();
      assertThat(printed)
          .as("golden/%s", name)
          .isEqualTo(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }
}
