package io.zkrun.simulation;

import io.zkrun.core.TaskId;
import io.zkrun.core.WorkerInfo;
import io.zkrun.simulation.Witness.Story;
import io.zkrun.znode.Node;
import io.zkrun.znode.WorkerNode;
import org.jspecify.annotations.Nullable;

/** Whether the queue moves while there are free slots and tasks that could use them. */
final class Movement {
  /** Longer than an election, and the longest delay before a retry. */
  private static final long PATIENCE_MILLIS = 20_000;

  private final World world;
  private final Fleet fleet;
  private long since;

  Movement(World world, Fleet fleet) {
    this.world = world;
    this.fleet = fleet;
    since = world.time.millis();
  }

  void look() {
    long now = world.time.millis();
    Story waiting = waiting();
    if (waiting == null || free() <= 0) {
      since = now;
    }
    Witness.check(
        now - since < PATIENCE_MILLIS, () -> waiting + " waits though there are free slots");
  }

  private @Nullable Story waiting() {
    for (Story story : world.witness.stories()) {
      TaskId task = story.task;
      if (task != null && story.stands() && !story.hasEnded() && !fleet.isAssigned(task)) {
        return story;
      }
    }
    return null;
  }

  private int free() {
    int free = 0;
    for (String worker : world.server.peekChildren(WorkerNode.ROOT)) {
      Node node = world.server.peek(WorkerNode.path(worker));
      if (node != null) {
        WorkerInfo info = WorkerNode.decode(node.data());
        free +=
            (info.notReady() == null ? info.slots() : 0)
                - world.server.peekChildren("/assign/" + worker).size();
      }
    }
    return free;
  }
}
