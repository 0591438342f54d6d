package io.zkrun.simulation;

import io.zkrun.core.Bytes;
import io.zkrun.core.OnLost;
import io.zkrun.core.Outcome;
import io.zkrun.core.Result;
import io.zkrun.core.TaskId;
import io.zkrun.core.TaskSpec;
import io.zkrun.znode.ResultNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What happened to one submission. */
final class Story {
  /** An attempt that has begun and not ended, in the tree of which it was given. */
  record Alive(String era, int attempt) {}

  /** An assignment that stands. */
  record Given(long atMillis, int attempt, boolean byHand) {}

  final Work work;
  final TaskSpec spec;
  final OnLost onLost;
  @Nullable TaskId task;

  /** Of its task's znode. */
  long czxid;

  long submittedMillis;

  final List<Alive> alive = new ArrayList<>();

  /** The assignments under which it was started: whatever anybody does, each once. */
  final Set<String> begun = new HashSet<>();

  final Map<Alive, Integer> starts = new HashMap<>();

  /** How each attempt ended that has, as its host saw it. */
  final Map<Integer, Outcome> endings = new HashMap<>();

  /** The records of attempts that are followed by another. */
  final TreeMap<Integer, Result> attempts = new TreeMap<>();

  /** When the next attempt may begin. */
  long nextMillis;

  /** When a worker that it was not given to recorded an attempt: one of the task before it. */
  long foreignMillis = Long.MIN_VALUE / 2;

  /** By worker. */
  final Map<String, Given> given = new HashMap<>();

  /** Since when it waits. */
  long waitsSinceMillis;

  /** Attempts that a person let another follow, without knowing whether they are over. */
  final Set<Integer> givenUp = new HashSet<>();

  /** Those of them whose assignment a person deleted: their run may go on where it was. */
  final Set<Integer> taken = new HashSet<>();

  /** Attempts whose assignment a person deleted, and the master that must have seen it before. */
  final Map<Integer, Long> takenFrom = new HashMap<>();

  /** A person gave it to a second worker. */
  boolean givenTwice;

  /** Somebody asked it to end, or to be released. */
  boolean cancelled;

  long cancelledMillis;
  boolean released;

  /** Somebody deleted it by hand, or all was lost. */
  boolean voided;

  /** Its client, who had no answer, has looked for it in vain in a tree that was wiped. */
  boolean submittedAgain;

  boolean purged;

  /** Some history has it. */
  boolean kept;

  /**
   * Somebody deleted a task and made another of its name while the first was still assigned: whose
   * result it is that comes next, no server can tell.
   */
  boolean overtaken;

  /** The task that had this name before. */
  @Nullable Story replaced;

  boolean endedByHand;

  /** A person deleted its status: a master that has not seen it may begin anew. */
  boolean statusTaken;

  /** The session of the master that must have seen that status; 0 for none. */
  long statusSeenBy;

  @Nullable Bytes status;
  long statusMillis;

  /** The client was told that it was not submitted. */
  boolean denied;

  /** Writes about it that masters and workers have sent, whether or not they were carried out. */
  int writes;

  Story(Work work, TaskSpec spec, OnLost onLost) {
    this.work = work;
    this.spec = spec;
    this.onLost = onLost;
  }

  boolean stands() {
    return task != null && !voided && !purged;
  }

  boolean hasEnded() {
    return status != null;
  }

  /** Whether it is still to come to an end. */
  boolean isOpen() {
    return stands() && !hasEnded() && !statusTaken;
  }

  Result result() {
    if (status == null) {
      throw new AssertionError(this + " has not ended");
    }
    return ResultNode.decode(status);
  }

  int nextAttempt() {
    return attempts.isEmpty() ? 1 : attempts.lastKey() + 1;
  }

  int attemptsThat(Outcome ended) {
    return (int) attempts.values().stream().filter(each -> each.outcome() == ended).count();
  }

  /** How many attempts have failed of their own. */
  int failures() {
    return attempts.size() - attemptsThat(Outcome.LOST) - attemptsThat(Outcome.RETURNED);
  }

  /**
   * How many lost attempts count against it: of those that one worker lost before they ran, one.
   */
  int suspectAttempts() {
    Set<String> workers = new HashSet<>();
    return (int)
        attempts.values().stream()
            .filter(each -> each.outcome() == Outcome.LOST)
            .filter(each -> each.startedAt() != null || workers.add(String.valueOf(each.worker())))
            .count();
  }

  boolean hasStarted() {
    return !starts.isEmpty();
  }

  /** When it expires unless it has started; null for never. */
  @Nullable Long expiresMillis() {
    Double within = spec.startWithinSeconds();
    return within == null ? null : submittedMillis + Math.round(within * 1000);
  }

  @Override
  public String toString() {
    return "submission " + work.number() + " (" + onLost.json() + ", task " + task + ")";
  }
}
