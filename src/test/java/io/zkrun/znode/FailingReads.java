package io.zkrun.znode;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A tree that does not always answer. */
public final class FailingReads {
  private FailingReads() {}

  /** Answers so many of the reads of a path with {@code failure}. */
  public static Tree of(Tree tree, String path, AtomicInteger left, Failure failure) {
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
