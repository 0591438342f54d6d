package io.zkrun.core;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What happens to one assignment: its phase, the event, the next phase and the decisions. A
 * combination that cannot be is refused with an {@link IllegalStateException}.
 */
final class RunRules {
  /** Runs shorter than this cost no write that says that they run. */
  static final long MARK_AFTER_MILLIS = 50;

  /** How long to leave a write alone that the server refused. */
  static final long AGAIN_AFTER_MILLIS = 5_000;

  /** How long after a command the worker itself may get the signal of a shutdown. */
  static final long SHUTDOWN_MILLIS = 2_000;

  private final WorkerPolicy policy;
  private final RunBook book;
  private final List<WorkerDecision> out;
  private final Map<RunKey, FoundRun> found = new TreeMap<>();

  /** Whether writes make sense. */
  private boolean writable;

  /** Whether this worker is being stopped. */
  private boolean stopping;

  private ClusterId cluster = ClusterId.NONE;
  private Moment now = new Moment(0, Instant.EPOCH);

  RunRules(WorkerPolicy policy, RunBook book, List<FoundRun> found, List<WorkerDecision> out) {
    this.policy = policy;
    this.book = book;
    this.out = out;
    found.forEach(run -> this.found.put(run.key(), run));
  }

  void at(Moment moment) {
    now = moment;
  }

  void writable(boolean value) {
    writable = value;
  }

  void cluster(ClusterId id) {
    cluster = id;
  }

  // ---- assignments

  void assignmentFound(WorkerEvent.AssignmentFound event) {
    RunState old = book.current(event.task());
    if (old != null && old.key.assignmentCzxid() == event.czxid()) {
      changed(old, event.version(), event.assignment());
      return;
    }
    if (old != null) {
      gone(old);
    }
    if (event.view() instanceof TaskView.Ready ready && ready.czxid() < event.czxid()) {
      ready(event, ready);
    } else if (event.view() instanceof TaskView.Bad bad && bad.czxid() < event.czxid()) {
      RunKey key = new RunKey(event.task(), bad.czxid(), event.czxid());
      RunState run = RunState.withoutSpec(key, event, bad.nextAttempt(), bad.submittedAt());
      book.addCurrent(run);
      report(run, withoutRun(run, Outcome.REJECTED, bad.problem().toString()));
    } else {
      RunState run =
          RunState.withoutSpec(new RunKey(event.task(), 0, event.czxid()), event, 1, null);
      book.addCurrent(run);
      remove(run);
    }
  }

  private void ready(WorkerEvent.AssignmentFound event, TaskView.Ready task) {
    RunKey key = new RunKey(event.task(), task.czxid(), event.czxid());
    RunState run = RunState.of(key, event, task, policy.onLost());
    book.addCurrent(run);
    FoundRun trace = found.get(key);
    if (trace != null && isOfThisTree(trace)) {
      found.remove(key);
      adopt(run);
    } else {
      withoutTrace(run);
    }
  }

  private boolean isOfThisTree(FoundRun trace) {
    return trace.cluster().isNone() || trace.cluster().isSameAs(cluster);
  }

  private void adopt(RunState run) {
    run.inSpool = true;
    book.move(run, RunPhase.STARTING);
    Double killAfter = run.spec == null ? null : run.spec.killAfterSeconds();
    out.add(new WorkerDecision.Adopt(run.key, killAfter));
    cancelIfAsked(run);
  }

  private void withoutTrace(RunState run) {
    String cancel = run.assignment.cancel();
    if (cancel != null) {
      report(run, withoutRun(run, Outcome.CANCELLED, cancel));
    } else if (run.assignment.held()) {
      hold(run);
      out.add(
          new WorkerDecision.Warn(
              run.key.task()
                  + " is held, and this spool knows nothing of it; it is left alone; decide with"
                  + " 'zkrun release "
                  + run.key.task()
                  + " --as rerun|fail'"));
    } else if (run.assignment.running() && !run.isMarkedByFormer()) {
      run.startedAt = run.assignment.startedAt();
      lost(run, withoutRun(run, Outcome.LOST, "it left no trace at its worker"));
    } else if (run.assignment.giveBack()) {
      remove(run);
    }
  }

