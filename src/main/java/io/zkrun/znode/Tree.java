package io.zkrun.znode;

import java.util.List;
import java.util.function.Consumer;

/**
 * ZooKeeper's tree as one session sees it. Every method returns at once; answers and events reach
 * the owner's {@link Loop} in the order in which the server sent them, and nothing is called back
 * from within the call itself. Paths are absolute and relative to the chroot.
 *
 * <p>After {@link TreeEvent.Expired} or {@link #close} every call is answered with {@link
 * Failure#SESSION_EXPIRED}; the owner opens a new tree.
 */
public interface Tree extends AutoCloseable {
  /** The data and stat of a znode; {@link Failure#NO_NODE} where there is none. */
  void get(String path, Consumer<Answer<Node>> then);

  /** The names of a znode's children, sorted, and the parent's stat. */
  void children(String path, Consumer<Answer<Children>> then);

  /**
   * Commits all of {@code writes} or none. A failure names the first failing member. After {@link
   * Failure#CONNECTION_LOSS} the writes may or may not have happened, and may still happen until
   * {@link #sync} was answered in the same session.
   */
  void multi(List<Write> writes, Consumer<Answer<List<Written>>> then);

  /** Answered when this server has seen all that was committed before the call. */
  void sync(Consumer<Answer<Void>> then);

  /**
   * Adds a persistent watch, on the path alone (its creation, change, deletion and change of
   * children) or on it and everything below (creations, changes and deletions). It survives a
   * reconnect but misses what happened while disconnected: read again after {@link
   * TreeEvent.Connected}. The path need not exist.
   */
  void watch(String path, boolean recursive, Consumer<Answer<Void>> then);

  /** Removes what {@link #watch} added. */
  void unwatch(String path, Consumer<Answer<Void>> then);

  /** Ends the session, and with it its ephemeral znodes. Idempotent. */
  @Override
  void close();

  /** Opens sessions. */
  @FunctionalInterface
  interface Opener {
    /**
     * Begins a session; {@code events} hears of it on {@code loop}. {@link TreeEvent.Connected}
     * comes first.
     */
    Tree open(Loop loop, Consumer<TreeEvent> events);
  }
}
