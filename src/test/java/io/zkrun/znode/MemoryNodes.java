package io.zkrun.znode;

import io.zkrun.core.Bytes;
import io.zkrun.znode.TreeEvent.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The znodes of a {@link MemoryServer} and what ZooKeeper does to them; atomic per transaction. */
final class MemoryNodes {
  /** What a transaction did to one znode, as watches see it. */
  record Change(Kind kind, String path) {}

  /** The first member that failed. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1;
    final Failure failure;

    Refused(Failure failure) {
      super(failure.name());
      this.failure = failure;
    }
  }

  private static final class Znode {
    long czxid;
    long mzxid;
    long ctime;
    long mtime;
    int version;
    int created;
    long owner;
    Bytes data = Bytes.EMPTY;
    final TreeSet<String> children = new TreeSet<>();

    Znode copy() {
      Znode copy = new Znode();
      copy.czxid = czxid;
      copy.ctime = ctime;
      copy.created = created;
      copy.owner = owner;
      copy.setData(data, version, mzxid, mtime);
      copy.children.addAll(children);
      return copy;
    }

    void setData(Bytes newData, int newVersion, long newMzxid, long newMtime) {
      data = newData;
      version = newVersion;
      mzxid = newMzxid;
      mtime = newMtime;
    }

    Stat stat() {
      // What users see counts creations and deletions; the numbering counts creations alone.
      int cversion = created * 2 - children.size();
      return new Stat(czxid, mzxid, ctime, mtime, version, cversion, owner, children.size());
    }
  }

  private final Map<String, Znode> nodes = new HashMap<>();

  /** What takes back what the transaction has done so far. */
  private final Deque<Runnable> undo = new ArrayDeque<>();

  private List<Change> changes = new ArrayList<>();

  MemoryNodes() {
    nodes.put("/", new Znode());
  }

  /** As it is now, whatever happens afterwards. */
  MemoryNodes snapshot() {
    MemoryNodes snapshot = new MemoryNodes();
    nodes.forEach((path, node) -> snapshot.nodes.put(path, node.copy()));
    return snapshot;
  }

  /** As a server is whose disk was replaced. */
  void clear() {
    nodes.clear();
    nodes.put("/", new Znode());
  }

  @Nullable Node get(String path) {
    Znode node = nodes.get(path);
    return node == null ? null : new Node(node.data, node.stat());
  }

  @Nullable Children children(String path) {
    Znode node = nodes.get(path);
    return node == null ? null : new Children(List.copyOf(node.children), node.stat());
  }

  Set<String> ownedBy(long session) {
    Set<String> owned = new TreeSet<>();
    nodes.forEach(
        (path, node) -> {
          if (node.owner == session) {
            owned.add(path);
          }
        });
    return owned;
  }

  /** The members are applied one by one; {@link #commit} or {@link #rollBack} ends it. */
  Written apply(Write write, long session, long zxid, long wallMillis) throws Refused {
    if (write instanceof Write.Create create) {
      return create(create, session, zxid, wallMillis);
    } else if (write instanceof Write.SetData set) {
      require(set.path(), set.version());
      Znode node = nodes.get(set.path());
      Bytes data = node.data;
      int version = node.version;
      long mzxid = node.mzxid;
      long mtime = node.mtime;
      undo.push(() -> node.setData(data, version, mzxid, mtime));
      node.setData(set.data(), node.version + 1, zxid, wallMillis);
      changes.add(new Change(Kind.DATA, set.path()));
      return new Written(set.path(), node.version);
    } else if (write instanceof Write.Delete delete) {
      delete(delete);
    } else {
      require(write.path(), ((Write.Check) write).version());
    }
    return new Written(write.path(), -1);
  }

  private Written create(Write.Create create, long session, long zxid, long wallMillis)
      throws Refused {
    String parentPath = parent(create.path());
    Znode parent = nodes.get(parentPath);
    if (parent == null) {
      throw new Refused(Failure.NO_NODE);
    }
    String path = create.path();
    if (create.mode() == Write.Mode.PERSISTENT_SEQUENTIAL) {
      path += pad(parent.created);
    }
    if (nodes.containsKey(path)) {
      throw new Refused(Failure.NODE_EXISTS);
    }
    if (parent.owner != 0) {
      throw new Refused(Failure.NO_CHILDREN_FOR_EPHEMERALS);
    }
    Znode node = new Znode();
    node.czxid = zxid;
    node.mzxid = zxid;
    node.ctime = wallMillis;
    node.mtime = wallMillis;
    node.data = create.data();
    node.owner = create.mode() == Write.Mode.EPHEMERAL ? session : 0;
    String made = path;
    parent.created++;
    parent.children.add(name(made));
    nodes.put(made, node);
    undo.push(
        () -> {
          parent.created--;
          parent.children.remove(name(made));
          nodes.remove(made);
        });
    changes.add(new Change(Kind.CREATED, made));
    return new Written(made, 0);
  }

  private void delete(Write.Delete delete) throws Refused {
    require(delete.path(), delete.version());
    if (!nodes.get(delete.path()).children.isEmpty()) {
      throw new Refused(Failure.NOT_EMPTY);
    }
    Znode parent = nodes.get(parent(delete.path()));
    Znode node = nodes.remove(delete.path());
    parent.children.remove(name(delete.path()));
    undo.push(
        () -> {
          nodes.put(delete.path(), node);
          parent.children.add(name(delete.path()));
        });
    changes.add(new Change(Kind.DELETED, delete.path()));
  }

  private void require(String path, int version) throws Refused {
    Znode node = nodes.get(path);
    if (node == null) {
      throw new Refused(Failure.NO_NODE);
    }
    if (version != Write.ANY_VERSION && version != node.version) {
      throw new Refused(Failure.BAD_VERSION);
    }
  }

  List<Change> commit() {
    List<Change> made = changes;
    undo.clear();
    changes = new ArrayList<>();
    return made;
  }

  void rollBack() {
    while (!undo.isEmpty()) {
      undo.pop().run();
    }
    changes.clear();
  }

  private static String pad(int number) {
    String digits = Integer.toString(number);
    return "0".repeat(10 - digits.length()) + digits;
  }

  static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash == 0 ? "/" : path.substring(0, slash);
  }

  private static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
