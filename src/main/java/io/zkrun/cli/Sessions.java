package io.zkrun.cli;

import io.zkrun.zk.ZkTree;
import io.zkrun.zk.ZkTrees;
import io.zkrun.znode.Loop;
import io.zkrun.znode.Tree;
import io.zkrun.znode.TreeEvent;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Opens sessions, and remembers the last one, so that a stopping daemon can see it ended. */
final class Sessions implements Tree.Opener {
  private final ZkTrees trees;
  private volatile @Nullable ZkTree last;

  Sessions(ZkTrees trees) {
    this.trees = trees;
  }

  @Override
  public ZkTree open(Loop loop, Consumer<TreeEvent> events) {
    ZkTree tree = trees.open(loop, events);
    last = tree;
    return tree;
  }

  /** Waits until the server has ended the last session, at most {@code millis}. */
  void end(long millis) throws InterruptedException {
    ZkTree tree = last;
    if (tree != null) {
      boolean unused = tree.closeAndWait(millis);
    }
  }
}
