package io.zkrun.simulation;

import io.zkrun.core.Bytes;
import io.zkrun.core.TaskId;
import io.zkrun.znode.MemoryTree;
import io.zkrun.znode.ResultNode;
import io.zkrun.znode.TaskNode;
import io.zkrun.znode.VirtualTime.VirtualLoop;
import io.zkrun.znode.Write;
import java.util.ArrayList;
import java.util.List;

/** Somebody with ZooKeeper's own command line. */
final class Person {
  private static final Bytes ANYTHING = Bytes.utf8("niubike3:2888");

  private final World world;
  private final VirtualLoop loop;
  private MemoryTree tree;

  Person(World world, String name) {
    this.world = world;
    loop = world.time.loop(name);
    tree = open();
  }

  private MemoryTree open() {
    return world.server.open(loop, event -> {});
  }

  /** Begins a new session; the old one's is left to its end. */
  void reopen() {
    tree.close();
    tree = open();
  }

  void write(Write... writes) {
    tree.multi(List.of(writes), answer -> {});
  }

  void delete(String path) {
    write(new Write.Delete(path, Write.ANY_VERSION));
  }

  static Write create(String path, Bytes data) {
    return new Write.Create(path, data, Write.Mode.PERSISTENT);
  }

  static Write createEphemeral(String path) {
    return new Write.Create(path, ANYTHING, Write.Mode.EPHEMERAL);
  }

  void end(TaskId task) {
    write(create(ResultNode.statusPath(task), Bytes.utf8("done")));
  }

  /** Deletes a task with all below it. */
  List<Write> deletions(TaskId task) {
    String path = TaskNode.path(task);
    List<Write> writes = new ArrayList<>();
    for (String child : world.server.peekChildren(path)) {
      writes.add(new Write.Delete(path + "/" + child, Write.ANY_VERSION));
    }
    writes.add(new Write.Delete(path, Write.ANY_VERSION));
    return writes;
  }
}
