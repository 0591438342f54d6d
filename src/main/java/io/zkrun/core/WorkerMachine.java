package io.zkrun.core;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Every decision of a worker that does not concern its registration. Events go in with the time,
 * decisions come out; nothing is done here.
 *
 * <p><b>Without faults:</b> an assignment is found and waits in {@code QUEUED} until a slot is free
 * and the lease is not due for renewal; else it is renewed first. It is started, becomes {@code
 * RUNNING}, says so in its assignment if it still runs after 50 ms, and ends. Then its result is
 * written and its assignment deleted in one transaction, and the spool may forget it.
 *
 * <p><b>When the connection is lost</b> nothing is written, and runs go on until the lease asks the
 * {@code rerun} and {@code fail} ones to end; these are lost. What was written without an answer is
 * left until all assignments have been read again: one that is gone was closed, one that stands is
 * closed again.
 *
 * <p><b>When the worker was declared lost</b> the {@code rerun} and {@code fail} runs are ended
 * before it registers again; afterwards only what the assignments still say goes on.
 *
 * <p><b>When the host cannot start commands</b> (its disk is full, say), the worker says so in its
 * registration, which it makes anew for that, and gets nothing more. Only then it hands back what
 * it could not start, and what waits: with the record of an attempt that counts as none, so that no
 * assignment goes without a word, and no task goes round for ever. It tries now and then whether it
 * can start one again.
 *
 * <p><b>When the spool hangs</b> nothing starts and the lease is left to end, as if no write were
 * acknowledged: the keeper ends what it must. If it goes on again before, all does; else the worker
 * gives up, so that its loss is declared and its tasks are handled by their policy.
 *
 * <p><b>When the daemon was restarted</b> it knows the runs in the spool; each that an assignment
 * asks for, by all of its key and the same tree, is adopted, and the others are ended once all
 * assignments were seen.
 */
public final class WorkerMachine {
  private static final long CLOSE_MILLIS = 1_000;
  private static final long DELIVER_MILLIS = 4_000;
  private static final long RENEW_AGAIN_MILLIS = 500;

  /** Until a host that could not start a command is tried again. */
  private static final long PROBE_MILLIS = 3_000;

  /** The same at most: the pause doubles where the host is well for no longer than the last one. */
  private static final long MOST_PROBE_MILLIS = 60_000;

  /** How long what is assigned all the same waits for the host to be well again. */
  private static final long RETURN_AFTER_MILLIS = 5_000;

  private final WorkerPolicy policy;
  private final Lease lease;
  private final RunBook book = new RunBook();
  private final List<WorkerDecision> out = new ArrayList<>();
  private final RunRules rules;

  /** Registered, as far as is known, and connected. */
  private boolean registered;

  /** All assignments have been seen since then. */
  private boolean reconciled;

  /** They have been seen at least once: from then on the keeper is told. */
  private boolean keeperTold;

  /** Why nothing is started here; null while all is well. */
  private @Nullable NotReady notReady;

  private boolean probing;
  private long probeAt;
  private long probePause = PROBE_MILLIS;
  private long wellSince = Long.MIN_VALUE / 2;

  /** Why the spool does nothing; null while it does. */
  private @Nullable String stuck;

  private long giveUpAt;

  private boolean renewing;
  private long renewAgainAt;
  private long toldKillAt;
  private @Nullable StopMode stopping;
  private long stopAt;
  private boolean stopped;
  private Moment now = new Moment(0, Instant.EPOCH);

  /**
   * @param found what an earlier daemon left in the spool
   */
  public WorkerMachine(WorkerPolicy policy, List<FoundRun> found) {
    this.policy = policy;
    this.lease = new Lease(policy.leaseMillis(), policy.killAfterMillis());
    this.rules = new RunRules(policy, book, found, out);
  }

  /**
   * Takes in what happened.
   *
   * @return what to do, in this order
   * @throws IllegalStateException for what cannot happen in this state; nothing changes
   */
  public List<WorkerDecision> on(WorkerEvent event, Moment moment) {
    now = moment;
    rules.at(moment);
    out.clear();
    dispatch(event);
    endWithLease();
    renewIfDue();
    startWhatCan();
    stopIfDone();
    giveUpIfDue();
    return List.copyOf(out);
  }

  private void dispatch(WorkerEvent event) {
    if (event instanceof WorkerEvent.Registered registration) {
      rules.cluster(registration.cluster());
      writable(true);
      acknowledged(registration.sentAt());
    } else if (event instanceof WorkerEvent.Confirmed) {
      writable(true);
    } else if (event instanceof WorkerEvent.Suspended) {
      writable(false);
    } else if (event instanceof WorkerEvent.ClusterNamed named) {
      rules.cluster(named.cluster());
    } else if (event instanceof WorkerEvent.LossDeclared) {
      endFenced("its worker was declared lost");
    } else if (event instanceof WorkerEvent.TreeWiped) {
      rules.wiped();
    } else if (event instanceof WorkerEvent.Reconciled) {
      reconciled();
    } else if (event instanceof WorkerEvent.Acknowledged write) {
      acknowledged(write.sentAt());
    } else if (event instanceof WorkerEvent.Renewed) {
      renewing = false;
      renewAgainAt = now.bootMillis() + RENEW_AGAIN_MILLIS;
    } else if (event instanceof WorkerEvent.Ticked) {
      book.all().forEach(rules::tick);
      probeIfDue();
    } else if (event instanceof WorkerEvent.SpoolStuck hangs) {
      stuck = hangs.why();
      giveUpAt = now.bootMillis() + policy.leaseMillis();
    } else if (event instanceof WorkerEvent.SpoolMoves) {
      stuck = null;
    } else if (event instanceof WorkerEvent.StopAsked stop) {
      stop(stop.mode());
    } else {
      dispatchAssignment(event);
    }
  }

