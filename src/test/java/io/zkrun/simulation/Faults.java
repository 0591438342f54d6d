package io.zkrun.simulation;

import io.zkrun.core.Bytes;
import io.zkrun.core.TaskId;
import io.zkrun.simulation.Witness.Story;
import io.zkrun.znode.MemoryTree;
import io.zkrun.znode.MemoryTree.Fate;
import io.zkrun.znode.Node;
import io.zkrun.znode.TaskNode;
import io.zkrun.znode.Write;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Makes go wrong what a seed says, and counts what did. */
final class Faults {
  private static final int WEIGHTS = total();
  private static final long LONG_MILLIS = 40_000;
  private static final long BY_HAND_MILLIS = 30_000;
  private static final String SOMEBODY = "niubike3";

  final Map<Fault, Integer> done = new EnumMap<>(Fault.class);
  private final World world;
  private final Fleet fleet;

  Faults(World world, Fleet fleet) {
    this.world = world;
    this.fleet = fleet;
    world.onOversize(() -> count(Fault.OVERSIZE));
  }

  private static int total() {
    int sum = 0;
    for (Fault fault : Fault.values()) {
      sum += fault.weight;
    }
    return sum;
  }

  private Fault draw() {
    int at = world.random.nextInt(WEIGHTS);
    for (Fault fault : Fault.values()) {
      at -= fault.weight;
      if (at < 0) {
        return fault;
      }
    }
    throw new AssertionError("weights");
  }

  /** Any, if it can be now. */
  void happen() {
    happen(draw());
  }

  private void count(Fault fault) {
    done.merge(fault, 1, Integer::sum);
  }

  int count() {
    return done.values().stream().mapToInt(Integer::intValue).sum();
  }

  private void happen(Fault fault) {
    switch (fault) {
      case CUT_BEFORE_COMMIT -> cutWriting(fault, Fate.DROPPED);
      case CUT_AFTER_COMMIT -> cutWriting(fault, Fate.DONE);
      case CUT_LATE_COMMIT -> cutWriting(fault, Fate.LATE);
      case CUT_LONG ->
          at(fault, host -> host.cut(Fate.DROPPED, host.sessionMillis + world.millis(20_000)));
      case EXPIRED -> at(fault, Host::expire);
      case GUESSED_EXPIRY ->
          at(fault, host -> host.cutUncounted(host.sessionMillis * 4 / 3 + world.millis(5_000)));
      case STRANDED -> strand(fault);
      case ENSEMBLE_AWAY -> away(fault);
      case DAEMON_KILLED -> at(fault, host -> host.kill(world.millis(LONG_MILLIS)));
      case DAEMON_KILLED_WRITING ->
          whileWriting(fault, any(host -> true), host -> host.kill(world.millis(LONG_MILLIS)));
      case DAEMON_PAUSED -> at(fault, host -> host.pause(world.millis(host.sessionMillis / 2)));
      case DAEMON_PAUSED_LONG ->
          at(fault, host -> host.pause(host.sessionMillis + world.millis(LONG_MILLIS)));
      case MEMBER_FAILS -> memberFails(fault);
      default -> byPeople(fault);
    }
  }

  private void byPeople(Fault fault) {
    switch (fault) {
      case MASTER_DELETED -> {
        if (world.server.peek("/master") != null) {
          count(fault);
          fleet.person.delete("/master");
        }
      }
      case MASTER_DEPOSED_WRITING ->
          whileWriting(
              fault,
              any(host -> host instanceof MasterHost master && master.leads()),
              host -> deposed(host, "/master"));
      case MASTER_BY_HAND -> masterByHand(fault);
      case WORKER_DELETED -> {
        count(fault);
        fleet.person.delete("/workers/" + world.any(fleet.workers).worker);
      }
      case WORKER_DEPOSED_WRITING ->
          whileWriting(
              fault,
              any(host -> host instanceof WorkerHost),
              host -> deposed(host, "/workers/" + ((WorkerHost) host).worker));
      case WORKER_BY_HAND -> workerByHand(fault);
      case STATUS_BY_HAND -> task(fault, story -> true, fleet.person::end);
      case NAME_REUSED -> task(fault, Faults::isNamed, this::reuse);
      case CANCELLED -> task(fault, story -> true, task -> world.any(fleet.clients).cancel(task));
      case WIPED -> wipe(fault);
      case SAME_NAME -> sameName(fault);
      case OVERSIZE -> {}
      default -> throw new AssertionError(fault);
    }
  }

  // ---- hosts

  private @Nullable Host any(Predicate<Host> kind) {
    List<Host> well = fleet.hosts().stream().filter(Host::isWell).filter(kind).toList();
    return well.isEmpty() ? null : world.any(well);
  }

  private void at(Fault fault, Consumer<Host> what) {
    Host host = any(each -> true);
    if (host != null) {
      count(fault);
      what.accept(host);
    }
  }

  /** Most of all where something runs that may outlive its session. */
  private void strand(Fault fault) {
    Host busy = any(host -> host instanceof WorkerHost worker && worker.isBusy());
    Host host = busy == null || world.chance(3) ? any(each -> true) : busy;
    if (host != null) {
      count(fault);
      host.strand(world.millis(60_000));
    }
  }

  private void whileWriting(Fault fault, @Nullable Host host, Consumer<Host> what) {
    if (host != null) {
      host.whileWriting(
          () -> {
            count(fault);
            what.accept(host);
          });
    }
  }

