package io.zkrun.zk;

import io.zkrun.core.Bytes;
import io.zkrun.znode.Answer;
import io.zkrun.znode.Children;
import io.zkrun.znode.Failure;
import io.zkrun.znode.Loop;
import io.zkrun.znode.Node;
import io.zkrun.znode.Tree;
import io.zkrun.znode.TreeEvent;
import io.zkrun.znode.Write;
import io.zkrun.znode.Written;
import java.util.List;
import java.util.function.Consumer;
import org.apache.zookeeper.Op;
import org.jspecify.annotations.Nullable;

/**
 * The {@link Tree} of a ZooKeeper ensemble. Everything that the client library calls back is posted
 * to the owner's loop in the library's order and handled there.
 */
public final class ZkTree implements Tree {
  private static final String OVER = "the session is over";

  private final Loop loop;
  private final Chroot chroot;
  private final Session session;

  ZkTree(ZkTrees settings, Loop loop, Consumer<TreeEvent> events) {
    this.loop = loop;
    chroot = Chroot.of(settings.connect());
    session = new Session(settings, chroot, loop, events);
  }

  @Override
  public void get(String path, Consumer<Answer<Node>> then) {
    if (isOver(then)) {
      return;
    }
    session
        .connection()
        .getData(
            chroot.full(path),
            false,
            (rc, p, ctx, data, stat) ->
                loop.execute(
                    () ->
                        then.accept(
                            rc == 0
                                ? new Answer.Ok<>(
                                    new Node(
                                        data == null ? Bytes.EMPTY : Bytes.of(data),
                                        Answers.stat(stat)))
                                : failed(rc, -1))),
            null);
  }

  @Override
  public void children(String path, Consumer<Answer<Children>> then) {
    if (isOver(then)) {
      return;
    }
    session
        .connection()
        .getChildren(
            chroot.full(path),
            false,
            (rc, p, ctx, names, stat) ->
                loop.execute(
                    () ->
                        then.accept(
                            rc == 0
                                ? new Answer.Ok<>(
                                    new Children(
                                        names.stream().sorted().toList(), Answers.stat(stat)))
                                : failed(rc, -1))),
            null);
  }

  @Override
  public void multi(List<Write> writes, Consumer<Answer<List<Written>>> then) {
    if (isOver(then)) {
      return;
    }
    List<Write> sent = List.copyOf(writes);
    List<Op> ops =
        sent.stream().map(write -> Answers.op(write, chroot.full(write.path()))).toList();
    session
        .connection()
        .multi(
            ops,
            (rc, p, ctx, results) ->
                loop.execute(
                    () ->
                        then.accept(
                            rc == 0
                                ? new Answer.Ok<>(Answers.written(sent, results, chroot))
                                : failed(rc, Answers.firstFailed(results)))),
            null);
  }

  @Override
  public void sync(Consumer<Answer<Void>> then) {
    if (isOver(then)) {
      return;
    }
    session
        .connection()
        .sync(
            chroot.full("/"),
            (rc, p, ctx) ->
                loop.execute(() -> then.accept(rc == 0 ? Session.done() : failed(rc, -1))),
            null);
  }

  @Override
  public void watch(String path, boolean recursive, Consumer<Answer<Void>> then) {
    if (!isOver(then)) {
      session.watch(path, recursive, then);
    }
  }

  @Override
  public void unwatch(String path, Consumer<Answer<Void>> then) {
    if (!isOver(then)) {
      session.unwatch(path, then);
    }
  }

  /** What the server has granted, in milliseconds; 0 before the first connection. */
  public int sessionTimeoutMillis() {
    return session.connection().getSessionTimeout();
  }

  /** For tests: another one after the library has given up. */
  Connection connection() {
    return session.connection();
  }

  /** Returns at once; the session is ended by a thread of its own. */
  @Override
  public void close() {
    session.close();
  }

  /**
   * Closes and waits until the server has ended the session, with all its ephemeral znodes.
   *
   * @return false when that did not happen within {@code millis}; it then ends by its timeout
   */
  public boolean closeAndWait(long millis) throws InterruptedException {
    session.close();
    return session.awaitEnd(millis);
  }

  private <T extends @Nullable Object> boolean isOver(Consumer<Answer<T>> then) {
    if (session.isOver()) {
      loop.execute(() -> then.accept(new Answer.Failed<>(Failure.SESSION_EXPIRED, -1, OVER)));
      return true;
    }
    return false;
  }

  private <T extends @Nullable Object> Answer<T> failed(int rc, int member) {
    Failure failure = session.failure(rc);
    return new Answer.Failed<>(failure, member, Answers.message(rc));
  }
}