  /** The assignment as it stands now. */
  void changed(RunState run, int version, Assignment assignment) {
    if (version > run.version) {
      // What was put off until it was read need not wait any longer.
      run.markAt = Math.min(run.markAt, now.bootMillis());
    }
    run.version = version;
    run.assignment = assignment;
    switch (run.phase) {
      case QUEUED, HELD -> changedWithoutRun(run);
      case STARTING -> cancelIfAsked(run);
      case RUNNING -> {
        cancelIfAsked(run);
        mark(run);
      }
      case ENDING -> {}
      case REPORTING, REMOVING -> close(run);
    }
  }

  private void changedWithoutRun(RunState run) {
    String cancel = run.assignment.cancel();
    if (cancel != null) {
      report(run, cancelled(run, cancel));
    } else if (run.phase == RunPhase.HELD) {
      mark(run);
    } else if (run.assignment.giveBack()) {
      remove(run);
    }
  }

  private void cancelIfAsked(RunState run) {
    String cancel = run.assignment.cancel();
    if (cancel != null) {
      end(run, EndCause.CANCELLED, cancel);
    }
  }

  /** The assignment is gone, whoever took it. */
  void gone(RunState run) {
    switch (run.phase) {
      case STARTING, RUNNING -> {
        book.detach(run);
        end(run, EndCause.DROPPED, "its assignment is gone");
      }
      case ENDING -> {
        book.detach(run);
        run.cause = EndCause.DROPPED;
      }
      case QUEUED, HELD, REPORTING, REMOVING -> forget(run);
    }
  }

  private void forget(RunState run) {
    book.remove(run);
    if (run.inSpool) {
      out.add(new WorkerDecision.Delivered(run.key));
    }
  }

  // ---- runs

  void start(RunState run) {
    if (run.spec == null) {
      throw refused(run, "be started");
    }
    run.inSpool = true;
    book.move(run, RunPhase.STARTING);
    out.add(new WorkerDecision.Start(run.key, cluster, run.spec, run.attempt, run.onLost));
  }

  void started(RunState run, Instant at, long pid) {
    switch (run.phase) {
      case STARTING -> {
        run.startedAt = at;
        run.pid = pid;
        run.markAt =
            run.assignment.running() || run.assignment.held()
                ? now.bootMillis()
                : now.bootMillis() + MARK_AFTER_MILLIS;
        book.move(run, RunPhase.RUNNING);
        mark(run);
      }
      case ENDING -> run.startedAt = at;
      default -> throw refused(run, "have started");
    }
  }

  /** Asks its tree to end, unless that was asked before. */
  void end(RunState run, EndCause cause, String reason) {
    if (run.phase != RunPhase.STARTING && run.phase != RunPhase.RUNNING) {
      return;
    }
    run.cause = cause;
    run.causeReason = reason;
    book.move(run, RunPhase.ENDING);
    out.add(new WorkerDecision.End(run.key, cause, reason));
  }

  /** The run, which must be live for {@code what}. */
  RunState live(RunState run, String what) {
    if (!run.phase.isLive()) {
      throw refused(run, what);
    }
    return run;
  }

  void ended(RunState run, RunEnd end) {
    if (live(run, "have ended").undecided != null) {
      throw refused(run, "end twice");
    }
    if (run.cause != EndCause.DROPPED && end.mayBeByShutdown()) {
      if (stopping || end.stopSignal() == StopSignal.SHARED_WHILE_AWAY) {
        decided(run, end.byShutdown());
      } else {
        // The signal that stops this worker too may not be here yet.
        run.undecided = end;
        run.decideAt = now.bootMillis() + SHUTDOWN_MILLIS;
      }
    } else {
      decided(run, end);
    }
  }

