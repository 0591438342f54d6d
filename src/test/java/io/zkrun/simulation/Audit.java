package io.zkrun.simulation;

import io.zkrun.core.Bytes;
import io.zkrun.core.TaskId;
import io.zkrun.znode.MemoryServer;
import io.zkrun.znode.Node;
import io.zkrun.znode.Write;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Sees all that is committed: whether its author had the right to, and what it does to tasks. */
final class Audit implements MemoryServer.Auditor {
  private static final Set<String> BASE = Set.of("/workers", "/tasks", "/assign", "/drain");
  private static final String TASKS = "/tasks/";

  private final World world;
  private final Map<Long, Host> authors = new HashMap<>();

  /** At which version of the znode that counts them a session became master, or worker. */
  private final Map<Long, Integer> terms = new HashMap<>();

  Audit(World world) {
    this.world = world;
  }

  void author(long session, Host host) {
    authors.put(session, host);
  }

  @Override
  public void committed(long session, List<Write> writes) {
    Host author = authors.get(session);
    if (author instanceof MasterHost
        && !isGoodbye(writes)
        && !isBase(writes, BASE)
        && !isForPeople(writes)) {
      master(author, session, writes);
    } else if (author instanceof WorkerHost worker && !isGoodbye(writes)) {
      worker(worker, session, writes);
    }
    tasks(author, writes);
  }

  private void master(Host author, long session, List<Write> writes) {
    if (creates(writes, "/master")) {
      terms.put(session, version("/assign"));
      return;
    }
    Integer term = terms.get(session);
    Witness.check(
        isOwn(session, "/master") && term != null && term.equals(version("/assign")),
        () -> author + " writes and does not lead: " + writes);
  }

  private void worker(WorkerHost author, long session, List<Write> writes) {
    String own = "/workers/" + author.worker;
    String assign = "/assign/" + author.worker;
    if (creates(writes, own)) {
      terms.put(session, version(assign));
    } else if (!isBase(writes, Set.of("/workers", "/assign", assign))) {
      Integer term = terms.get(session);
      Witness.check(
          isOwn(session, own) && term != null && term.equals(version(assign)),
          () -> author + " writes and is not registered: " + writes);
    }
  }

  private boolean isOwn(long session, String path) {
    Node node = world.server.peek(path);
    return node != null && node.stat().ephemeralOwner() == session && node.stat().version() == 1;
  }

  private @Nullable Integer version(String path) {
    Node node = world.server.peek(path);
    return node == null ? null : node.stat().version();
  }

  private static boolean creates(List<Write> writes, String path) {
    return writes.stream()
        .anyMatch(write -> write instanceof Write.Create && write.path().equals(path));
  }

  private static boolean isBase(List<Write> writes, Set<String> paths) {
    return writes.stream()
        .allMatch(write -> write instanceof Write.Create && paths.contains(write.path()));
  }

  /** A master's own sign below {@code /masters}, which needs no right. */
  private static boolean isForPeople(List<Write> writes) {
    return writes.stream().allMatch(write -> write.path().startsWith("/masters"));
  }

  /** What ends with a session. */
  private static boolean isGoodbye(List<Write> writes) {
    return writes.stream()
        .allMatch(
            write ->
                write instanceof Write.Delete
                    && (write.path().startsWith("/master")
                        || write.path().startsWith("/workers/")));
  }

  // ---- tasks

  private void tasks(@Nullable Host author, List<Write> writes) {
    Set<String> deleted = new HashSet<>();
    for (Write write : writes) {
      if (write instanceof Write.Delete && write.path().startsWith(TASKS)) {
        deleted.add(write.path());
      }
    }
    for (Write write : writes) {
      if (write.path().startsWith(TASKS) && !(write instanceof Write.Check)) {
        String rest = write.path().substring(TASKS.length());
        int slash = rest.indexOf('/');
        if (slash < 0) {
          task(author, new TaskId(rest), write);
        } else if (!deleted.contains(TASKS + rest.substring(0, slash))) {
          child(author, new TaskId(rest.substring(0, slash)), rest.substring(slash + 1), write);
        }
      }
    }
  }

  private void task(@Nullable Host author, TaskId task, Write write) {
    if (write instanceof Write.Create create) {
      world.witness.created(task, create.data(), isAssigned(task));
    } else if (write instanceof Write.Delete) {
      Long retention = author instanceof MasterHost ? World.RETENTION_MILLIS : null;
      world.witness.deleted(task, retention, world.time.millis());
    }
  }

  private boolean isAssigned(TaskId task) {
    return world.server.peekChildren("/assign").stream()
        .anyMatch(worker -> world.server.peek("/assign/" + worker + "/" + task) != null);
  }

  /** A result and its assignment are one: neither is left without the other. */
  private void result(@Nullable Host author, TaskId task) {
    if (author instanceof WorkerHost worker) {
      Witness.check(
          world.server.peek("/assign/" + worker.worker + "/" + task) == null,
          () -> author + " writes a result of " + task + " and leaves its assignment");
    }
  }

  private void child(@Nullable Host author, TaskId task, String name, Write write) {
    boolean status = name.equals("status");
    if (write instanceof Write.Create create) {
      Bytes data = create.data();
      if (status || name.startsWith("attempt-")) {
        result(author, task);
      }
      if (status) {
        world.witness.statusCreated(task, data, author == null, world.time.millis());
      } else if (name.startsWith("attempt-")) {
        world.witness.recorded(task, data);
      }
    } else if (status && write instanceof Write.SetData) {
      world.witness.statusChanged(task);
    } else if (status) {
      world.witness.statusDeleted(task);
    }
  }
}
