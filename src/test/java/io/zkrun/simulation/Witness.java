package io.zkrun.simulation;

import io.zkrun.core.Bytes;
import io.zkrun.core.OnLost;
import io.zkrun.core.Result;
import io.zkrun.core.TaskId;
import io.zkrun.znode.ResultNode;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sees every start and end of a command and every change of a task, and holds them to the promises
 * that concern one task. A broken one is an {@link AssertionError}.
 */
final class Witness {
  private static final String EXITED = "\"outcome\":\"exited\"";

  private final Map<Integer, Story> stories = new LinkedHashMap<>();
  private final Map<String, Story> current = new HashMap<>();
  private @Nullable AssertionError found;

  /** What happened to one submission. */
  static final class Story {
    final Work work;
    final OnLost onLost;
    @Nullable TaskId task;
    int starts;
    int alive;

    /** Somebody deleted it by hand, or all was lost. */
    boolean voided;

    /** A person let it run again though nobody knows what became of it. */
    boolean released;

    /** Its client, who had no answer, has looked for it in vain in a tree that was wiped. */
    boolean submittedAgain;

    boolean purged;
    boolean exited;

    /**
     * Somebody deleted a task and made another of its name while the first was still assigned:
     * whose result it is that comes next, no server can tell.
     */
    boolean overtaken;

    boolean endedByHand;
    @Nullable Bytes status;
    long statusMillis;

    /** The client was told that it was not submitted. */
    boolean denied;

    Story(Work work, OnLost onLost) {
      this.work = work;
      this.onLost = onLost;
    }

    boolean stands() {
      return task != null && !voided && !purged;
    }

    boolean hasEnded() {
      return status != null;
    }

    Result result() {
      if (status == null) {
        throw new AssertionError(this + " has not ended");
      }
      return ResultNode.decode(status);
    }

    @Override
    public String toString() {
      return "submission " + work.number() + " (" + onLost.json() + ", task " + task + ")";
    }
  }

  /** Somebody is about to submit this. */
  Story announce(Work work, OnLost onLost) {
    Story story = new Story(work, onLost);
    stories.put(work.number(), story);
    return story;
  }

  Collection<Story> stories() {
    return stories.values();
  }

  @Nullable Story at(TaskId task) {
    return current.get(task.value());
  }

  Story of(Work work) {
    Story story = stories.get(work.number());
    if (story == null) {
      throw new AssertionError("nobody submitted " + work);
    }
    return story;
  }

  /** Runs {@code check}; what it finds is thrown by {@link #rethrow}, and not swallowed before. */
  void hold(Runnable check) {
    try {
      check.run();
    } catch (AssertionError e) {
      found = found == null ? e : found;
    }
  }

  void rethrow() {
    if (found != null) {
      throw found;
    }
  }

  // ---- commands

  void started(Work work) {
    Story story = of(work);
    story.starts++;
    story.alive++;
    check(
        story.onLost != OnLost.FAIL || story.starts == 1 || story.submittedAgain,
        () -> story + " may run once and was started again");
    check(
        story.alive == 1 || story.released || story.submittedAgain,
        () -> story + " has two attempts alive at once");
    check(!story.hasEnded() || story.endedByHand, () -> story + " was started after it had ended");
  }

  /**
   * @param byItself whether it exited of its own
   */
  void ended(Work work, boolean byItself) {
    Story story = of(work);
    story.alive--;
    story.exited |= byItself;
  }

  // ---- tasks

  /**
   * @param assigned whether an assignment of this name still stands
   */
  void created(TaskId task, Bytes data, boolean assigned) {
    Work work = Work.of(data);
    if (work == null) {
      return;
    }
    Story story = of(work);
    check(!story.denied, () -> story + " is submitted, and the client was told otherwise");
    check(!story.stands(), () -> story + " is submitted a second time as " + task);
    story.submittedAgain |= story.voided;
    story.task = task;
    story.voided = false;
    story.overtaken = assigned;
    current.put(task.value(), story);
  }

  /**
   * @param retention how old an ended task must be before it may be purged; null where a person
   *     deletes
   */
  void deleted(TaskId task, @Nullable Long retention, long nowMillis) {
    Story story = current.remove(task.value());
    if (story == null) {
      return;
    }
    if (retention == null) {
      story.voided = true;
      return;
    }
    check(story.hasEnded(), () -> story + " is purged before it has ended");
    check(
        nowMillis - story.statusMillis >= retention,
        () -> story + " is purged while somebody may still ask for it");
    story.purged = true;
  }

  void wiped() {
    current.values().forEach(story -> story.voided = true);
    current.clear();
  }

  void statusCreated(TaskId task, Bytes data, boolean byHand, long nowMillis) {
    Story story = current.get(task.value());
    if (story == null) {
      return;
    }
    check(!story.hasEnded(), () -> story + " has a second status");
    story.status = data;
    story.statusMillis = nowMillis;
    story.endedByHand = byHand;
    if (!byHand) {
      recorded(task, data);
    }
  }

  /** An attempt's result, or the last. */
  void recorded(TaskId task, Bytes data) {
    Story story = current.get(task.value());
    if (story == null || story.overtaken || !data.lossy().contains(EXITED)) {
      return;
    }
    Result result = ResultNode.decode(data);
    check(story.exited, () -> story + " is said to have exited, and has not: " + data);
    check(
        result.exitCode() != null && result.exitCode() == story.work.code(),
        () -> story + " is said to have exited with another code: " + data);
    check(
        result.stdout().truncated()
            || result.stdout().kept().lossy().equals(SimulatedSpool.outputOf(story.work)),
        () -> story + " is given the output of another: " + data);
  }

  void statusChanged(TaskId task) {
    check(
        !current.containsKey(task.value()),
        () -> "the status of " + current.get(task.value()) + " changed");
  }

  /** Without its task. */
  void statusDeleted(TaskId task) {
    check(
        !current.containsKey(task.value()),
        () -> "the status of " + current.get(task.value()) + " went");
  }

  static void check(boolean holds, Supplier<String> violated) {
    if (!holds) {
      throw new AssertionError(violated.get());
    }
  }
}
