package io.zkrun.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many thousand tasks leave nothing in the daemons, in the spool and in the tree. */
@Tag("quiet")
class SteadyIT {
  private static final int SOME = 500;
  private static final int MANY = 20_000;
  private static final int AT_ONCE = 5_000;

  /** Java's own compiler threads would come and go. */
  private static final List<String> SMALL =
      List.of("-Xmx64m", "-XX:-UseDynamicNumberOfCompilerThreads");

  @TempDir Path dir;
  private Fleet fleet;
  private Observer tree;
  private Proc master;
  private Proc worker;

  private record State(Footprint master, Footprint worker, Map<String, Long> znodes) {}

  @BeforeEach
  void start() {
    fleet = new Fleet(dir);
    fleet.zookeeper();
    master = daemon("master", List.of("master", "--connect", fleet.connect()));
    worker = daemon("worker", fleet.workerArgs("vm1", 4));
    tree = fleet.observer();
  }

  @AfterEach
  void stop() {
    fleet.closeWithoutStackTraces();
  }

  private Proc daemon(String name, List<String> args) {
    return fleet.start(name, Map.of(), Fleet.daemonCommand(SMALL, args)).awaitLog("ready: ");
  }

  private State state() {
    return new State(
        Footprint.of(master.pid()), Footprint.of(worker.pid()), Footprint.ownZnodes(tree));
  }

  private State awaitQuiet() {
    AtomicReference<State> last = new AtomicReference<>(state());
    await("quiet")
        .during(Duration.ofSeconds(3))
        .atMost(Duration.ofMinutes(1))
        .until(
            () -> {
              State now = state();
              return now.equals(last.getAndSet(now));
            });
    return last.get();
  }

  /** In parts, so that however slow the machine is, each {@code wait} comes to its end. */
  private List<String> runAll(int count, String mark) {
    List<String> ids = new ArrayList<>();
    for (int from = 0; from < count; from += AT_ONCE) {
      byte[] lines =
          IntStream.range(from, Math.min(count, from + AT_ONCE))
              .mapToObj(i -> mark + i + "\n")
              .collect(Collectors.joining())
              .getBytes(StandardCharsets.UTF_8);
      List<String> part =
          fleet
              .zkrunWithInput(lines, "submit", "--each", "-", "echo {} >>" + dir.resolve("ledger"))
              .expect(0)
              .lines();
      byte[] all = String.join("\n", part).getBytes(StandardCharsets.UTF_8);
      fleet.zkrunWithInput(all, "wait", "-").expect(0);
      ids.addAll(part);
    }
    return ids;
  }

  @Test
  void twentyThousandTasksLeaveNothingBehindIn64Megabytes() throws Exception {
    runAll(SOME, "some-");
    State before = awaitQuiet();

    long from = System.nanoTime();
    List<String> ids = runAll(MANY, "many-");
    System.out.printf(
        "%d tasks in %d s; before: %s%n",
        MANY, Duration.ofNanos(System.nanoTime() - from).toSeconds(), before);

    assertThat(ids).hasSize(MANY).doesNotHaveDuplicates();
    assertThat(Files.readAllLines(dir.resolve("ledger")))
        .hasSize(SOME + MANY)
        .doesNotHaveDuplicates();
    await("what there was before")
        .atMost(Duration.ofMinutes(2))
        .untilAsserted(() -> assertThat(state()).isEqualTo(before));
    assertThat(fleet.spool("vm1").resolve("tasks")).isEmptyDirectory();
    assertThat(master.isAlive()).as("master:%n%s", master.log()).isTrue();
    assertThat(worker.isAlive()).as("worker:%n%s", worker.log()).isTrue();
    assertThat(fleet.zkrun("run", "echo on").expect(0).stdout()).isEqualTo("on\n");
  }
}
