package io.zkrun.simulation;

import io.zkrun.core.OnLost;
import io.zkrun.core.TaskId;
import io.zkrun.simulation.Witness.Story;
import io.zkrun.znode.TaskNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Two masters, three workers, two clients and a person, and what they are given to do. */
final class Fleet {
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
            .mapToObj(each -> new WorkerHost(world, "host" + each, "vm" + each))
            .toList();
    clients =
        IntStream.range(0, 2).mapToObj(each -> new ClientHost(world, "client" + each)).toList();
    rival = new WorkerHost(world, "rival", workers.get(0).worker);
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
    person.write(
        Person.create("/tasks/" + name(), TaskNode.encode(story.work.spec(story.onLost, 0))));
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
    hosts.forEach(Host::heal);
  }

  /** Decides about what is held, as a person would who has seen that its worker is not back. */
  void releaseHeld() {
    for (Story story : world.witness.stories()) {
      TaskId task = story.task;
      if (task != null && story.stands() && !story.hasEnded()) {
        OnLost as = world.chance(2) ? OnLost.RERUN : OnLost.FAIL;
        story.released = true;
        world.any(clients).release(task, as);
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