  /** This worker is being stopped: so what got the same signal did not end by itself. */
  void stopping() {
    stopping = true;
    for (RunState run : book.all()) {
      RunEnd end = run.undecided;
      if (end != null) {
        decided(run, end.byShutdown());
      }
    }
  }

  private void decided(RunState run, RunEnd end) {
    run.undecided = null;
    run.decideAt = RunState.NEVER;
    if (run.cause == EndCause.DROPPED) {
      forget(run);
      return;
    }
    Result result = Ending.of(run, end, policy.worker());
    if (result.outcome() == Outcome.LOST) {
      lost(run, result);
    } else {
      report(run, result);
    }
  }

  /** Nothing of it has started: it goes elsewhere. */
  void refused(RunState run, NotReady why) {
    if (run.cause == EndCause.DROPPED) {
      forget(run);
    } else {
      giveBack(run, why);
    }
  }

  /** What has not started yet, and would be refused as well. */
  void giveBackQueued(NotReady why) {
    book.queued().forEach(run -> giveBack(run, why));
  }

  /** What has been assigned all the same may wait so long for its host to be well. */
  void returnAfter(long millis) {
    for (RunState run : book.queued()) {
      run.returnAt = Math.min(run.returnAt, now.bootMillis() + millis);
    }
  }

  void giveBackOverdue(NotReady why) {
    for (RunState run : book.queued()) {
      if (run.returnAt <= now.bootMillis()) {
        giveBack(run, why);
      }
    }
  }

  /** The host is well again. */
  void keepQueued() {
    book.queued().forEach(run -> run.returnAt = RunState.NEVER);
  }

  private void giveBack(RunState run, NotReady why) {
    String cancel = run.assignment.cancel();
    if (cancel != null) {
      report(run, withoutRun(run, Outcome.CANCELLED, cancel));
    } else if (run.assignment.giveBack() && !run.assignment.running()) {
      remove(run);
    } else {
      report(run, Ending.refused(run, why, policy.worker(), now.wall()));
    }
  }

  private void lost(RunState run, Result result) {
    run.result = result;
    String cancel = run.assignment.cancel();
    if (cancel != null) {
      report(run, cancelled(run, cancel));
    } else if (run.onLost == OnLost.HOLD) {
      hold(run);
    } else {
      report(run, result);
    }
  }

  /** It is not to run (again); what a lost run had written until then is kept. */
  private Result cancelled(RunState run, String reason) {
    return run.result == null
        ? withoutRun(run, Outcome.CANCELLED, reason)
        : Ending.cancelled(run.result, reason);
  }

  private void hold(RunState run) {
    run.markAt = now.bootMillis();
    book.move(run, RunPhase.HELD);
    mark(run);
  }

  /** What is left in the spool once every assignment has been seen: nobody asks for it. */
  void dropLeftovers() {
    for (FoundRun each : found.values()) {
      RunState run = RunState.leftover(each.key());
      book.add(run);
      out.add(new WorkerDecision.Adopt(run.key, null));
      out.add(new WorkerDecision.End(run.key, EndCause.DROPPED, "nothing asks for it any more"));
    }
    found.clear();
  }

  /** Nothing of this tree is left: neither are its assignments. */
  void wiped() {
    book.all().forEach(this::gone);
    dropLeftovers();
  }

  // ---- writes

  private Result withoutRun(RunState run, Outcome outcome, String reason) {
    return Ending.withoutRun(run, outcome, reason, policy.worker(), now.wall());
  }

  private void report(RunState run, Result result) {
    run.result = result;
    run.retry = Ending.isRetried(run, result);
    book.move(run, RunPhase.REPORTING);
    close(run);
  }

  private void remove(RunState run) {
    book.move(run, RunPhase.REMOVING);
    close(run);
  }

  /**
   * Its result is not wanted: where somebody has deleted its assignment, another may stand in its
   * place, which is not to go.
   */
  private void removeOnceRead(RunState run) {
    book.move(run, RunPhase.REMOVING);
    out.add(new WorkerDecision.Read(run.key.task()));
  }

