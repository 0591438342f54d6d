package io.zkrun.exec;

import io.zkrun.core.EndCause;
import io.zkrun.core.FoundRun;
import io.zkrun.core.NotReady;
import io.zkrun.core.RunEnd;
import io.zkrun.core.RunKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The folder in which a worker's commands run, and the processes themselves. Methods return at
 * once; what happens is told to the {@link Listener} on a thread of the spool. Commands outlive the
 * daemon: the next one finds and adopts them.
 */
public interface Spool extends AutoCloseable {
  /**
   * Makes or opens the folder and locks it.
   *
   * @throws SpoolException where another daemon holds it, or it cannot be made or written
   */
  static Spool open(SpoolSettings settings) throws SpoolException {
    return SpoolFolder.open(settings);
  }

  /**
   * Whose the spool is from now on. What stands there belongs to the assignments of one worker:
   * under another name nothing would ask for it, and it would be ended.
   *
   * @throws SpoolException where it holds what another worker has not delivered; nothing is changed
   */
  void claim(String worker) throws SpoolException;

  /** Kept in the folder for as long as it exists. */
  String spoolId();

  /** Of the running kernel: processes of another boot are gone. */
  String bootId();

  /** Runs of earlier daemons that were not delivered, as they were at {@link #open}. */
  List<FoundRun> found();

  /**
   * Starts a command. One that cannot be started ends as {@code spawnFailed}, or is refused where
   * that is not of its own making.
   */
  void start(RunRequest request, Listener listener);

  /**
   * Takes over a {@linkplain #found found} run: it ends when its command ends, or at once where
   * that happened meanwhile, and as {@code lost} where it left no trace of its end.
   *
   * @throws IllegalArgumentException where no such run was found
   */
  void adopt(RunKey key, Listener listener);

  /**
   * Ends the whole tree: SIGTERM, and SIGKILL after {@code killAfter}, until nothing is left. Does
   * nothing where the command ended already; a later call can only shorten the time.
   */
  void end(RunKey key, EndCause cause, Duration killAfter);

  /**
   * Tries whether a command could be started, without one.
   *
   * @param then hears why not; null where it could
   */
  void probe(Consumer<@Nullable NotReady> then);

  /** Its result will not hold its outputs: they fall under the retention though nothing was cut. */
  void keepOutputs(RunKey key);

  /** The result stands in ZooKeeper: what is kept of the run now falls under the retention. */
  void delivered(RunKey key);

  /**
   * The new lease, in milliseconds since boot (CLOCK_BOOTTIME). Past it the keeper ends the trees
   * of all runs but those with {@code onLost=hold}, and no such command starts. Before the first
   * call of a spool's life there is no limit.
   */
  void deadline(long termAtBootMillis, long killAtBootMillis);

  /**
   * Whether it hangs. To be asked each second, always on the same thread.
   *
   * @return what hangs, and where; null while all goes on
   */
  @Nullable String hangsIn();

  /** Lets go of the folder. Commands run on, and so does the keeper while there are any. */
  @Override
  void close();

  /** Is told what becomes of one run. */
  interface Listener {
    /**
     * @param pid of the shell that watches over the command, which is the root of its tree
     */
    void started(long pid, Instant at);

    /**
     * Comes exactly once, after {@link #started} if that came, unless the spool is closed. {@link
     * #refused} may come in its place.
     */
    void ended(RunEnd end);

    /**
     * This host cannot start it, whatever it is, and nothing of it is left here. Whoever cannot
     * take it elsewhere hears that it could not be started.
     */
    default void refused(NotReady why) {
      ended(RunEnd.notStarted(why.message(), Instant.now()));
    }
  }
}
