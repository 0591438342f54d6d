package io.zkrun.simulation;

import io.zkrun.core.Bytes;
import io.zkrun.core.OnLost;
import io.zkrun.core.Outcome;
import io.zkrun.core.Result;
import io.zkrun.core.TaskId;
import io.zkrun.core.TaskSpec;
import io.zkrun.simulation.Story.Alive;
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
  private static final String VANISHED = "its assignment vanished";
  private static final String RELEASED = "released as ";
  private static final String TOO_OFTEN = "lost ";

  /** So often a task is handed back before that counts as its failure. */
  private static final int MOST_RETURNED = 4;

  /** So many times as often a task may be lost before it runs. */
  private static final int UNSTARTED_FACTOR = 2;

  /** So late a master may see what was committed, and so late its decision be carried out. */
  static final long NOTICE_MILLIS = 3_000;

  private final World world;
  private final Map<Integer, Story> stories = new LinkedHashMap<>();
  private final Map<String, Story> current = new HashMap<>();

  /** The last one that bore a name. */
  private final Map<String, Story> byName = new HashMap<>();

  private @Nullable AssertionError found;

  Witness(World world) {
    this.world = world;
  }

  /** Somebody is about to submit this. */
  Story announce(Work work, TaskSpec spec, OnLost onLost) {
    Story story = new Story(work, spec, onLost);
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

  /**
   * @param era names the tree and the task's identity in it
   * @param assignment its czxid
   * @param now whether that is what stands
   */
  void started(Work work, String era, long assignment, int attempt, boolean now) {
    Story story = of(work);
    world.trace(() -> story + " starts attempt " + attempt);
    check(
        story.begun.add(era + " " + assignment),
        () -> story + " has been started before under this very assignment");
    Alive run = new Alive(era, attempt);
    int times = story.starts.merge(run, 1, Integer::sum);
    boolean byHand = story.givenTwice || story.statusTaken || story.givenUp.contains(attempt);
    check(times == 1 || byHand, () -> story + " has its attempt " + attempt + " started again");
    check(
        story.onLost != OnLost.FAIL || !now || byHand || mayStart(story, run),
        () -> story + " may run once and was started again: " + story.attempts);
    check(
        byHand || story.alive.stream().noneMatch(each -> overlaps(story, each, era)),
        () -> story + " has two attempts alive at once: " + story.alive + " and " + attempt);
    check(
        !now || !story.hasEnded() || story.endedByHand || byHand,
        () -> story + " was started after it had ended");
    story.alive.add(run);
  }

  /**
   * What may run once: nothing of it has been lost, and what it has started has ended by itself. A
   * worker may have told the loss of the task that bore its name before under that name.
   */
  private static boolean mayStart(Story story, Alive run) {
    boolean noneLost = story.overtaken || story.attemptsThat(Outcome.LOST) == 0;
    return noneLost
        && story.starts.keySet().stream()
            .filter(each -> each.era().equals(run.era()) && each.attempt() != run.attempt())
            .map(each -> story.attempts.get(each.attempt()))
            .allMatch(each -> each != null && each.outcome() != Outcome.LOST);
  }

  private static boolean overlaps(Story story, Alive other, String era) {
    return other.era().equals(era) && !story.givenTwice && !story.givenUp.contains(other.attempt());
  }

  /** An attempt that has begun, or could not, is over. */
  void ended(Work work, String era, int attempt, Outcome outcome) {
    Story story = of(work);
    world.trace(() -> story + " ends attempt " + attempt + ": " + outcome);
    story.alive.remove(new Alive(era, attempt));
    story.endings.put(attempt, outcome);
  }

  // ---- tasks

  /**
   * @param assigned whether an assignment of this name still stands
   */
  void created(TaskId task, Bytes data, long czxid, boolean assigned) {
    Work work = Work.of(data);
    if (work == null) {
      return;
    }
    Story story = of(work);
    check(!story.denied, () -> story + " is submitted, and the client was told otherwise");
    check(!story.stands(), () -> story + " is submitted a second time as " + task);
    story.submittedAgain |= story.voided;
    story.task = task;
    story.czxid = czxid;
    story.submittedMillis = world.time.millis();
    story.waitsSinceMillis = story.submittedMillis;
    story.voided = false;
    story.overtaken = assigned;
    story.replaced = byName.put(task.value(), story);
    story.attempts.clear();
    story.given.clear();
    story.givenUp.clear();
    story.taken.clear();
    story.nextMillis = 0;
    story.foreignMillis = Long.MIN_VALUE / 2;
    story.cancelled = false;
    story.status = null;
    current.put(task.value(), story);
  }

  /**
   * @param byMaster whether a master purges it
   */
  void deleted(TaskId task, boolean byMaster) {
    Story story = current.remove(task.value());
    if (story == null) {
      return;
    }
    if (!byMaster) {
      story.voided = true;
      return;
    }
    check(story.hasEnded(), () -> story + " is purged before it has ended");
    check(
        world.time.millis() - story.statusMillis >= World.MIN_AGE_MILLIS,
        () -> story + " is purged while somebody may still ask for it");
    check(story.kept, () -> story + " is purged, and no history has it");
    story.purged = true;
  }

  void kept(TaskId task) {
    Story story = current.get(task.value());
    if (story != null) {
      story.kept = true;
    }
  }

  void wiped() {
    current.values().forEach(story -> story.voided = true);
    current.clear();
  }

  void cancelled(TaskId task) {
    Story story = current.get(task.value());
    if (story != null && !story.cancelled) {
      story.cancelled = true;
      story.cancelledMillis = world.time.millis();
    }
  }

  void statusCreated(TaskId task, Bytes data, @Nullable Host author) {
    Story story = current.get(task.value());
    if (story == null) {
      return;
    }
    check(!story.hasEnded() || story.statusTaken, () -> story + " has a second status");
    if (author != null) {
      result(story, data, true, author);
    } else {
      story.endedByHand = true;
    }
    story.status = data;
    story.statusMillis = world.time.millis();
  }

  /** The record of an attempt that is followed by another. */
  void recorded(TaskId task, int attempt, Bytes data, @Nullable Host author) {
    Story story = current.get(task.value());
    if (story == null) {
      return;
    }
    Result result = ResultNode.decode(data);
    if (author != null) {
      check(
          result.attempt() == attempt,
          () -> story + " has attempt " + result.attempt() + " recorded as " + attempt);
      result(story, data, false, author);
    }
    story.attempts.put(attempt, result);
    if (author instanceof WorkerHost worker && !story.given.containsKey(worker.worker)) {
      story.foreignMillis = world.time.millis();
    }
    if (result.outcome() != Outcome.LOST && result.outcome() != Outcome.RETURNED) {
      story.nextMillis = world.time.millis() + retryDelayMillis(story);
    }
  }

  /** It doubles with each failure. */
  private static long retryDelayMillis(Story story) {
    int failures = story.failures();
    return Math.round(story.spec.retryDelaySeconds() * 1000) << Math.min(failures - 1, 20);
  }

  // ---- results

  private void result(Story story, Bytes data, boolean last, Host author) {
    if (story.overtaken || story.statusTaken || story.givenTwice) {
      // Of two tasks of one name, or two workers with one attempt, either's end may be told.
      return;
    }
    long age = world.time.millis() - story.submittedMillis;
    if (story.replaced != null && age < NOTICE_MILLIS && author instanceof MasterHost) {
      // It was decided about the task that bore the name before.
      return;
    }
    Result result = ResultNode.decode(data);
    switch (result.outcome()) {
      case EXITED, TIMEOUT, SPAWN_FAILED -> ran(story, result, last);
      case LOST -> lost(story, result, last);
      case RETURNED ->
          check(
              !last && mayHaveLost(story, result),
              () -> story + " is handed back, and nothing happened to its worker: " + data);
      case CANCELLED ->
          check(story.cancelled, () -> story + " is cancelled, and nobody asked for it: " + data);
      case EXPIRED -> expired(story);
      case SIGNALED, REJECTED, UNKNOWN ->
          throw new AssertionError(author + " says what nobody did: " + story + " " + data);
    }
  }

  private static void ran(Story story, Result result, boolean last) {
    boolean tooOften =
        result.outcome() == Outcome.SPAWN_FAILED
            && story.attemptsThat(Outcome.RETURNED) == MOST_RETURNED;
    check(
        tooOften || result.outcome() == story.endings.get(result.attempt()),
        () -> story + " did not end so: " + result);
    if (result.outcome() == Outcome.EXITED) {
      Integer code = result.exitCode();
      check(
          code != null && code == story.work.code(result.attempt()),
          () -> story + " is said to have exited with another code: " + result);
      check(
          result.stdout().truncated()
              || result.stdout().kept().lossy().equals(SimulatedSpool.outputOf(story.work)),
          () -> story + " is given the output of another: " + result);
    }
    check(
        last != isRetried(story, result),
        () -> story + (last ? " has retries left: " : " is tried too often: ") + result);
  }

  /** As the documentation of {@code --retries} and {@code --retry-on} has it. */
  private static boolean isRetried(Story story, Result result) {
    int failures = story.failures();
    int code =
        result.outcome() == Outcome.TIMEOUT
            ? Work.TIMED_OUT
            : result.exitCode() == null ? -1 : result.exitCode();
    return result.state() == Result.State.FAILED
        && failures < story.spec.retries()
        && (story.spec.retryOn().isEmpty() || story.spec.retryOn().contains(code));
  }

  private void expired(Story story) {
    Long at = story.expiresMillis();
    check(
        at != null && world.time.millis() >= at,
        () -> story + " is said to have expired, and had time left");
    // Of an attempt that a person gave up it need not be known that it was started.
    check(
        story.alive.stream().allMatch(each -> story.givenUp.contains(each.attempt()))
            && story.attempts.values().stream().allMatch(each -> each.startedAt() == null),
        () -> story + " is said to have expired, and was started");
  }

  private boolean mayHaveLost(Story story, Result result) {
    String worker = String.valueOf(result.worker());
    Story.Given given = story.given.get(worker);
    return given != null && world.mayHaveLost(worker, given.atMillis());
  }

  /** Nothing is lost without a cause that was made here. */
  private void lost(Story story, Result result, boolean last) {
    String reason = result.reason() == null ? "" : result.reason();
    if (last && story.attempts.containsKey(result.attempt())) {
      check(
          reason.startsWith(TOO_OFTEN)
              && (story.suspectAttempts() >= world.lostLimit
                  || story.attemptsThat(Outcome.LOST) >= world.lostLimit * UNSTARTED_FACTOR),
          () -> story + " is given up too early: " + result);
      return;
    }
    boolean released = reason.startsWith(RELEASED);
    boolean vanished = reason.equals(VANISHED);
    if (released) {
      check(story.released, () -> story + " was not released: " + result);
    } else if (vanished) {
      check(
          story.givenUp.contains(result.attempt()),
          () -> story + " is lost, and nobody took its assignment: " + result);
    } else {
      check(
          mayHaveLost(story, result),
          () -> story + " is lost, and nothing happened to its worker: " + result);
      check(story.onLost != OnLost.HOLD, () -> story + " was to be held: " + result);
    }
    check(
        released || last == (story.onLost != OnLost.RERUN),
        () -> story + " is lost against its policy: " + result);
  }

  // ---- what nobody may do

  void statusChanged(TaskId task) {
    check(
        !current.containsKey(task.value()),
        () -> "the status of " + current.get(task.value()) + " changed");
  }

  /** Without its task. */
  void statusDeleted(TaskId task, @Nullable Host author, long seenBy) {
    Story story = current.get(task.value());
    if (story != null) {
      check(author == null, () -> "the status of " + story + " went");
      story.statusTaken = true;
      story.endedByHand = true;
      story.statusSeenBy = seenBy;
    }
  }

  static void check(boolean holds, Supplier<String> violated) {
    if (!holds) {
      throw new AssertionError(violated.get());
    }
  }
}
