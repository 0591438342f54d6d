package io.zkrun.znode;

import java.util.List;
import java.util.function.Consumer;

/** Hands everything on: for whoever changes one thing about a tree. */
public class ForwardingTree implements Tree {
  private Tree tree;

  public ForwardingTree(Tree tree) {
    this.tree = tree;
  }

  /** Hands on to another one from now on, such as the next session. */
  protected final void forwardTo(Tree by) {
    tree = by;
  }

  @Override
  public void get(String path, Consumer<Answer<Node>> then) {
    tree.get(path, then);
  }

  @Override
  public void children(String path, Consumer<Answer<Children>> then) {
    tree.children(path, then);
  }

  @Override
  public void multi(List<Write> writes, Consumer<Answer<List<Written>>> then) {
    tree.multi(writes, then);
  }

  @Override
  public void sync(Consumer<Answer<Void>> then) {
    tree.sync(then);
  }

  @Override
  public void watch(String path, boolean recursive, Consumer<Answer<Void>> then) {
    tree.watch(path, recursive, then);
  }

  @Override
  public void unwatch(String path, Consumer<Answer<Void>> then) {
    tree.unwatch(path, then);
  }

  @Override
  public void close() {
    tree.close();
  }
}
