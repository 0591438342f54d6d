package io.zkrun.exec;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks through {@code /proc} for the processes of all runs at once, on a thread of its own. What
 * is asked while one pass goes on is answered by the next: three hundred runs that end together
 * cost as many passes as one.
 *
 * <p>Each pass also meets what runs that have ended had left behind: outside their cgroup, or while
 * nobody was looking.
 */
final class ProcessSweep {
  private static final Logger LOG = LoggerFactory.getLogger(Spool.class);

  /** Passes that nobody is in a hurry for take this share of the time at most. */
  private static final long SHARE = 10;

  private static final long LONGEST_GAP_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long STRAYS_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long STRAYS_SHARE = 20;
  private static final long SETTLE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long AGAIN_MILLIS = 100;

  private final String spoolId;
  private final Predicate<String> lives;
  private final SpoolThread runs;
  private final SpoolThread thread;
  private final Consumer<Set<String>> strays;

  private List<Question> waiting = new ArrayList<>();
  private boolean straysWanted;
  private Map<Long, SweepPass.Look> known = Map.of();
  private long endedAt = System.nanoTime() - LONGEST_GAP_NANOS;
  private long tookNanos;
  private int passes;
  private long plannedAt = Long.MAX_VALUE;
  private @Nullable Future<?> planned;

  /**
   * @param lives whether a run of this name may have processes; asked on this thread
   * @param runs on which answers are given
   * @param strays is given the names of runs that have ended, and have processes
   */
  ProcessSweep(
      String spoolId,
      Predicate<String> lives,
      SpoolThread runs,
      SpoolThread thread,
      Consumer<Set<String>> strays) {
    this.spoolId = spoolId;
    this.lives = lives;
    this.runs = runs;
    this.thread = thread;
    this.strays = strays;
  }

  /**
   * What to look for: the processes of one run.
   *
   * @param run the name of its folder
   * @param root the watching shell, which is not found itself; 0 when it is gone
   * @param group its cgroup; null where it has none
   * @param met what was found before: it stays, also where it has lost its parent and its cookie
   * @param kill whether to kill each as it is found, so that what forks meanwhile is met again
   */
  record Search(
      String run, long root, @Nullable Path group, Collection<ProcessHandle> met, boolean kill) {}

  /**
   * A process that was found.
   *
   * @param parent its pid
   * @param grouped whether it was in the cgroup of its run
   * @param refused whether it could not be killed, for want of rights
   */
  record Member(ProcessHandle process, long parent, boolean grouped, boolean refused) {}

  /**
   * What was found.
   *
   * @param populated whether the kernel knows of any process in the cgroup
   */
  record Found(Map<Long, Member> members, boolean populated) {
    boolean isEmpty() {
      return members.isEmpty() && !populated;
    }
  }

  private record Question(Search search, Consumer<Found> answer) {}

  /**
   * Answers by a pass that begins after this.
   *
   * @param soon by the very next one
   */
  void find(Search search, boolean soon, Consumer<Found> answer) {
    thread.post(
        () -> {
          waiting.add(new Question(search, answer));
          long gap = Math.min(LONGEST_GAP_NANOS, (SHARE - 1) * tookNanos);
          plan(soon ? System.nanoTime() : endedAt + gap);
        });
  }

  /** A run has ended, and nobody has looked for what it may have left behind. */
  void lookForStrays() {
    thread.post(
        () -> {
          if (!straysWanted) {
            straysWanted = true;
            plan(straysAt());
          }
        });
  }

  private long straysAt() {
    long next = endedAt + Math.max(STRAYS_NANOS, STRAYS_SHARE * tookNanos);
    return Math.max(next, System.nanoTime() + SETTLE_NANOS);
  }

  private void plan(long at) {
    if (planned != null) {
      if (plannedAt <= at) {
        return;
      }
      planned.cancel(false);
    }
    plannedAt = at;
    long nanos = Math.max(0, at - System.nanoTime());
    planned = thread.after(TimeUnit.NANOSECONDS.toMillis(nanos + 999_999), this::pass);
  }

  private void pass() {
    planned = null;
    List<Question> asked = waiting;
    waiting = new ArrayList<>();
    straysWanted = false;
    long began = System.nanoTime();
    passes++;
    try {
      answer(asked);
    } catch (RuntimeException e) {
      LOG.warn("cannot look for the processes of tasks: {}", e.toString());
      waiting.addAll(asked);
      straysWanted = true;
      plan(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(AGAIN_MILLIS));
    } finally {
      endedAt = System.nanoTime();
      tookNanos = endedAt - began;
    }
  }

  private void answer(List<Question> asked) {
    SweepPass pass = new SweepPass(spoolId, known, asked.stream().map(Question::search).toList());
    pass.run();
    known = pass.seen();
    asked.forEach(
        each -> {
          Found found = pass.found(each.search());
          runs.post(() -> each.answer().accept(found));
        });
    Set<String> left = new HashSet<>(pass.others());
    left.removeIf(lives);
    if (!left.isEmpty()) {
      runs.post(() -> strays.accept(left));
    }
  }

  /** How many passes there have been. */
  int passes() {
    return passes;
  }
}
