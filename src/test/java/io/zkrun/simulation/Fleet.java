package io.zkrun.simulation;

import io.zkrun.core.OnLost;
import io.zkrun.core.TaskId;
import io.zkrun.znode.AssignmentNode;
import io.zkrun.znode.RequestNode;
import io.zkrun.znode.TaskNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Two masters, three workers, two clients and a person, and what they are given to do. */
final class Fleet {
  private static final List<Map<String, String>> LABELS =
      List.of(Map.of("zone", "a"), Map.of("zone", "b"), Map.of("zone", "b", "gpu", "yes"));

  final List<MasterHost> masters;
  final List<WorkerHost> workers;
  final List<ClientHost> clients;

  /** Of the same name as the first worker; not started. */
  final WorkerHost rival;

  Person person;
  private final World world;
  private final List<Host> hosts = new ArrayList<>();
  private int names;

  Fleet(World world) {
    this.world = world;
    person = new Person(world, "person");
    masters =
        IntStream.range(0, 2).mapToObj(each -> new MasterHost(world, "master" + each)).toList();
    workers =
        IntStream.range(0, 3)
            .mapToObj(each -> new WorkerHost(world, "host" + each, "vm" + each, LABELS.get(each)))
            .toList();
    clients =
        IntStream.range(0, 2).mapToObj(each -> new ClientHost(world, "client" + each)).toList();
    rival = new WorkerHost(world, "rival", workers.get(0).worker, LABELS.get(0));
    world.masters.addAll(masters);
    world.workers.addAll(workers);
    world.workers.add(rival);
    Stream.of(masters, workers, clients).forEach(hosts::addAll);
    hosts.forEach(Host::start);
  }

  /** All but the rival. */
  List<Host> hosts() {
    return hosts;
  }

  /** From now on somebody else bears the first worker's name too. */
  void contest() {
    rival.contested = true;
    workers.get(0).contested = true;
    rival.harm(Long.MAX_VALUE / 2);
    workers.get(0).harm(Long.MAX_VALUE / 2);
    rival.start();
  }

  // ---- tasks

  /** Submits so many, in one of the ways in which it can be done. */
  int submit(int most) {
    ClientHost client = world.any(clients);
    switch (world.random.nextInt(3)) {
      case 0 -> {
        client.submit(most);
        return most;
      }
      case 1 -> client.submitNamed(name());
      default -> submitByHand();
    }
    return 1;
  }

  private String name() {
    return "t" + ++names;
  }

  void submitByHand() {
    Story story = world.draw();
    person.write(Person.create("/tasks/" + name(), TaskNode.encode(story.spec)));
  }

  boolean isAssigned(TaskId task) {
    return world.server.peekChildren("/assign").stream()
        .anyMatch(worker -> world.server.peek("/assign/" + worker + "/" + task) != null);
  }

  // ---- the end

  /** The tree was wiped: whoever had a session begins another. */
  void renewPeople() {
    person.reopen();
  }

  /** Nothing goes wrong any more. */
  void heal() {
    rival.kill(Long.MAX_VALUE / 2);
    rival.spool.resume();
    hosts.forEach(Host::heal);
    world.readAll();
    workers.forEach(each -> person.delete(RequestNode.drainPath(each.worker)));
  }

  /** What is held for a worker that is lost. */
  List<Story> held() {
    return world.witness.stories().stream().filter(this::isHeld).toList();
  }

  private boolean isHeld(Story story) {
    TaskId task = story.task;
    return task != null
        && (story.isOpen() || (story.stands() && story.statusTaken))
        && story.given.keySet().stream()
            .map(worker -> world.server.peek(AssignmentNode.path(worker, task)))
            .anyMatch(node -> node != null && AssignmentNode.decode(node.data()).held());
  }

  /** Decides about what is held, as a person would who has seen that its worker is not back. */
  void releaseHeld() {
    for (Story story : held()) {
      TaskId task = story.task;
      if (task != null) {
        world.any(clients).release(task, world.anyOf(OnLost.RERUN, OnLost.FAIL));
      }
    }
  }

  /**
   * Gives up what no worker can run and what does not expire either, since it was told the end of
   * an attempt of the task that bore its name before.
   */
  void cancelStranded() {
    for (Story story : world.witness.stories()) {
      TaskId task = story.task;
      if (task != null
          && story.isOpen()
          && (story.overtaken || story.replaced != null)
          && !story.cancelled
          && story.attempts.values().stream().anyMatch(each -> each.startedAt() != null)
          && LABELS.stream()
              .noneMatch(each -> each.entrySet().containsAll(story.spec.requires().entrySet()))) {
        world.any(clients).cancel(task);
      }
    }
  }

  boolean isQuiet() {
    return workers.stream().noneMatch(WorkerHost::isBusy)
        && !rival.isBusy()
        && clients.stream().allMatch(ClientHost::isContent)
        && world.server.peekChildren("/assign").stream()
            .allMatch(worker -> world.server.peekChildren("/assign/" + worker).isEmpty());
  }
}
