package io.zkrun.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Every decision of a master, from what it sees in the tree. One scheduler lives from one full read
 * of the tree to the next: after each reconnect or takeover a new one is filled with events, and
 * decides nothing before {@link MasterEvent.Loaded}.
 *
 * <h2>The protocol without crashes</h2>
 *
 * A client creates {@code /tasks/task-N} ({@code TaskSeen}). The task joins the {@link RunQueue};
 * as soon as a worker has a free slot, {@code Assign} creates {@code /assign/<worker>/task-N}. The
 * worker runs the command and, in one multi, creates {@code /tasks/task-N/status} ({@code
 * StatusAppeared}) and deletes its assignment ({@code AssignmentGone}), which frees the slot. If
 * the attempt failed and retries are left, the worker creates {@code attempt-<n>} instead, and the
 * task queues again when its delay is over.
 *
 * <h2>When a worker crashes</h2>
 *
 * Its {@code /workers/<worker>} goes ({@code WorkerGone}). If it is not back within the time that
 * outlasts its lease, {@code DeclareLost} raises its incarnation, so that nothing it still sends is
 * accepted, and settles its tasks by their {@link OnLost} in the same multi. By then the worker, or
 * its keeper, has ended what ran.
 *
 * <h2>When a master crashes</h2>
 *
 * Another one is elected, whose epoch makes every write of the former fail, reads the tree, and
 * goes on: all that matters stands there. A decision whose fate is unknown is never guessed at: the
 * tree is read again after a {@code sync}.
 *
 * <p>The scheduler is level-triggered: after each event ({@link Intake}) and each decision whose
 * fate is known ({@link Settlement}) it looks at the task or worker concerned as a whole ({@link
 * Decider}) rather than reacting to the event itself. At most one decision per task, assignment or
 * worker is under way at a time.
 */
public final class Scheduler {
  /** How long the assignment of a finished task may stand before the master clears it away. */
  static final long CLEAR_AFTER_MILLIS = 1_000;

  /** How often old tasks are looked for. */
  static final long PURGE_EVERY_MILLIS = 5_000;

  /** When a lost worker is looked at again whose tasks had decisions under way. */
  static final long AGAIN_MILLIS = 1_000;

  /** How long a worker must have been there to count as one that stays. */
  static final long STEADY_MILLIS = 600_000;

  /** How many assignments of a lost worker are settled in one multi. */
  static final int MAX_LOST_AT_ONCE = 100;

  /** No tick is due. */
  public static final long NEVER = Long.MAX_VALUE;

  private final SchedulerOptions options;
  private final List<MasterDecision> decisions = new ArrayList<>();
  private final SeenTree seen;
  private final Decider decider;
  private final Intake intake;
  private final Settlement settlement;

  public Scheduler(SchedulerOptions options) {
    this(options, new Clocks(options.retention().minAgeMillis()));
  }

  private Scheduler(SchedulerOptions options, Clocks clocks) {
    this.options = options;
    seen = new SeenTree(options, clocks);
    decider = new Decider(seen, new Endings(options), decisions);
    intake = new Intake(seen, decider);
    settlement = new Settlement(seen, decider, decisions);
  }

  /**
   * A scheduler to be filled with the tree as it is read again. A master that has seen a status
   * never runs that task again, though a person deleted it; and an assignment that has gone
   * meanwhile without a record is a lost attempt: so much it still knows.
   */
  public Scheduler successor() {
    Scheduler next = new Scheduler(options, seen.clocks);
    seen.leaveTo(next.seen.before);
    return next;
  }

  /** Takes in one event and returns what is to be done now, in this order. */
  public List<MasterDecision> on(MasterEvent event, Now at) {
    decider.at(at);
    take(event);
    if (seen.loaded) {
      decider.place();
    }
    List<MasterDecision> result = List.copyOf(decisions);
    decisions.clear();
    return result;
  }

  private void take(MasterEvent event) {
    if (event instanceof MasterEvent.Tick) {
      decider.tick();
    } else if (event instanceof MasterEvent.Loaded) {
      seen.completed();
      decider.considerAll();
    } else if (event instanceof MasterEvent.Carried carried) {
      settlement.settled(carried.decision(), true);
    } else if (event instanceof MasterEvent.Refused refused) {
      settlement.settled(refused.decision(), false);
    } else {
      intake.take(event);
    }
  }

  /**
   * When the next {@link MasterEvent.Tick} is due, on the clock of {@link Now#millis}; far away
   * while the tree is being read, since nothing is decided then.
   */
  public long nextTickMillis() {
    return seen.loaded ? decider.nextTickMillis() : NEVER;
  }

  /** How many tasks could start if a worker had a slot. */
  public int queued() {
    return decider.queued();
  }

  /** How many finished tasks still stand. */
  public int finished() {
    return seen.finished.size();
  }

  /** The workers as placement sees them: those that are up. */
  public Collection<Candidate> candidates() {
    return List.copyOf(seen.workers.open());
  }
}
