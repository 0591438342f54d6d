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
import org.jspecify.annotations.Nullable;

/** A ZooKeeper ensemble in memory: one committed tree, on a loop of its own. */
public final class MemoryServer implements Tree.Opener {
  private final VirtualLoop loop;
  private final MemoryNodes nodes = new MemoryNodes();
  private final Map<Long, MemoryTree> sessions = new LinkedHashMap<>();
  private long zxid;
  private long sessionCounter;

  /** Every committed transaction, for invariants: the writes with their complete paths. */
  private Consumer<List<Write>> onCommit = writes -> {};

  private Predicate<String> unchecked = path -> false;
  private Predicate<String> unreadable = path -> false;

  public MemoryServer(VirtualTime time) {
    loop = time.loop("server");
  }

  public void onCommit(Consumer<List<Write>> listener) {
    onCommit = listener;
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

  @Override
  public MemoryTree open(Loop owner, Consumer<TreeEvent> events) {
    MemoryTree tree = new MemoryTree(this, owner, ++sessionCounter, events);
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

  @Nullable Children children(String path) {
    return nodes.children(path);
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
  Answer<List<Written>> commit(long session, List<Write> writes) {
    zxid++;
    List<Written> written = new ArrayList<>();
    for (Write write : writes) {
      if (write instanceof Write.Check && unchecked.test(write.path())) {
        written.add(new Written(write.path(), -1));
        continue;
      }
      try {
        written.add(nodes.apply(write, session, zxid, loop.now().toEpochMilli()));
      } catch (Refused e) {
        nodes.rollBack();
        return new Answer.Failed<>(e.failure, written.size(), e.failure.name());
      }
    }
    List<Change> changes = nodes.commit();
    onCommit.accept(writes);
    for (Change change : changes) {
      List.copyOf(sessions.values()).forEach(tree -> tree.committed(change));
    }
    return new Answer.Ok<>(written);
  }
}
