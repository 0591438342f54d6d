package io.zkrun.simulation;

import io.zkrun.core.Assignment;
import io.zkrun.core.Bytes;
import io.zkrun.core.OnLost;
import io.zkrun.core.TaskId;
import io.zkrun.simulation.Story.Given;
import io.zkrun.znode.AssignmentNode;
import io.zkrun.znode.MemoryServer;
import io.zkrun.znode.Node;
import io.zkrun.znode.RequestNode;
import io.zkrun.znode.WorkerNode;
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
  private static final String ASSIGN = "/assign/";
  private static final String ATTEMPT = "attempt-";
  private static final String RELEASE = "release-";

  private final World world;
  private final Map<Long, Host> authors = new HashMap<>();

  /** At which version of the znode that counts them a session became master, or worker. */
  private final Map<Long, Integer> terms = new HashMap<>();

  /** Since when a worker takes nothing new. */
  private final Map<String, Long> drained = new HashMap<>();

  Audit(World world) {
    this.world = world;
  }

  void author(long session, Host host) {
    authors.put(session, host);
  }

  @Override
  public void committed(long session, List<Write> writes) {
    Host author = authors.get(session);
    world.trace(() -> (author == null ? "somebody" : author) + " has done " + writes);
    if (author instanceof MasterHost
        && !isGoodbye(writes)
        && !isBase(writes, BASE)
        && !isForPeople(writes)) {
      master(author, session, writes);
    } else if (author instanceof WorkerHost worker && !isGoodbye(writes)) {
      worker(worker, session, writes);
    }
    count(author, writes);
    drains(writes);
    tasks(author, writes);
    assignments(author, session, writes);
  }

  @Override
  public void refused(long session, List<Write> writes) {
    world.trace(() -> authors.get(session) + " is refused " + writes);
    count(authors.get(session), writes);
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

  // ---- how much is written

  private void count(@Nullable Host author, List<Write> writes) {
    if (!(author instanceof MasterHost || author instanceof WorkerHost)) {
      return;
    }
    for (Write write : writes) {
      TaskId task = write instanceof Write.Check ? null : taskOf(write.path());
      Story story = task == null ? null : world.witness.at(task);
      if (story != null) {
        story.writes++;
        Witness.check(
            story.writes <= world.mostWrites(story),
            () -> story + " is written about " + story.writes + " times, now by " + author);
      }
    }
  }

  private static @Nullable TaskId taskOf(String path) {
    if (path.startsWith(TASKS)) {
      String rest = path.substring(TASKS.length());
      int slash = rest.indexOf('/');
      return new TaskId(slash < 0 ? rest : rest.substring(0, slash));
    }
    int slash = path.startsWith(ASSIGN) ? path.indexOf('/', ASSIGN.length()) : -1;
    return slash < 0 ? null : new TaskId(path.substring(slash + 1));
  }

  // ---- workers

  private void drains(List<Write> writes) {
    for (Write write : writes) {
      if (write.path().startsWith(RequestNode.DRAIN_ROOT + "/")) {
        String worker = write.path().substring(RequestNode.DRAIN_ROOT.length() + 1);
        if (write instanceof Write.Create) {
          drained.putIfAbsent(worker, world.time.millis());
        } else if (write instanceof Write.Delete) {
          drained.remove(worker);
        }
      }
    }
  }

  /** All was lost. */
  void wiped() {
    drained.clear();
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
      Node node = world.server.peek(write.path());
      long czxid = node == null ? 0 : node.stat().czxid();
      world.witness.created(task, create.data(), czxid, isAssigned(task));
    } else if (write instanceof Write.Delete) {
      world.witness.deleted(task, author instanceof MasterHost);
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
      if (status) {
        result(author, task);
        world.witness.statusCreated(task, data, author);
      } else if (name.startsWith(ATTEMPT)) {
        result(author, task);
        int attempt = Integer.parseInt(name.substring(ATTEMPT.length()));
        world.witness.recorded(task, attempt, data, author);
      } else if (name.equals(RequestNode.CANCEL)) {
        world.witness.cancelled(task);
      } else if (name.startsWith(RELEASE)) {
        released(task, Integer.parseInt(name.substring(RELEASE.length())), data);
      }
    } else if (status && write instanceof Write.SetData) {
      world.witness.statusChanged(task);
    } else if (status) {
      world.witness.statusDeleted(task, author, seenBy(task));
    }
  }

  /** A person's word that a held attempt is over: for the assignment that is held now. */
  private void released(TaskId task, int attempt, Bytes data) {
    Story story = world.witness.at(task);
    if (story == null) {
      return;
    }
    story.released = true;
    if (RequestNode.decodeRelease(data) == OnLost.RERUN) {
      for (Map.Entry<String, Given> given : story.given.entrySet()) {
        if (given.getValue().attempt() == attempt && isHeld(given.getKey(), task)) {
          story.givenUp.add(attempt);
        }
      }
    }
  }

  private boolean isHeld(String worker, TaskId task) {
    Node node = world.server.peek(ASSIGN + worker + "/" + task);
    return node != null && AssignmentNode.decode(node.data()).held();
  }

  /** The session of the master that has led for long enough to have seen it all; 0 for none. */
  private long seenBy(TaskId task) {
    Story story = world.witness.at(task);
    MasterHost leader = world.leader();
    return story == null
            || leader == null
            || !world.leadsFor(leader, Witness.NOTICE_MILLIS)
            || world.time.millis() - story.statusMillis < Witness.NOTICE_MILLIS
        ? 0
        : leader.session();
  }

  // ---- assignments

  private void assignments(@Nullable Host author, long session, List<Write> writes) {
    for (Write write : writes) {
      int slash = write.path().startsWith(ASSIGN) ? write.path().indexOf('/', 8) : -1;
      if (slash >= 0 && !(write instanceof Write.Check)) {
        String worker = write.path().substring(ASSIGN.length(), slash);
        TaskId task = new TaskId(write.path().substring(slash + 1));
        Story story = world.witness.at(task);
        if (story != null) {
          assignment(author, session, story, worker, write);
        }
      }
    }
  }

  private void assignment(
      @Nullable Host author, long session, Story story, String worker, Write write) {
    if (write instanceof Write.Create create) {
      Assignment data = AssignmentNode.decode(create.data());
      int attempt = data.attempt() == 0 ? story.nextAttempt() : data.attempt();
      if (author instanceof MasterHost master) {
        assigned(master, session, story, worker, attempt);
      }
      story.givenTwice |= !story.given.isEmpty();
      story.given.put(worker, new Given(world.time.millis(), attempt, author == null));
    } else if (write instanceof Write.Delete) {
      story.waitsSinceMillis = world.time.millis();
      Given given = story.given.remove(worker);
      if (given != null && author == null) {
        taken(story, given);
      }
    } else if (write instanceof Write.SetData set
        && author instanceof WorkerHost
        && !AssignmentNode.decode(set.data()).held()) {
      // It is back: whatever was said about the hold before it says nothing about the next one. An
      // attempt that a person took from another worker may live there all the same.
      Given given = story.given.get(worker);
      if (given != null && !story.taken.contains(given.attempt())) {
        story.givenUp.remove(given.attempt());
      }
    }
  }

  /** By a person: whoever leads must take that attempt for lost, if he has seen it before. */
  private void taken(Story story, Given given) {
    MasterHost leader = world.leader();
    story.givenUp.add(given.attempt());
    story.taken.add(given.attempt());
    if (leader != null
        && world.leadsFor(leader, Witness.NOTICE_MILLIS)
        && world.time.millis() - given.atMillis() >= Witness.NOTICE_MILLIS) {
      story.takenFrom.put(given.attempt(), leader.session());
    }
  }

  /** What a master may give to whom, and when. */
  private void assigned(MasterHost master, long session, Story story, String worker, int attempt) {
    long now = world.time.millis();
    // What was decided about a task of this name that a person has replaced meanwhile.
    boolean isNew = now - story.submittedMillis < Witness.NOTICE_MILLIS;
    Story former = isNew ? story.replaced : null;
    Witness.check(
        attempt == story.nextAttempt()
            || story.overtaken
            || (former != null && attempt == former.nextAttempt()),
        () -> story + " is given as attempt " + attempt + " after " + story.attempts.keySet());
    Witness.check(
        !Long.valueOf(session).equals(story.takenFrom.get(attempt)),
        () -> story + " had its assignment deleted, and " + master + " forgot attempt " + attempt);
    boolean noticed = world.leadsFor(master, Witness.NOTICE_MILLIS);
    Witness.check(
        !story.hasEnded() || mayHaveMissed(story, session, noticed),
        () -> story + " is given to " + worker + " after it has ended");
    Witness.check(
        story.suspectAttempts() < world.lostLimit,
        () -> story + " was lost " + story.suspectAttempts() + " times, and is passed on");
    // The end of the task that bore the name before is not foreseen.
    boolean isForeseen = now - story.foreignMillis >= Witness.NOTICE_MILLIS;
    Witness.check(
        now >= story.nextMillis || !isForeseen,
        () -> story + " is tried again before its delay is over");
    Node node = world.server.peek(WorkerNode.path(worker));
    Map<String, String> labels = node == null ? Map.of() : WorkerNode.decode(node.data()).labels();
    Witness.check(
        former != null || labels.entrySet().containsAll(story.spec.requires().entrySet()),
        () -> story + " is given to " + worker + ", which has not " + story.spec.requires());
    if (noticed) {
      assigned(story, worker, attempt, now - Witness.NOTICE_MILLIS);
    }
  }

  /** What a person does to a status is not seen at once, or not at all. */
  private boolean mayHaveMissed(Story story, long session, boolean noticed) {
    if (story.statusTaken) {
      return session != story.statusSeenBy;
    }
    long age = world.time.millis() - story.statusMillis;
    // The end of the task that bore the name before is not foreseen either.
    return (story.endedByHand || story.overtaken) && !(noticed && age >= Witness.NOTICE_MILLIS);
  }

  /** What a master may not who has seen what stood there at {@code noticed}. */
  private void assigned(Story story, String worker, int attempt, long noticed) {
    Long drainedSince = drained.get(worker);
    Witness.check(
        drainedSince == null || drainedSince > noticed,
        () -> story + " is given to " + worker + ", which is drained");
    Long expires = story.expiresMillis();
    Witness.check(
        expires == null || expires > noticed || attempt > 1,
        () -> story + " is given to " + worker + " after it should have expired");
    for (Story other : world.witness.stories()) {
      Witness.check(
          !isBefore(other, story, noticed), () -> story + " is given out before " + other);
    }
  }

  /** Whether it has waited at the same place, with a higher priority, for long enough. */
  private static boolean isBefore(Story other, Story story, long noticed) {
    return other.isOpen()
        && other.spec.priority() > story.spec.priority()
        && other.given.isEmpty()
        && other.attempts.isEmpty()
        && !other.overtaken
        && !other.cancelled
        && other.expiresMillis() == null
        && other.waitsSinceMillis < noticed
        && other.spec.requires().equals(story.spec.requires());
  }
}
