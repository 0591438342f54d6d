package io.zkrun.simulation;

import io.zkrun.core.Bytes;
import io.zkrun.core.StopMode;
import io.zkrun.core.TaskId;
import io.zkrun.znode.MemoryTree;
import io.zkrun.znode.MemoryTree.Fate;
import io.zkrun.znode.Node;
import io.zkrun.znode.RequestNode;
import io.zkrun.znode.ResultNode;
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
  private static final long LAG_MILLIS = 5_000;
  private static final long SKEW_MILLIS = 3 * 86_400_000L;
  private static final long MASTER_SKEW_MILLIS = SKEW_MILLIS;
  private static final String SOMEBODY = "niubike3";

  final Map<Fault, Integer> done = new EnumMap<>(Fault.class);
  private final World world;
  private final Fleet fleet;
  private boolean releasing;

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
    world.fault(fault);
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
      case LAGGING ->
          at(fault, host -> host.lag(world.millis(LAG_MILLIS), world.millis(LONG_MILLIS)));
      case THROTTLED -> at(fault, Host::throttle);
      case CLOCK_SKEWED -> at(fault, host -> host.skew(skewMillis(host)));
      case REBOOTED -> atWorker(fault, host -> host.reboot(world.millis(LONG_MILLIS)));
      case MASTERS_AWAY -> mastersAway(fault);
      case HISTORY_FAILS ->
          at(
              fault,
              host -> host instanceof MasterHost,
              host -> ((MasterHost) host).failHistory(2 * LONG_MILLIS));
      default -> ofSpools(fault);
    }
  }

  private void ofSpools(Fault fault) {
    switch (fault) {
      case SPOOL_STALLED -> atWorker(fault, host -> host.stall(world.millis(30_000)));
      case SPAWN_FAILED ->
          atWorker(fault, host -> host.spool.failStarts(1 + world.random.nextInt(3)));
      case SPOOL_FULL -> atWorker(fault, host -> host.fill(world.millis(LONG_MILLIS)));
      case SPOOL_LATE ->
          atWorker(
              fault,
              host -> host.late(world.millis(World.LEASE_MILLIS), world.millis(LONG_MILLIS)));
      case DEADLINE_LATE ->
          atWorker(
              fault,
              host ->
                  host.lateDeadlines(world.millis(World.LEASE_MILLIS), world.millis(LONG_MILLIS)));
      case WORKER_STOPPED ->
          atWorker(
              fault,
              host -> host.restart(world.anyOf(StopMode.values()), world.millis(LONG_MILLIS)));
      default -> byPeople(fault);
    }
  }

  /** More on the worker's side, where it explains nothing that is held against it. */
  private long skewMillis(Host host) {
    long most = host instanceof MasterHost ? MASTER_SKEW_MILLIS : SKEW_MILLIS;
    return world.random.nextLong(-most, most);
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
        WorkerHost worker = world.any(fleet.workers);
        worker.hasToLook();
        fleet.person.delete("/workers/" + worker.worker);
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
      case RELEASED -> release(fault);
      case ASSIGNMENT_DELETED ->
          task(fault, story -> !story.given.isEmpty(), this::deleteAssignments);
      case ASSIGNED_TWICE -> task(fault, story -> !story.given.isEmpty(), this::assignTwice);
      case STATUS_DELETED -> deleteStatus(fault);
      case DRAINED -> drain(fault);
      case READS_REFUSED -> refuseReads(fault);
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
    at(fault, each -> true, what);
  }

  private void at(Fault fault, Predicate<Host> kind, Consumer<Host> what) {
    Host host = any(kind);
    if (host != null) {
      count(fault);
      what.accept(host);
    }
  }

  /** Most of all where something runs. */
  private void atWorker(Fault fault, Consumer<WorkerHost> what) {
    Host busy = any(host -> host instanceof WorkerHost worker && worker.isBusy());
    Host host = busy == null ? any(each -> each instanceof WorkerHost) : busy;
    if (host instanceof WorkerHost worker) {
      count(fault);
      what.accept(worker);
    }
  }

  /** What people ask meanwhile waits for the next. */
  private void mastersAway(Fault fault) {
    count(fault);
    long millis = world.millis(LONG_MILLIS);
    fleet.masters.forEach(master -> master.kill(millis + world.random.nextLong(1_000)));
    world.later(
        world.random.nextLong(millis),
        () -> {
          fleet.releaseHeld();
          List<Story> open = open(story -> true);
          TaskId task = open.isEmpty() ? null : world.any(open).task;
          if (task != null) {
            world.any(fleet.clients).cancel(task);
          }
        });
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
    host.trouble(host.sessionMillis / 2);
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
    world.audit.wiped();
    world.server.wipe();
    fleet.renewPeople();
    for (Host host : fleet.hosts()) {
      host.harm(30_000);
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
    List<Story> open = open(kind);
    TaskId task = open.isEmpty() ? null : world.any(open).task;
    if (task != null) {
      count(fault);
      what.accept(task);
    }
  }

  private List<Story> open(Predicate<Story> kind) {
    return world.witness.stories().stream().filter(Story::isOpen).filter(kind).toList();
  }

  /** As soon as anything is held. */
  private void release(Fault fault) {
    if (fleet.held().isEmpty()) {
      if (!releasing) {
        releasing = true;
        world.later(1_000, this::releaseSoon);
      }
    } else {
      count(fault);
      fleet.releaseHeld();
    }
  }

  private void releaseSoon() {
    releasing = false;
    release(Fault.RELEASED);
  }

  private void deleteAssignments(TaskId task) {
    for (String worker : world.server.peekChildren("/assign")) {
      fleet.person.delete("/assign/" + worker + "/" + task);
    }
  }

  /** Most of all where it cannot start at once. */
  private void assignTwice(TaskId task) {
    List<String> others =
        world.server.peekChildren("/workers").stream()
            .filter(worker -> world.server.peek("/assign/" + worker + "/" + task) == null)
            .toList();
    List<String> busy =
        others.stream()
            .filter(each -> world.server.peekChildren("/assign/" + each).size() >= WorkerHost.SLOTS)
            .toList();
    if (!others.isEmpty()) {
      String worker = world.any(busy.isEmpty() ? others : busy);
      fleet.person.write(Person.create("/assign/" + worker + "/" + task, Bytes.EMPTY));
    }
  }

  private void deleteStatus(Fault fault) {
    List<Story> ended =
        world.witness.stories().stream()
            .filter(story -> story.stands() && story.hasEnded() && !story.statusTaken)
            .toList();
    TaskId task = ended.isEmpty() ? null : world.any(ended).task;
    if (task != null) {
      count(fault);
      fleet.person.delete(ResultNode.statusPath(task));
    }
  }

  private void drain(Fault fault) {
    String path = RequestNode.drainPath(world.any(fleet.workers).worker);
    if (world.server.peek(path) == null) {
      count(fault);
      fleet.person.write(Person.create(RequestNode.DRAIN_ROOT, Bytes.EMPTY));
      fleet.person.write(Person.create(path, RequestNode.encodeReason("new memory")));
      world.later(world.millis(LONG_MILLIS), () -> fleet.person.delete(path));
    }
  }

  /** Of a task, or of its assignment. */
  private void refuseReads(Fault fault) {
    task(
        fault,
        story -> true,
        task -> {
          String path = TaskNode.path(task);
          for (String worker : world.server.peekChildren("/assign")) {
            String assignment = "/assign/" + worker + "/" + task;
            if (world.server.peek(assignment) != null && world.chance(2)) {
              path = assignment;
            }
          }
          world.refuseReads(path, world.millis(LONG_MILLIS));
        });
  }

  private void reuse(TaskId task) {
    List<Write> writes = fleet.person.deletions(task);
    Story story = world.draw();
    Write again = Person.create(TaskNode.path(task), TaskNode.encode(story.spec));
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