  private void dispatchAssignment(WorkerEvent event) {
    if (event instanceof WorkerEvent.Listed listed) {
      listed(listed.tasks());
    } else if (event instanceof WorkerEvent.AssignmentFound found) {
      rules.assignmentFound(found);
      if (notReady != null) {
        rules.returnAfter(RETURN_AFTER_MILLIS);
      }
    } else if (event instanceof WorkerEvent.AssignmentRead read) {
      RunState run = book.current(read.task());
      if (run != null && run.key.assignmentCzxid() == read.czxid()) {
        rules.changed(run, read.version(), read.assignment());
      } else {
        out.add(new WorkerDecision.Read(read.task()));
      }
    } else if (event instanceof WorkerEvent.AssignmentGone gone) {
      RunState run = book.current(gone.task());
      if (run != null) {
        rules.gone(run);
      }
    } else {
      dispatchRun(event);
    }
  }

  /** Answers about a run that is over by now tell nothing new. */
  private void dispatchRun(WorkerEvent event) {
    if (event instanceof WorkerEvent.RunStarted started) {
      rules.started(known(started.key()), started.at(), started.pid());
    } else if (event instanceof WorkerEvent.RunEnded ended) {
      rules.ended(known(ended.key()), ended.end());
    } else if (event instanceof WorkerEvent.RunRefused refused) {
      RunState run = rules.live(known(refused.key()), "have been refused");
      becomeUnready(refused.why());
      rules.refused(run, refused.why());
    } else if (event instanceof WorkerEvent.Probed probed) {
      probed(probed.why());
    } else if (event instanceof WorkerEvent.Closed closed) {
      RunState run = book.get(closed.key());
      if (run != null) {
        rules.closed(run, closed.answer());
      }
    } else if (event instanceof WorkerEvent.Marked marked) {
      RunState run = book.get(marked.key());
      if (run != null) {
        rules.marked(run, marked.answer());
      }
    } else {
      throw new IllegalStateException("unknown event " + event);
    }
  }

  private RunState known(RunKey key) {
    RunState run = book.get(key);
    if (run == null) {
      throw new IllegalStateException("no run " + key + " is known here");
    }
    return run;
  }

  // ---- registration

  private void writable(boolean value) {
    registered = value;
    reconciled = false;
    renewing = false;
    rules.writable(value);
  }

  private void listed(List<TaskId> tasks) {
    for (RunState run : book.all()) {
      if (book.current(run.key.task()) == run && !tasks.contains(run.key.task())) {
        rules.gone(run);
      }
    }
  }

  private void reconciled() {
    if (!registered) {
      throw new IllegalStateException("assignments were reconciled without a registration");
    }
    reconciled = true;
    rules.dropLeftovers();
    keeperTold = true;
    tellKeeper();
  }

  // ---- lease

  private void acknowledged(long sentAt) {
    if (stuck == null && lease.acknowledge(sentAt) && keeperTold) {
      tellKeeper();
    }
  }

  /**
   * Spares the keeper what changes next to nothing; it knows too early a deadline, never too late.
   */
  private void tellKeeper() {
    if (stuck == null && lease.killAt() - toldKillAt >= policy.leaseMillis() / 50) {
      toldKillAt = lease.killAt();
      out.add(new WorkerDecision.SetDeadline(lease.termAt(), lease.killAt()));
    }
  }

  private void endWithLease() {
    if (lease.isOver(now.bootMillis())) {
      endFenced(
          "no write was acknowledged for so long that the lease of "
              + policy.leaseMillis() / 1000.0
              + " s ended");
    }
  }

  private void endFenced(String reason) {
    for (RunState run : book.live()) {
      if (run.isFenced()) {
        rules.end(run, EndCause.LOST, reason);
      }
    }
  }

  private void renewIfDue() {
    if (stuck == null
        && registered
        && book.liveCount() > 0
        && now.bootMillis() >= lease.renewAt()) {
      renew();
    }
  }

  private void renew() {
    if (!renewing && now.bootMillis() >= renewAgainAt) {
      renewing = true;
      out.add(new WorkerDecision.Renew());
    }
  }

  /** By then the lease is over, whenever the last write was acknowledged. */
  private void giveUpIfDue() {
    if (stuck != null && !stopped && now.bootMillis() >= giveUpAt) {
      stopped = true;
      out.add(
          new WorkerDecision.GiveUp(
              stuck
                  + "; the worker ends, its lease is over, and its tasks are handled by their"
                  + " onLost; look at that disk (dmesg, a mount that does not answer), then start"
                  + " the worker again where nothing does so by itself"));
    }
  }

