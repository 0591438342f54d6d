package io.zkrun.simulation;

import io.zkrun.core.Assignment;
import io.zkrun.core.Bytes;
import io.zkrun.core.TaskId;
import io.zkrun.core.WorkerInfo;
import io.zkrun.simulation.Story.Given;
import io.zkrun.znode.AssignmentNode;
import io.zkrun.znode.Node;
import io.zkrun.znode.WorkerNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether a master that nothing hinders does what there is to do, also while others are in trouble:
 * the queue moves while there are free slots, what is asked for is done, what is over is settled.
 */
final class Movement {
  /** How long something may stand that should be done at once. */
  private static final long PATIENCE_MILLIS = 20_000;

  /** How long nobody may have been in trouble of whom that is expected. */
  private static final long WELL_MILLIS = 5_000;

  private final World world;
  private final Map<String, Long> since = new HashMap<>();
  private final Map<String, Long> goneSince = new HashMap<>();
  private final Map<String, Integer> free = new HashMap<>();
  private Set<String> stuck = new HashSet<>();

  /** The same few are looked at each second. */
  private final Map<Bytes, Assignment> assignments = new HashMap<>();

  private final Map<Bytes, WorkerInfo> infos = new HashMap<>();

  Movement(World world) {
    this.world = world;
  }

  /** Called about once a second. */
  void look() {
    world.look();
    lookAtWorkers();
    MasterHost leader = world.leader();
    if (leader == null || !world.leadsFor(leader, WELL_MILLIS)) {
      since.clear();
      return;
    }
    stuck = new HashSet<>();
    for (Story story : world.witness.stories()) {
      TaskId task = story.task;
      if (task != null && story.stands() && !story.overtaken && !story.statusTaken) {
        look(story, task);
      }
    }
    since.keySet().retainAll(stuck);
  }

  private void lookAtWorkers() {
    free.clear();
    Map<String, Long> gone = new HashMap<>();
    long now = world.time.millis();
    for (String worker : world.server.peekChildren("/assign")) {
      Node node = world.server.peek(WorkerNode.path(worker));
      if (node == null) {
        gone.put(worker, goneSince.getOrDefault(worker, now));
      } else if (isWell(worker) && world.server.peek("/drain/" + worker) == null) {
        WorkerInfo info = info(node);
        free.put(worker, (info.notReady() == null ? info.slots() : 0) - used(worker));
      }
    }
    goneSince.clear();
    goneSince.putAll(gone);
  }

  private Assignment assignment(Node node) {
    return assignments.computeIfAbsent(node.data(), AssignmentNode::decode);
  }

  private WorkerInfo info(Node node) {
    return infos.computeIfAbsent(node.data(), WorkerNode::decode);
  }

  private int used(String worker) {
    int used = 0;
    for (String task : world.server.peekChildren("/assign/" + worker)) {
      Node node = world.server.peek("/assign/" + worker + "/" + task);
      used += node == null || assignment(node).held() ? 0 : 1;
    }
    return used;
  }

  /**
   * Of a person who plays a worker nothing is expected; nor of who waits for a name that another
   * bears, or has borne and is not lost yet.
   */
  private boolean isWell(String worker) {
    return world.workers.stream()
        .anyMatch(
            each ->
                each.worker.equals(worker)
                    && each.isWellFor(WELL_MILLIS)
                    && (!each.contested || each.isRegistered()));
  }

  private void look(Story story, TaskId task) {
    long now = world.time.millis();
    if (story.hasEnded()) {
      story.given.keySet().forEach(worker -> note(story, "is given to " + worker + " and over"));
    } else if (story.given.isEmpty()) {
      Long expires = story.expiresMillis();
      if (story.cancelled) {
        note(story, "is cancelled and does not end");
      } else if (expires != null
          && now >= expires
          && !story.hasStarted()
          && story.attempts.isEmpty()) {
        note(story, "does not expire");
      } else if (now >= story.nextMillis && isRunnable(story)) {
        note(story, "waits though there are free slots");
      }
    } else {
      story.given.forEach((worker, given) -> look(story, task, worker, given));
    }
  }

  private void look(Story story, TaskId task, String worker, Given given) {
    Node node = world.server.peek("/assign/" + worker + "/" + task);
    boolean held = node != null && assignment(node).held();
    Long gone = goneSince.get(worker);
    if (gone != null && !held && world.time.millis() >= gone + World.LOST_AFTER_MILLIS) {
      note(story, "stays with " + worker + ", which is lost");
    } else if (story.cancelled && isWell(worker)) {
      note(story, "is cancelled and goes on at " + worker);
    } else if (isSurplus(story, given) && isWell(worker) && isWaiting(node)) {
      note(story, "waits at " + worker + " though another has it");
    }
  }

  private static boolean isSurplus(Story story, Given given) {
    return story.given.values().stream().anyMatch(each -> each.atMillis() < given.atMillis());
  }

  /** What is held is not to start: it may have been, and its end is for a person to decide. */
  private boolean isWaiting(@Nullable Node node) {
    return node != null && !assignment(node).running() && !assignment(node).held();
  }

  private boolean isRunnable(Story story) {
    for (Map.Entry<String, Integer> each : free.entrySet()) {
      Node node = each.getValue() > 0 ? world.server.peek(WorkerNode.path(each.getKey())) : null;
      if (node != null
          && info(node).labels().entrySet().containsAll(story.spec.requires().entrySet())) {
        return true;
      }
    }
    return false;
  }

  private void note(Story story, String what) {
    String text = story + " " + what;
    stuck.add(text);
    long now = world.time.millis();
    long first = since.computeIfAbsent(text, key -> now);
    Witness.check(now - first < PATIENCE_MILLIS, () -> text);
  }
}