  /** Sends the write that closes a run, unless it is on its way. */
  private void close(RunState run) {
    if (run.closing || !writable) {
      return;
    }
    run.closing = true;
    run.closeAgainAt = RunState.NEVER;
    if (run.phase == RunPhase.REPORTING && run.result != null) {
      out.add(new WorkerDecision.Report(run.key, run.result, run.retry));
    } else {
      out.add(new WorkerDecision.Remove(run.key));
    }
  }

  void closed(RunState run, WriteAnswer answer) {
    if (!run.phase.isClosing() || !run.closing) {
      throw refused(run, "be answered with " + answer);
    }
    run.closing = false;
    switch (answer) {
      case DONE -> forget(run);
      case ASSIGNMENT_GONE -> assignmentTaken(run);
      case RESULT_EXISTS, TASK_GONE -> removeOnceRead(run);
      case TOO_LARGE -> tooLarge(run);
      // It is sent again once the assignment was read again.
      case UNKNOWN -> {}
      case STALE, REFUSED -> run.closeAgainAt = now.bootMillis() + AGAIN_AFTER_MILLIS;
    }
  }

  private void assignmentTaken(RunState run) {
    if (run.phase == RunPhase.REPORTING) {
      out.add(
          new WorkerDecision.Warn(
              "somebody took the assignment of " + run.key.task() + "; its result is dropped"));
    }
    forget(run);
  }

  private void tooLarge(RunState run) {
    Result result = run.result;
    if (result == null || run.outputsDropped) {
      out.add(new WorkerDecision.Warn("the result of " + run.key.task() + " cannot be written"));
      remove(run);
      return;
    }
    run.outputsDropped = true;
    if (run.inSpool) {
      out.add(new WorkerDecision.KeepOutputs(run.key));
    }
    run.result = Ending.withoutOutputs(result);
    close(run);
  }

  /** Writes into the assignment what it should say, when it is time. */
  private void mark(RunState run) {
    Assignment wanted = run.wantedMark();
    if (wanted == null || run.marking != null || !writable || now.bootMillis() < run.markAt) {
      return;
    }
    run.marking = wanted;
    out.add(new WorkerDecision.Mark(run.key, run.version, wanted));
  }

  void marked(RunState run, WriteAnswer answer) {
    Assignment written = run.marking;
    if (written == null) {
      throw refused(run, "be told of a change with " + answer);
    }
    run.marking = null;
    switch (answer) {
      case DONE -> {
        run.assignment = written;
        run.version++;
      }
      case UNKNOWN -> {}
      case REFUSED -> run.markAt = now.bootMillis() + AGAIN_AFTER_MILLIS;
      case STALE, ASSIGNMENT_GONE, TASK_GONE, RESULT_EXISTS, TOO_LARGE -> {
        // Until it has been read, which may take a while, it would be refused again.
        run.markAt = now.bootMillis() + AGAIN_AFTER_MILLIS;
        out.add(new WorkerDecision.Read(run.key.task()));
      }
    }
  }

  /** What was put off until now. */
  void tick(RunState run) {
    RunEnd end = run.undecided;
    if (end != null && run.decideAt <= now.bootMillis()) {
      decided(run, end);
      return;
    }
    mark(run);
    if (run.closeAgainAt <= now.bootMillis()) {
      close(run);
    }
  }

  /** When {@link #tick} has something to do. */
  long wakeAt(RunState run) {
    boolean waitsToMark = writable && run.marking == null && run.wantedMark() != null;
    long writeAt =
        Math.min(
            waitsToMark ? run.markAt : RunState.NEVER,
            writable && !run.closing ? run.closeAgainAt : RunState.NEVER);
    writeAt = Math.min(writeAt, run.decideAt);
    return run.phase == RunPhase.QUEUED ? Math.min(writeAt, run.returnAt) : writeAt;
  }

  private static IllegalStateException refused(RunState run, String what) {
    return new IllegalStateException(run.key + " is " + run.phase + " and cannot " + what);
  }
}
