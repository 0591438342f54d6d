package io.zkrun.master;

import io.zkrun.core.Bytes;
import io.zkrun.core.MasterDecision;
import io.zkrun.core.TaskId;
import io.zkrun.znode.Answer;
import io.zkrun.znode.Children;
import io.zkrun.znode.Loop;
import io.zkrun.znode.Node;
import io.zkrun.znode.ResultNode;
import io.zkrun.znode.TaskNode;
import io.zkrun.znode.Tree;
import io.zkrun.znode.Write;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads finished tasks, keeps them in the history, and says what deletes them. */
final class Purge {
  /** How many are remembered that are kept, and of whose deletion nothing is known. */
  private static final int KEPT_MAX = 10_000;

  private final Tree tree;
  private final Loop loop;
  private final History history;

  /**
   * Those that stand in the history already, so that they come there once. A task's czxid alone
   * does not name it: all that one transaction submitted have the same.
   */
  private final Set<MasterDecision.Purge> kept = new LinkedHashSet<>();

  Purge(Tree tree, Loop loop, History history) {
    this.tree = tree;
    this.loop = loop;
    this.history = history;
  }

  /**
   * Answers with the writes that delete the task's children and the task, once it is in the
   * history; or with null where it cannot be kept, or is another task.
   */
  void prepare(MasterDecision.Purge purge, Consumer<@Nullable List<Write>> then) {
    TaskId task = purge.task();
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
                          if (children instanceof Answer.Ok<Children> found
                              && spec instanceof Answer.Ok<Node> node
                              && node.value().stat().czxid() == purge.czxid()) {
                            List<Write> writes = deletions(path, found.value().names());
                            keep(purge, node.value().data(), data(status), writes, then);
                          } else {
                            then.accept(null);
                          }
                        })));
  }

  private void keep(
      MasterDecision.Purge purge,
      Bytes spec,
      @Nullable Bytes status,
      List<Write> writes,
      Consumer<@Nullable List<Write>> then) {
    if (kept.contains(purge)) {
      then.accept(writes);
      return;
    }
    history.append(
        purge.task(),
        spec,
        status,
        isKept ->
            loop.execute(
                () -> {
                  if (isKept) {
                    remember(purge);
                  }
                  then.accept(isKept ? writes : null);
                }));
  }

  private void remember(MasterDecision.Purge purge) {
    kept.add(purge);
    if (kept.size() > KEPT_MAX) {
      kept.remove(kept.iterator().next());
    }
  }

  /** It is deleted. */
  void done(MasterDecision.Purge purge) {
    kept.remove(purge);
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
