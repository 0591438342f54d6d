package io.zkrun.znode;

import io.zkrun.znode.MemoryNodes.Change;
import io.zkrun.znode.MemoryNodes.Refused;
import io.zkrun.znode.VirtualTime.VirtualLoop;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A ZooKeeper ensemble in memory: one committed tree, on a loop of its own. */
public final class MemoryServer implements Tree.Opener {
  private final VirtualLoop loop;
  private MemoryNodes nodes = new MemoryNodes();
  private final Map<Long, MemoryTree> sessions = new LinkedHashMap<>();
  private long zxid;
  private long sessionCounter;

  /** Every committed transaction, for invariants: the writes with their complete paths. */
  private Auditor auditor = (session, writes) -> {};

  private UnaryOperator<List<Write>> rewriting = writes -> writes;
  private Predicate<String> unchecked = path -> false;
  private Predicate<String> unreadable = path -> false;

  public MemoryServer(VirtualTime time) {
    loop = time.loop("server");
  }

  /** A transaction as it was committed: so that a server that lags can do the same later. */
  record Commit(
      long session, long zxid, long wallMillis, List<Write> writes, List<Change> changes) {
    void redo(MemoryNodes nodes) {
      try {
        for (Write write : writes) {
          Written unused = nodes.apply(write, session, zxid, wallMillis);
        }
      } catch (Refused e) {
        throw new IllegalStateException("what was committed cannot be done again", e);
      }
      List<Change> unused = nodes.commit();
    }
  }

  /** Sees every transaction just after it was committed. */
  @FunctionalInterface
  public interface Auditor {
    /**
     * @param session whose it was; also where it ends, for what ends with it
     */
    void committed(long session, List<Write> writes);

    /** Sees likewise what was refused. */
    default void refused(long session, List<Write> writes) {}
  }

  public void onCommit(Consumer<List<Write>> listener) {
    auditor = (session, writes) -> listener.accept(writes);
  }

  public void audit(Auditor newAuditor) {
    auditor = newAuditor;
  }

  /** What clients send becomes something else: to see whether anybody notices. */
  public void rewrite(UnaryOperator<List<Write>> newRewriting) {
    rewriting = newRewriting;
  }

  /** Whatever checks these paths succeeds: to see what the checks are good for. */
  public void leaveUnchecked(Predicate<String> paths) {
    unchecked = paths;
  }

  /** Nobody may read these paths, as a person's ACL has it. */
  public void refuseReads(Predicate<String> paths) {
    unreadable = paths;
  }

  boolean mayRead(String path) {
    return !unreadable.test(path);
  }

  /** A session that never times out by itself. */
  @Override
  public MemoryTree open(Loop owner, Consumer<TreeEvent> events) {
    return open(owner, events, MemoryTree.NO_TIMEOUT);
  }

  /** A session that expires once nothing was heard of it for {@code timeoutMillis}. */
  public MemoryTree open(Loop owner, Consumer<TreeEvent> events, long timeoutMillis) {
    MemoryTree tree = new MemoryTree(this, owner, ++sessionCounter, events, timeoutMillis);
    loop.execute(
        () -> {
          sessions.put(tree.sessionId(), tree);
          tree.accepted();
        });
    return tree;
  }

  /** Ends the session as its timeout does; the client hears of it when it is connected. */
  public void expire(MemoryTree tree) {
    end(tree.sessionId());
    tree.endedByServer();
  }

  /**
   * All servers lose their data, and begin anew with an empty tree, counting from 1: sessions hear
   * that they are over once they are connected again.
   */
  public void wipe() {
    for (MemoryTree tree : List.copyOf(sessions.values())) {
      tree.disconnect(MemoryTree.Fate.DROPPED);
    }
    sessions.clear();
    nodes = new MemoryNodes();
    zxid = 0;
  }

  /** Every session that lives. */
  public List<MemoryTree> sessions() {
    return List.copyOf(sessions.values());
  }

  /** What stands there now, for tests. */
  public @Nullable Node peek(String path) {
    return nodes.get(path);
  }

  /** Likewise; empty where there is none. */
  public List<String> peekChildren(String path) {
    Children children = nodes.children(path);
    return children == null ? List.of() : children.names();
  }

  Loop loop() {
    return loop;
  }

  MemoryNodes nodes() {
    return nodes;
  }

  boolean isAlive(long session) {
    return sessions.containsKey(session);
  }

  void end(long session) {
    if (sessions.remove(session) != null) {
      List<Write> deletes = new ArrayList<>();
      nodes.ownedBy(session).forEach(path -> deletes.add(new Write.Delete(path, -1)));
      Answer<List<Written>> unused = commit(session, deletes);
    }
  }

  /** One transaction, also when it is refused: that too takes a zxid. */
  Answer<List<Written>> commit(long session, List<Write> sent) {
    zxid++;
    List<Write> writes = rewriting.apply(sent);
    List<Written> written = new ArrayList<>();
    List<Write> complete = new ArrayList<>();
    for (Write write : writes) {
      if (write instanceof Write.Check && unchecked.test(write.path())) {
        written.add(new Written(write.path(), -1));
        continue;
      }
      try {
        Written done = nodes.apply(write, session, zxid, loop.now().toEpochMilli());
        written.add(done);
        complete.add(complete(write, done.path()));
      } catch (Refused e) {
        nodes.rollBack();
        auditor.refused(session, writes);
        return new Answer.Failed<>(e.failure, written.size(), e.failure.name());
      }
    }
    List<Change> changes = nodes.commit();
    auditor.committed(session, complete);
    Commit commit = new Commit(session, zxid, loop.now().toEpochMilli(), complete, changes);
    for (MemoryTree tree : sessions.values()) {
      tree.committed(commit);
    }
    return new Answer.Ok<>(written);
  }

  private static Write complete(Write write, String path) {
    return write instanceof Write.Create create && !path.equals(create.path())
        ? new Write.Create(path, create.data(), Write.Mode.PERSISTENT)
        : write;
  }
}
