package io.zkrun.sabotage;

import io.zkrun.znode.Answer;
import io.zkrun.znode.Children;
import io.zkrun.znode.ClusterNode;
import io.zkrun.znode.Failure;
import io.zkrun.znode.Loop;
import io.zkrun.znode.MasterNode;
import io.zkrun.znode.Node;
import io.zkrun.znode.Tree;
import io.zkrun.znode.TreeEvent;
import io.zkrun.znode.Write;
import io.zkrun.znode.Written;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A master's session without a fence, whose end its owner never hears of: where the server has
 * ended it another takes its place, as if the connection had been lost for a moment; and once the
 * master is elected, the deletion of {@code /master} is kept from it, and where it looks whether it
 * still leads it sees what it saw at first.
 */
final class EndlessTree implements Tree {
  private final Opener opener;
  private final Loop loop;
  private final Consumer<TreeEvent> events;
  private final Map<String, Boolean> watched = new LinkedHashMap<>();
  private final UnfencedTree tree;
  private Tree session;
  private boolean elected;

  /** What an elected master saw at first of what tells whether it leads. */
  private final Map<String, Answer<Node>> seen = new LinkedHashMap<>();

  private boolean closed;

  EndlessTree(Opener opener, Loop loop, Consumer<TreeEvent> events) {
    this.opener = opener;
    this.loop = loop;
    this.events = events;
    session = opener.open(loop, this::hear);
    tree = new UnfencedTree(session);
  }

  private void hear(TreeEvent event) {
    if (closed) {
      return;
    }
    if (event instanceof TreeEvent.Expired) {
      session.close();
      session = opener.open(loop, this::hear);
      tree.replace(session);
      watched.forEach((path, recursive) -> session.watch(path, recursive, answer -> {}));
      events.accept(new TreeEvent.Disconnected("another session takes its place"));
    } else if (!(elected && isEndOfReign(event))) {
      events.accept(event);
    }
  }

  private static boolean isEndOfReign(TreeEvent event) {
    return event instanceof TreeEvent.Changed changed
        && changed.kind() == TreeEvent.Kind.DELETED
        && changed.path().equals(MasterNode.PATH);
  }

  /** The end of the session looks like a lost connection. */
  private static <T> Consumer<Answer<T>> endless(Consumer<Answer<T>> then) {
    return answer ->
        then.accept(
            answer instanceof Answer.Failed<T> failed && failed.failure() == Failure.SESSION_EXPIRED
                ? new Answer.Failed<>(Failure.CONNECTION_LOSS, failed.member(), failed.message())
                : answer);
  }

  @Override
  public void multi(List<Write> writes, Consumer<Answer<List<Written>>> then) {
    boolean election =
        writes.stream()
            .anyMatch(
                write -> write instanceof Write.Create && write.path().equals(MasterNode.PATH));
    tree.multi(
        writes,
        endless(
            answer -> {
              if (election) {
                elected = answer.failure() == null;
                seen.clear();
              }
              then.accept(answer);
            }));
  }

  @Override
  public void get(String path, Consumer<Answer<Node>> then) {
    boolean tells = path.equals(MasterNode.PATH) || path.equals(ClusterNode.PATH);
    Answer<Node> known = seen.get(path);
    if (elected && tells && known != null) {
      loop.execute(() -> then.accept(known));
      return;
    }
    tree.get(
        path,
        endless(
            answer -> {
              if (elected && tells && answer.failure() == null) {
                seen.putIfAbsent(path, answer);
              }
              then.accept(answer);
            }));
  }

  @Override
  public void children(String path, Consumer<Answer<Children>> then) {
    tree.children(path, endless(then));
  }

  @Override
  public void sync(Consumer<Answer<Void>> then) {
    tree.sync(then);
  }

  @Override
  public void watch(String path, boolean recursive, Consumer<Answer<Void>> then) {
    watched.put(path, recursive);
    tree.watch(path, recursive, then);
  }

  @Override
  public void unwatch(String path, Consumer<Answer<Void>> then) {
    watched.remove(path);
    tree.unwatch(path, then);
  }

  @Override
  public void close() {
    closed = true;
    tree.close();
  }
}
