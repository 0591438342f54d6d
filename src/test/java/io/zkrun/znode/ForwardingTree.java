package io.zkrun.znode;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Hands everything on; for tests that change one thing about a tree. */
public class ForwardingTree implements Tree {
  private final Tree tree;

  public ForwardingTree(Tree tree) {
    this.tree = tree;
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

  /** Answers so many of the reads of a path with {@code failure}. */
  public static Tree failingReads(Tree tree, String path, AtomicInteger left, Failure failure) {
    return new ForwardingTree(tree) {
      @Override
      public void get(String asked, Consumer<Answer<Node>> then) {
        super.get(asked, answer -> then.accept(fails(asked) ? failed() : answer));
      }

      @Override
      public void children(String asked, Consumer<Answer<Children>> then) {
        super.children(asked, answer -> then.accept(fails(asked) ? failed() : answer));
      }

      private boolean fails(String asked) {
        return asked.equals(path) && left.getAndDecrement() > 0;
      }

      private <T> Answer<T> failed() {
        return new Answer.Failed<>(failure, -1, failure.name());
      }
    };
  }
}
