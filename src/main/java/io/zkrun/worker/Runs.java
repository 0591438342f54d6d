package io.zkrun.worker;

import io.zkrun.core.EndCause;
import io.zkrun.core.FoundRun;
import io.zkrun.core.NotReady;
import io.zkrun.core.RunEnd;
import io.zkrun.core.RunKey;
import io.zkrun.core.WorkerDecision;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The side of a worker that runs commands and keeps what they leave. No call blocks for long or
 * throws; what happens is told to the {@link Events}, on the worker's loop and never from within
 * the call.
 */
public interface Runs {
  /** Hears what happens to the runs, on the worker's loop. */
  interface Events {
    /** Its process is there. Left out for one that could not be started or has ended before. */
    void started(RunKey key, Instant at, long pid);

    /**
     * It has ended, and so has its process tree. Comes exactly once for each start or adopt, or
     * {@link #refused} in its place.
     */
    void ended(RunKey key, RunEnd end);

    /** Nothing of it has started, for a reason of this host. */
    void refused(RunKey key, NotReady why);

    /** The answer to {@link Runs#probe}; null where a command could be started. */
    void probed(@Nullable NotReady why);

    /**
     * Nothing of what was asked for is done, and nothing is told; or it goes on again.
     *
     * @param why one line; null where it goes on
     */
    void hangs(@Nullable String why);
  }

  /** Where the events go from now on. Called once, before everything else. */
  void listen(Events events);

  /** Names this spool folder, for ever. */
  String spoolId();

  /** Names this boot of the machine. */
  String bootId();

  /** What an earlier daemon left here. */
  List<FoundRun> found();

  /** Runs it, unless the deadline is over. */
  void start(WorkerDecision.Start request);

  /**
   * Takes over what {@link #found} told of; what left no trace ends as lost.
   *
   * @param killAfterSeconds as its spec says; null for the worker's setting
   */
  void adopt(RunKey key, @Nullable Double killAfterSeconds);

  /** Ends its process tree; repeated calls do nothing more. */
  void end(RunKey key, EndCause cause, String reason);

  /**
   * Hands the keeper a new deadline, in milliseconds since the machine's boot: from {@code termAt}
   * on every tree but those of {@code hold} tasks is asked to end, by {@code killAt} it is dead.
   */
  void deadline(long termAt, long killAt);

  /** Tries whether a command could be started, without one. */
  void probe();

  /** Its result will not hold its outputs: they stay past the delivery. */
  void keepOutputs(RunKey key);

  /** Its result is in ZooKeeper, or nobody waits for it: it may be forgotten. */
  void delivered(RunKey key);
}