  // ---- a host that cannot start commands

  /**
   * First of all it says so, and writes nothing until it has: what goes back must not come again.
   */
  private void becomeUnready(NotReady why) {
    if (notReady == null) {
      boolean soon = now.bootMillis() - wellSince < probePause;
      probePause = soon ? Math.min(2 * probePause, MOST_PROBE_MILLIS) : PROBE_MILLIS;
      probeAt = now.bootMillis() + probePause;
      publish(why);
      rules.giveBackQueued(why);
    }
  }

  private void publish(@Nullable NotReady why) {
    notReady = why;
    writable(false);
    out.add(new WorkerDecision.Publish(why));
  }

  private void probeIfDue() {
    NotReady why = notReady;
    if (why == null) {
      return;
    }
    if (!probing && now.bootMillis() >= probeAt) {
      probing = true;
      out.add(new WorkerDecision.Probe());
    }
    rules.giveBackOverdue(why);
  }

  private void probed(@Nullable NotReady why) {
    NotReady before = notReady;
    probing = false;
    if (before == null) {
      return;
    }
    probeAt = now.bootMillis() + probePause;
    if (why == null) {
      wellSince = now.bootMillis();
      rules.keepQueued();
      publish(null);
    } else if (!why.code().equals(before.code())) {
      publish(why);
    }
  }

  // ---- starting and stopping

  private void startWhatCan() {
    RunState next = nextToStart();
    while (next != null && lease.allowsStart(now.bootMillis())) {
      rules.start(next);
      next = nextToStart();
    }
    if (next != null) {
      renew();
    }
  }

  private @Nullable RunState nextToStart() {
    boolean may =
        reconciled
            && stuck == null
            && stopping == null
            && notReady == null
            && book.liveCount() < policy.slots();
    return may ? book.nextToStart() : null;
  }

  /**
   * What has not started stays assigned: the next daemon runs it, or the master takes it back when
   * it declares this worker lost. Deleted here, it would count as a lost attempt.
   */
  private void stop(StopMode mode) {
    if (stopping == StopMode.END_COMMANDS || stopped) {
      return;
    }
    stopping = mode;
    stopAt = now.bootMillis() + CLOSE_MILLIS;
    rules.stopping();
    if (mode == StopMode.END_COMMANDS) {
      long kill = 0;
      for (RunState run : book.live()) {
        kill = Math.max(kill, run.killAfterMillis(policy));
        rules.end(run, EndCause.LOST, "the worker was stopped");
      }
      stopAt = now.bootMillis() + kill + DELIVER_MILLIS;
    }
  }

  private void stopIfDone() {
    if (stopping == null || stopped) {
      return;
    }
    boolean waits =
        stopping == StopMode.END_COMMANDS
            ? book.all().stream().anyMatch(run -> run.phase.isLive() || isWriting(run))
            : registered && book.all().stream().anyMatch(run -> run.closing);
    if (!waits || now.bootMillis() >= stopAt) {
      stopped = true;
      out.add(new WorkerDecision.Stopped());
    }
  }

  private static boolean isWriting(RunState run) {
    return run.phase.isClosing() || run.marking != null || run.wantedMark() != null;
  }

  // ---- questions

  /** Whether this very assignment has been found before: its task need not be read again. */
  public boolean knows(TaskId task, long assignmentCzxid) {
    RunState run = book.current(task);
    return run != null && run.key.assignmentCzxid() == assignmentCzxid;
  }

  /** Whether processes may live that must be dead before another registration. */
  public boolean hasFencedLive() {
    return book.live().stream().anyMatch(RunState::isFenced);
  }

  /** Whether any processes may live. */
  public boolean hasLive() {
    return book.liveCount() > 0;
  }

  /** How many run, start or end. */
  public int liveCount() {
    return book.liveCount();
  }

  /** When {@link WorkerEvent.Ticked} is due; {@link Long#MAX_VALUE} for never. */
  public long wakeAt() {
    long at = stopping != null && !stopped ? stopAt : Long.MAX_VALUE;
    if (stuck != null && !stopped) {
      at = Math.min(at, giveUpAt);
    }
    if (registered && !renewing && stuck == null) {
      long renewAt = book.liveCount() > 0 ? lease.renewAt() : Long.MAX_VALUE;
      at = Math.min(at, Math.max(nextToStart() == null ? renewAt : 0, renewAgainAt));
    }
    if (notReady != null && !probing) {
      at = Math.min(at, probeAt);
    }
    for (RunState run : book.all()) {
      boolean endsWithLease =
          run.isFenced() && (run.phase == RunPhase.RUNNING || run.phase == RunPhase.STARTING);
      at = Math.min(at, endsWithLease ? lease.termAt() : Long.MAX_VALUE);
      at = Math.min(at, rules.wakeAt(run));
    }
    return at;
  }

  /** For tests. */
  @Nullable RunPhase phaseOf(RunKey key) {
    RunState run = book.get(key);
    return run == null ? null : run.phase;
  }
}