  private void cutWriting(Fault fault, Fate fate) {
    whileWriting(
        fault, any(host -> true), host -> host.cut(fate, world.millis(host.sessionMillis / 2)));
  }

  /** What comes meanwhile lets a next master decide otherwise. */
  private void deposed(Host host, String path) {
    MemoryTree writing = host.tree;
    if (writing == null) {
      return;
    }
    writing.disconnect(Fate.LATE);
    fleet.person.delete(path);
    fleet.submitByHand();
    world.later(world.millis(host.sessionMillis / 2), writing::reconnect);
  }

  private void away(Fault fault) {
    count(fault);
    long millis = world.millis(60_000);
    fleet.hosts().stream()
        .filter(Host::isWell)
        .forEach(host -> host.cutUncounted(millis + world.random.nextLong(1_000)));
  }

  private void memberFails(Fault fault) {
    Host host = any(each -> !(each instanceof ClientHost));
    MemoryTree writing = host == null ? null : host.tree;
    if (writing != null) {
      writing
          .interference()
          .beforeNextMulti(
              () -> {
                count(fault);
                if (world.chance(2)) {
                  touchAssignments();
                } else {
                  task(fault, story -> true, fleet.person::end);
                }
              });
    }
  }

  private void touchAssignments() {
    for (String worker : world.server.peekChildren("/assign")) {
      for (String task : world.server.peekChildren("/assign/" + worker)) {
        String path = "/assign/" + worker + "/" + task;
        Node node = world.server.peek(path);
        if (node != null) {
          fleet.person.write(new Write.SetData(path, node.data(), Write.ANY_VERSION));
        }
      }
    }
  }

  private void sameName(Fault fault) {
    if (!fleet.rival.isUp()) {
      count(fault);
      fleet.contest();
      world.later(world.millis(LONG_MILLIS), () -> fleet.rival.kill(Long.MAX_VALUE / 2));
    }
  }

  private void wipe(Fault fault) {
    count(fault);
    world.witness.wiped();
    world.server.wipe();
    fleet.renewPeople();
    for (Host host : fleet.hosts()) {
      MemoryTree over = host.tree;
      if (over != null) {
        world.later(world.millis(5_000), over::reconnect);
      }
    }
  }

  // ---- people

  private static boolean isNamed(Story story) {
    return story.task != null && !story.task.value().startsWith("task-");
  }

  private void task(Fault fault, Predicate<Story> kind, Consumer<TaskId> what) {
    List<Story> open =
        world.witness.stories().stream()
            .filter(story -> story.stands() && !story.hasEnded())
            .filter(kind)
            .toList();
    TaskId task = open.isEmpty() ? null : world.any(open).task;
    if (task != null) {
      count(fault);
      what.accept(task);
    }
  }

  private void reuse(TaskId task) {
    List<Write> writes = fleet.person.deletions(task);
    Story story = world.draw();
    Write again =
        Person.create(TaskNode.path(task), TaskNode.encode(story.work.spec(story.onLost, 0)));
    if (world.chance(2)) {
      writes.add(again);
      fleet.person.write(writes.toArray(Write[]::new));
    } else {
      fleet.person.write(writes.toArray(Write[]::new));
      world.later(world.millis(20_000), () -> fleet.person.write(again));
    }
  }

  private void masterByHand(Fault fault) {
    if (world.server.peek("/master") == null) {
      return;
    }
    count(fault);
    Person somebody = new Person(world, SOMEBODY);
    somebody.write(
        new Write.Delete("/master", Write.ANY_VERSION), Person.createEphemeral("/master"));
    long millis = world.millis(BY_HAND_MILLIS);
    world.later(world.random.nextLong(millis), () -> assignByHand(somebody));
    world.later(millis, () -> somebody.delete("/master"));
  }

  /** While no other master can write: the task is not assigned, and nobody else will do it. */
  private void assignByHand(Person somebody) {
    Node master = world.server.peek("/master");
    List<String> up = world.server.peekChildren("/workers");
    if (master == null || master.stat().version() != 0 || up.isEmpty()) {
      return;
    }
    for (Story story : world.witness.stories()) {
      TaskId task = story.task;
      if (task != null
          && story.stands()
          && world.server.peekChildren(TaskNode.path(task)).isEmpty()
          && !fleet.isAssigned(task)) {
        somebody.write(
            new Write.Check("/master", 0),
            new Write.Check(TaskNode.path(task), Write.ANY_VERSION),
            Person.create("/assign/" + world.any(up) + "/" + task, Bytes.EMPTY));
        return;
      }
    }
  }

  private void workerByHand(Fault fault) {
    if (world.server.peek("/workers/" + SOMEBODY) != null) {
      return;
    }
    count(fault);
    Person somebody = new Person(world, SOMEBODY);
    somebody.write(Person.create("/assign/" + SOMEBODY, Bytes.EMPTY));
    somebody.write(Person.createEphemeral("/workers/" + SOMEBODY));
    long end = world.time.millis() + world.millis(BY_HAND_MILLIS);
    playWorker(somebody, end, world.chance(2));
  }

  private void playWorker(Person somebody, long end, boolean works) {
    if (world.time.millis() >= end) {
      somebody.delete("/workers/" + SOMEBODY);
      return;
    }
    if (works) {
      for (String task : world.server.peekChildren("/assign/" + SOMEBODY)) {
        somebody.end(new TaskId(task));
      }
    }
    world.later(1_000, () -> playWorker(somebody, end, works));
  }
}
