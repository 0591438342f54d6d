package io.zkrun.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A person with ZooKeeper's own command line plays each role in turn, zkrun the two others. */
class RolesByHandIT {
  /** What {@code ls /zookeeper} prints: by then all that was typed before it has been answered. */
  private static final String ANSWERED = "[config, quota]";

  @TempDir Path dir;
  private Fleet fleet;
  private Observer tree;

  @BeforeEach
  void start() {
    fleet = new Fleet(dir);
    fleet.zookeeper();
    tree = fleet.observer();
  }

  @AfterEach
  void end() {
    fleet.close();
  }

  private static Proc answered(Proc person) {
    int before = count(person.log(), ANSWERED);
    person.type("ls /zookeeper");
    await().atMost(Duration.ofSeconds(20)).until(() -> count(person.log(), ANSWERED) > before);
    return person;
  }

  private static int count(String text, String part) {
    return text.split(java.util.regex.Pattern.quote(part), -1).length - 1;
  }

  private static String event(String type, String path) {
    return "type:" + type + " path:" + path;
  }

  private void awaitChildren(String path, String... names) {
    await(path + " to have " + String.join(", ", names))
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(tree.children(path)).containsExactlyInAnyOrder(names));
  }

  @Test
  void aPersonIsTheClient() throws IOException {
    Proc master = fleet.master();
    fleet.worker("vm1", 1);
    Path go = dir.resolve("go");
    Proc person = fleet.zkCli();

    person.type("stat /master true");
    person.type("ls /tasks true");
    answered(person);
    person.type(
        "create -s /tasks/task- \"while [ ! -e "
            + go
            + " ]; do sleep 0.02; done; echo hello by hand; exit 3\"");
    person.awaitLog("Created /tasks/task-0000000000");
    person.awaitLog(event("NodeChildrenChanged", "/tasks"));
    person.type("ls -w /tasks/task-0000000000");
    answered(person);
    assertThat(person.log()).doesNotContain("/tasks/task-0000000000/status");
    Files.createFile(go);
    person.awaitLog(event("NodeChildrenChanged", "/tasks/task-0000000000"));
    person.type("get /tasks/task-0000000000/status");
    person.awaitLog("\"outcome\":\"exited\",\"exitCode\":3,\"worker\":\"vm1\"");
    person.awaitLog("hello by hand\\n");

    Path goOn = dir.resolve("go-on");
    person.type(
        "create -s /tasks/task- \"while [ ! -e " + goOn + " ]; do sleep 0.02; done; echo older\"");
    person.awaitLog("Created /tasks/task-0000000001");
    person.type("ls /tasks/task-0000000001 true");
    answered(person);
    Files.createFile(goOn);
    person.awaitLog(event("NodeChildrenChanged", "/tasks/task-0000000001"));
    person.type("get /tasks/task-0000000001/status");
    person.awaitLog("older\\n");
    assertThat(fleet.zkrun("wait", "task-0000000000", "task-0000000001").expect(3).stdout())
        .isEmpty();

    master.terminate();
    person.awaitLog(event("NodeDeleted", "/master"));
    assertThat(master.awaitExit()).isZero();
  }

  @Test
  void aPersonIsTheWorker() {
    fleet.master();
    Proc person = fleet.zkCli();
    person.type("create -e /workers/niubike3 \"niubike3:2888\"");
    person.type("create /assign/niubike3 \"\"");
    person.type("ls /assign/niubike3 true");
    answered(person);

    String first = fleet.zkrun("submit", "echo 'a person answers'").expect(0).lines().get(0);
    String second = fleet.zkrun("submit", "true").expect(0).lines().get(0);
    person.awaitLog(event("NodeChildrenChanged", "/assign/niubike3"));
    awaitChildren("/assign/niubike3", first);
    assertThat(fleet.zkrun("workers", "--output", "json").expect(0).stdout())
        .contains(
            "\"name\":\"niubike3\"", "\"host\":\"niubike3:2888\"", "\"slots\":1", "\"used\":1");
    assertThat(fleet.zkrun("status", second, "--output", "json").expect(0).stdout())
        .contains("\"code\":\"allSlotsBusy\"");

    person.type("create /tasks/" + first + "/status \"done\"");
    fleet.zkrun("wait", first).expect(70);
    assertThat(fleet.zkrun("output", first).expect(0).stdout()).isEqualTo("done");
    assertThat(fleet.zkrun("status", first, "--output", "json").expect(0).stdout())
        .contains("\"state\":\"done\",\"outcome\":\"unknown\"");
    awaitChildren("/assign/niubike3", second);

    // A person who clears the assignment away too is no less right.
    person.type("create /tasks/" + second + "/status \"done\"");
    person.type("delete /assign/niubike3/" + second);
    fleet.zkrun("wait", second).expect(70);
    awaitChildren("/assign/niubike3");
    assertThat(tree.children("/tasks/" + second)).containsExactly("status");
  }

  @Test
  void aPersonIsTheMaster() {
    Proc person = fleet.zkCli();
    person.type("create -e /master \"niubike3:2888\"");
    person.type("create /workers \"\"");
    person.type("create /tasks \"\"");
    person.type("create /assign \"\"");
    person.type("ls /workers true");
    person.type("ls /tasks true");
    answered(person);

    fleet.worker("vm1", 1);
    person.awaitLog(event("NodeChildrenChanged", "/workers"));
    String task =
        fleet.zkrun("submit", "echo by $ZKRUN_WORKER $ZKRUN_ATTEMPT").expect(0).lines().get(0);
    assertThat(task).isEqualTo("task-0000000000");
    person.awaitLog(event("NodeChildrenChanged", "/tasks"));
    assertThat(fleet.zkrun("status", task, "--output", "json").expect(0).stdout())
        .contains("\"state\":\"pending\"", "\"code\":\"masterByHand\"", "niubike3:2888");
    assertThat(fleet.zkrun("masters", "--output", "json").expect(0).stdout())
        .contains("\"state\":\"byHand\"");

    person.type("create /assign/vm1/task-0000000000 \"\"");
    fleet.zkrun("wait", task).expect(0);
    assertThat(fleet.zkrun("output", task).expect(0).stdout()).isEqualTo("by vm1 1\n");
    awaitChildren("/assign/vm1");

    // The next one is zkrun's, as soon as the person leaves.
    Proc standby = fleet.master();
    assertThat(standby.log()).contains("stands by").contains("niubike3:2888");
    String next = fleet.zkrun("submit", "echo next").expect(0).lines().get(0);
    person.type("delete /master");
    standby.awaitLog("ready: leads");
    fleet.zkrun("wait", next).expect(0);
    assertThat(fleet.zkrun("output", next).expect(0).stdout()).isEqualTo("next\n");
  }

  @Test
  void ofTwoAssignmentsTheOlderStands() throws IOException {
    fleet.master();
    fleet.worker("vm1", 1);
    fleet.worker("vm2", 1);
    Path go = dir.resolve("go");
    Path runs = dir.resolve("runs");
    String command =
        "echo $ZKRUN_TASK_ID $ZKRUN_ATTEMPT >> "
            + runs
            + "; while [ ! -e "
            + go
            + " ]; do sleep 0.02; done";
    String busy = fleet.zkrun("submit", command).expect(0).lines().get(0);
    String task = fleet.zkrun("submit", command).expect(0).lines().get(0);
    String third = fleet.zkrun("submit", command).expect(0).lines().get(0);
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(Files.readAllLines(runs)).hasSize(2));
    String holder = tree.children("/assign/vm1").contains(task) ? "vm1" : "vm2";
    String other = holder.equals("vm1") ? "vm2" : "vm1";

    Proc person = fleet.zkCli();
    person.type("create /assign/" + other + "/" + task + " \"\"");
    answered(person);
    awaitChildren("/assign/" + other, busy);
    assertThat(tree.children("/assign/" + holder)).containsExactly(task);
    Files.createFile(go);
    fleet.zkrun("wait", busy, task, third).expect(0);
    assertThat(Files.readAllLines(runs))
        .containsExactlyInAnyOrder(busy + " 1", task + " 1", third + " 1");
    assertThat(tree.children("/tasks/" + task)).containsExactly("status");
  }
}
