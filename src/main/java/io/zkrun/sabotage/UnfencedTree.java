package io.zkrun.sabotage;

import io.zkrun.znode.Answer;
import io.zkrun.znode.Children;
import io.zkrun.znode.Node;
import io.zkrun.znode.Tree;
import io.zkrun.znode.Write;
import io.zkrun.znode.Written;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A session that leaves the fence out of what it writes: every check of a version. */
class UnfencedTree implements Tree {
  private Tree tree;

  UnfencedTree(Tree tree) {
    this.tree = tree;
  }

  /** Goes on in another session. */
  void replace(Tree by) {
    tree = by;
  }

  @Override
  public void multi(List<Write> writes, Consumer<Answer<List<Written>>> then) {
    List<Write> kept = writes.stream().filter(write -> !isFence(write)).toList();
    if (kept.isEmpty()) {
      tree.sync(answer -> then.accept(renewed(writes, answer)));
    } else {
      tree.multi(kept, answer -> then.accept(padded(writes, answer)));
    }
  }

  private static boolean isFence(Write write) {
    return write instanceof Write.Check check && check.version() != Write.ANY_VERSION;
  }

  private static Answer<List<Written>> renewed(List<Write> writes, Answer<Void> answer) {
    return answer instanceof Answer.Failed<Void> failed
        ? new Answer.Failed<>(failed.failure(), -1, failed.message())
        : padded(writes, new Answer.Ok<>(List.of()));
  }

  /** Puts back what the checks that were left out would have answered. */
  private static Answer<List<Written>> padded(List<Write> writes, Answer<List<Written>> answer) {
    if (answer instanceof Answer.Failed<List<Written>> failed) {
      return new Answer.Failed<>(
          failed.failure(), original(writes, failed.member()), failed.message());
    }
    List<Written> all = new ArrayList<>();
    List<Written> kept = ((Answer.Ok<List<Written>>) answer).value();
    int next = 0;
    for (Write write : writes) {
      all.add(isFence(write) ? new Written(write.path(), -1) : kept.get(next++));
    }
    return new Answer.Ok<>(all);
  }

  private static int original(List<Write> writes, int member) {
    int left = member;
    for (int i = 0; i < writes.size() && left >= 0; i++) {
      if (!isFence(writes.get(i)) && left-- == 0) {
        return i;
      }
    }
    return -1;
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
