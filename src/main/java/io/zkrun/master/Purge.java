package io.zkrun.master;

import io.zkrun.core.Bytes;
import io.zkrun.core.TaskId;
import io.zkrun.znode.Answer;
import io.zkrun.znode.Children;
import io.zkrun.znode.Node;
import io.zkrun.znode.ResultNode;
import io.zkrun.znode.TaskNode;
import io.zkrun.znode.Tree;
import io.zkrun.znode.Write;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads a finished task, keeps it in the history, and says what deletes it. */
final class Purge {
  private final Tree tree;
  private final History history;

  Purge(Tree tree, History history) {
    this.tree = tree;
    this.history = history;
  }

  /**
   * Answers with the writes that delete the task's children and the task, once it is in the
   * history; or runs {@code refused}.
   */
  void prepare(TaskId task, BooleanSupplier closed, Consumer<List<Write>> then, Runnable refused) {
    String path = TaskNode.path(task);
    tree.get(
        path,
        spec ->
            tree.get(
                ResultNode.statusPath(task),
                status ->
                    tree.children(
                        path,
                        children -> {
                          if (closed.getAsBoolean()) {
                            return;
                          }
                          if (children instanceof Answer.Ok<Children> found
                              && keep(task, data(spec), data(status))) {
                            then.accept(deletions(path, found.value().names()));
                          } else {
                            refused.run();
                          }
                        })));
  }

  private boolean keep(TaskId task, @Nullable Bytes spec, @Nullable Bytes status) {
    return spec != null && history.append(task, spec, status);
  }

  private static @Nullable Bytes data(Answer<Node> answer) {
    return answer instanceof Answer.Ok<Node> ok ? ok.value().data() : null;
  }

  private static List<Write> deletions(String path, List<String> children) {
    List<Write> writes = new ArrayList<>();
    children.forEach(name -> writes.add(new Write.Delete(path + "/" + name, Write.ANY_VERSION)));
    writes.add(new Write.Delete(path, Write.ANY_VERSION));
    return writes;
  }
}
