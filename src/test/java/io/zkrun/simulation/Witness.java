package io.zkrun.simulation;

import io.zkrun.core.Bytes;
import io.zkrun.core.OnLost;
import io.zkrun.core.TaskId;
import io.zkrun.znode.MemoryServer;
import io.zkrun.znode.Node;
import io.zkrun.znode.ResultNode;
import java.util.Map;
import java.util.TreeMap;

/** Sees every start and end of a command, and every status, and holds them to the promises. */
final class Witness {
  private final MemoryServer server;
  private final Map<TaskId, Integer> starts = new TreeMap<>();
  private final Map<TaskId, Integer> alive = new TreeMap<>();
  private final Map<TaskId, Bytes> statuses = new TreeMap<>();

  Witness(MemoryServer server) {
    this.server = server;
  }

  void started(TaskId task, OnLost onLost) {
    int count = starts.merge(task, 1, Integer::sum);
    int now = alive.merge(task, 1, Integer::sum);
    check(onLost != OnLost.FAIL || count == 1, task + " may run once and was started again");
    check(now == 1, task + " has two attempts alive at once");
    check(!statuses.containsKey(task), task + " was started after it had ended");
  }

  void ended(TaskId task) {
    alive.merge(task, -1, Integer::sum);
  }

  /** A status that was seen once never changes. */
  void look(TaskId task) {
    Node status = server.peek(ResultNode.statusPath(task));
    Bytes before = statuses.get(task);
    if (before != null) {
      check(
          status != null && status.data().equals(before),
          "the status of " + task + " has changed or gone");
    } else if (status != null) {
      statuses.put(task, status.data());
    }
  }

  boolean hasStatus(TaskId task) {
    look(task);
    return statuses.containsKey(task);
  }

  int starts(TaskId task) {
    return starts.getOrDefault(task, 0);
  }

  private static void check(boolean holds, String violated) {
    if (!holds) {
      throw new AssertionError(violated);
    }
  }
}
