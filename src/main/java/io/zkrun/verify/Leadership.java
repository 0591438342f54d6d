package io.zkrun.verify;

import io.zkrun.znode.Answer;
import io.zkrun.znode.ClusterNode;
import io.zkrun.znode.Failure;
import io.zkrun.znode.Loop;
import io.zkrun.znode.MasterNode;
import io.zkrun.znode.Node;
import io.zkrun.znode.Tree;
import io.zkrun.znode.TreeEvent;
import io.zkrun.znode.Write;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Who leads, as ZooKeeper has it: a session that watches, and can depose. */
final class Leadership implements AutoCloseable {
  private final Tree.Opener opener;
  private final Loop loop;
  private @Nullable Tree tree;
  private boolean closed;

  /** Guarded by this. */
  private Leader leader = new Leader(0, -1);

  /**
   * @param pid of the master; 0 where none leads
   * @param epoch of the last election; -1 where none has been seen
   */
  record Leader(long pid, int epoch) {}

  Leadership(Tree.Opener opener, Loop loop) {
    this.opener = opener;
    this.loop = loop;
    loop.execute(this::open);
  }

  private void open() {
    tree = opener.open(loop, this::hear);
  }

  private void hear(TreeEvent event) {
    Tree at = tree;
    if (closed || at == null) {
      return;
    }
    if (event instanceof TreeEvent.Expired) {
      at.close();
      open();
    } else if (event instanceof TreeEvent.Connected) {
      at.watch(MasterNode.PATH, false, answer -> {});
      at.sync(answer -> look(at));
    } else if (event instanceof TreeEvent.Changed) {
      look(at);
    }
  }

  private void look(Tree at) {
    at.get(
        MasterNode.PATH,
        answer -> {
          if (answer instanceof Answer.Ok<Node> master) {
            long pid = MasterNode.decode(master.value().data()).pid();
            at.get(ClusterNode.PATH, assign -> found(pid, assign));
          } else if (answer.failure() == Failure.NO_NODE) {
            found(0, answer);
          }
        });
  }

  private synchronized void found(long pid, Answer<Node> assign) {
    int epoch =
        assign instanceof Answer.Ok<Node> node ? node.value().stat().version() : leader.epoch();
    leader = new Leader(pid, epoch);
    notifyAll();
  }

  synchronized Leader leader() {
    return leader;
  }

  /** Waits for one of a later epoch; null where none came in time. */
  synchronized @Nullable Leader awaitAfter(int epoch, long millis) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (leader.pid() == 0 || leader.epoch() <= epoch) {
      long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
      if (left <= 0) {
        return null;
      }
      wait(left);
    }
    return leader;
  }

  /** What became of the wish to delete {@code /master}. */
  enum Deletion {
    DONE,
    /** It is not this leader's, or was not there. */
    REFUSED,
    /** The answer was lost: it may have been done, or be done later. */
    UNKNOWN
  }

  /**
   * Deletes {@code /master}, as a person would, if it still is this leader's. Unless that is done,
   * looks anew who leads.
   */
  CompletableFuture<Deletion> depose(Leader wanted) {
    CompletableFuture<Deletion> done = new CompletableFuture<>();
    loop.execute(
        () -> {
          Tree at = tree;
          if (closed || at == null) {
            done.complete(Deletion.REFUSED);
            return;
          }
          at.multi(
              List.of(
                  new Write.Check(ClusterNode.PATH, wanted.epoch()),
                  new Write.Delete(MasterNode.PATH, MasterNode.ELECTED_VERSION)),
              answer -> {
                done.complete(deletion(answer.failure()));
                if (answer.failure() != null && at == tree) {
                  at.sync(synced -> look(at));
                }
              });
        });
    return done;
  }

  private static Deletion deletion(@Nullable Failure failure) {
    if (failure == null) {
      return Deletion.DONE;
    }
    return switch (failure) {
      case CONNECTION_LOSS, SESSION_EXPIRED -> Deletion.UNKNOWN;
      default -> Deletion.REFUSED;
    };
  }

  @Override
  public void close() {
    loop.execute(
        () -> {
          closed = true;
          if (tree != null) {
            tree.close();
          }
        });
  }
}
