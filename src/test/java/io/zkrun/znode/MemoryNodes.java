package io.zkrun.znode;

import io.zkrun.core.Bytes;
import io.zkrun.znode.TreeEvent.Kind;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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
      copy.mzxid = mzxid;
      copy.ctime = ctime;
      copy.mtime = mtime;
      copy.version = version;
      copy.created = created;
      copy.owner = owner;
      copy.data = data;
      copy.children.addAll(children);
      return copy;
    }

    Stat stat() {
      // What users see counts creations and deletions; the numbering counts creations alone.
      int cversion = created * 2 - children.size();
      return new Stat(czxid, mzxid, ctime, mtime, version, cversion, owner, children.size());
    }
  }

  private final Map<String, Znode> nodes = new TreeMap<>();
  private final Map<String, @Nullable Znode> before = new TreeMap<>();
  private final List<Change> changes = new ArrayList<>();

  MemoryNodes() {
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
    Set<String> owned = new LinkedHashSet<>();
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
      Znode node = change(set.path());
      node.data = set.data();
      node.version++;
      node.mzxid = zxid;
      node.mtime = wallMillis;
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
      path += String.format("%010d", parent.created);
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
    Znode changedParent = change(parentPath);
    changedParent.created++;
    changedParent.children.add(name(path));
    remember(path);
    nodes.put(path, node);
    changes.add(new Change(Kind.CREATED, path));
    return new Written(path, 0);
  }

  private void delete(Write.Delete delete) throws Refused {
    require(delete.path(), delete.version());
    if (!nodes.get(delete.path()).children.isEmpty()) {
      throw new Refused(Failure.NOT_EMPTY);
    }
    remember(delete.path());
    nodes.remove(delete.path());
    change(parent(delete.path())).children.remove(name(delete.path()));
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

  /** Keeps what it was, once a transaction. */
  private void remember(String path) {
    if (!before.containsKey(path)) {
      Znode node = nodes.get(path);
      before.put(path, node == null ? null : node.copy());
    }
  }

  private Znode change(String path) {
    remember(path);
    return nodes.get(path);
  }

  List<Change> commit() {
    List<Change> made = List.copyOf(changes);
    before.clear();
    changes.clear();
    return made;
  }

  void rollBack() {
    before.forEach(
        (path, node) -> {
          if (node == null) {
            nodes.remove(path);
          } else {
            nodes.put(path, node);
          }
        });
    commit();
  }

  static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash == 0 ? "/" : path.substring(0, slash);
  }

  private static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
