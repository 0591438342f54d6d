package io.zkrun.sabotage;

import io.zkrun.znode.Answer;
import io.zkrun.znode.ForwardingTree;
import io.zkrun.znode.Tree;
import io.zkrun.znode.Write;
import io.zkrun.znode.Written;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A session that leaves the fence out of what it writes: every check of a version. */
class UnfencedTree extends ForwardingTree {
  UnfencedTree(Tree tree) {
    super(tree);
  }

  /** Goes on in another session. */
  void replace(Tree by) {
    forwardTo(by);
  }

  @Override
  public void multi(List<Write> writes, Consumer<Answer<List<Written>>> then) {
    List<Write> kept = writes.stream().filter(write -> !isFence(write)).toList();
    if (kept.isEmpty()) {
      super.sync(answer -> then.accept(renewed(writes, answer)));
    } else {
      super.multi(kept, answer -> then.accept(padded(writes, answer)));
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
}
