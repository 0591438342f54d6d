package io.zkrun.simulation;

import io.zkrun.znode.TaskNode;
import java.util.Map;

/**
 * Two masters, three workers, two clients and at least twenty tasks, with what a seed lets happen
 * to them: at least three faults, each between any two steps.
 */
final class Simulation {
  static final int TASKS = 20;
  static final int STEPS = 500;
  private static final int FAULTS = 3;
  private static final int MORE_FAULTS = 7;
  private static final long LOOK_MILLIS = 1_000;
  private static final int STEPS_BETWEEN = 250;

  /** As long as a fault may last. */
  private static final long AFTERMATH_MILLIS = 60_000;

  private static final long RELEASE_MILLIS = 60_000;
  private static final long HEALING_MILLIS = 900_000;

  private final World world;
  private final Fleet fleet;
  private final Faults faults;
  private final Movement movement;
  private final int wanted;
  private long nextFault;
  private int submitted;

  Simulation(long seed) {
    this(seed, Mutant.NONE);
  }

  Simulation(long seed, Mutant mutant) {
    world = new World(seed, mutant);
    fleet = new Fleet(world);
    faults = new Faults(world, fleet);
    movement = new Movement(world);
    wanted = FAULTS + world.random.nextInt(MORE_FAULTS);
  }

  /** Runs it to its end; an {@link AssertionError} tells which promise was broken. */
  void run() {
    world.time.afterStep(this::afterStep);
    lookOften();
    world.time.advance(world.millis(3_000));
    nextFault = world.time.steps() + world.random.nextInt(STEPS_BETWEEN);
    while (submitted < TASKS || world.time.steps() < STEPS) {
      submitted += fleet.submit(1 + world.random.nextInt(6));
      world.time.advance(world.millis(2_000));
    }
    long latest = world.time.millis() + AFTERMATH_MILLIS * 3;
    while (faults.count() < wanted && world.time.millis() < latest) {
      world.time.advance(1_000);
    }
    nextFault = Long.MAX_VALUE;
    world.time.advance(world.random.nextLong(AFTERMATH_MILLIS));
    fleet.heal();
    recover();
  }

  private void lookOften() {
    movement.look();
    world.later(LOOK_MILLIS, this::lookOften);
  }

  private void afterStep() {
    world.witness.rethrow();
    if (world.time.steps() >= nextFault) {
      nextFault = world.time.steps() + 1 + world.random.nextInt(STEPS_BETWEEN);
      faults.happen();
    }
  }

  /** Whatever still waits comes to its end. */
  private void recover() {
    long healed = world.time.millis();
    long nextRelease = RELEASE_MILLIS;
    while (!isOver()) {
      world.time.advance(1_000);
      long since = world.time.millis() - healed;
      if (since > nextRelease) {
        nextRelease += RELEASE_MILLIS;
        fleet.releaseHeld();
        fleet.cancelStranded();
      }
      Witness.check(since < HEALING_MILLIS, () -> "no end: " + describe());
    }
    world.witness.rethrow();
  }

  private boolean isOver() {
    return world.witness.stories().stream().noneMatch(Story::isOpen) && fleet.isQuiet();
  }

  private String describe() {
    StringBuilder text = new StringBuilder();
    for (Story story : world.witness.stories()) {
      if (story.isOpen() && story.task != null) {
        text.append(story).append(" started ").append(story.starts.values()).append(" times, has ");
        text.append(world.server.peekChildren(TaskNode.path(story.task))).append("; ");
      }
    }
    for (String worker : world.server.peekChildren("/assign")) {
      text.append(worker).append(world.server.peekChildren("/assign/" + worker)).append(' ');
    }
    text.append("up ").append(world.server.peekChildren("/workers"));
    text.append(", master ").append(world.server.peek("/master"));
    text.append(", clients wait for ")
        .append(fleet.clients.stream().map(ClientHost::waitsFor).toList());
    return text.toString();
  }

  Map<Fault, Integer> faults() {
    return faults.done;
  }

  long steps() {
    return world.time.steps();
  }

  /** How many ended tasks the masters have deleted, as their retention says. */
  long purged() {
    return world.witness.stories().stream().filter(story -> story.purged).count();
  }

  int tasks() {
    return submitted;
  }
}
