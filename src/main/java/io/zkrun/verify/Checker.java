package io.zkrun.verify;

import io.zkrun.core.OnLost;
import io.zkrun.core.Outcome;
import io.zkrun.core.Result;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Holds what happened in a drill against what is promised. */
final class Checker {
  /** A busy machine may kill late, but never as late as another attempt could begin. */
  private static final long LEASE_AND_SLACK_CENTIS = Timing.LOST_AFTER_MILLIS / 10;

  /**
   * A loss is recorded by then: the worker's session must end, a master must come to lead, and wait
   * for the lease.
   */
  private static final Duration RECORDED =
      Duration.ofMillis(Timing.WORKER_SESSION_MILLIS + Timing.LOST_AFTER_MILLIS + 45_000L);

  /** What was decided before a stall may be done right after it. */
  private static final Duration STARTED = Duration.ofSeconds(2);

  private final List<Violation> violations = new ArrayList<>();
  private final List<Tally.Hit> hits;

  private Checker(List<Tally.Hit> hits) {
    this.hits = hits;
  }

  /** Every broken promise; empty where all were kept. */
  static List<Violation> check(History history) {
    Checker checker = new Checker(history.hits());
    history.tasks().forEach(checker::task);
    history.tasks().forEach(task -> checker.leased(task, history.silences()));
    history.twice().forEach(each -> checker.broken(Promise.ONE_TASK, each));
    history
        .unreadable()
        .forEach(line -> checker.broken(Promise.KNOWN, "a line that no task wrote: " + line));
    history.notWhole().forEach(each -> checker.broken(Promise.WHOLE_OUTPUT, each));
    history.fallen().forEach(each -> checker.broken(Promise.STEADY, each));
    history.ofTasks().forEach(each -> checker.broken(Promise.NOTHING_LEFT, each));
    history.ofDaemons().forEach(each -> checker.broken(Promise.CLEAN, each));
    return checker.violations;
  }

  private void broken(Promise promise, String what) {
    violations.add(new Violation(promise, what));
  }

  private void task(TaskHistory task) {
    ended(task);
    started(task);
    task.recorded().forEach(result -> recorded(task, result));
    lost(task);
    apart(task);
    once(task);
  }

  // ---- the status

  private void ended(TaskHistory task) {
    Result last = task.last();
    if (last == null) {
      broken(Promise.ENDED, task.id() + " has no status; it is " + task.waiting());
    } else if (task.first() == null) {
      broken(Promise.ENDED, task.id() + " has a status that its client was never told");
    } else if (!task.first().equals(last)) {
      broken(
          Promise.ONE_STATUS,
          "%s first was %s and in the end is %s"
              .formatted(task.id(), shown(task.first()), shown(last)));
    }
  }

  private static String shown(Result result) {
    return "%s (%s, attempt %d on %s, code %s)"
        .formatted(
            result.state().json(),
            result.outcome().json(),
            result.attempt(),
            result.worker(),
            result.exitCode());
  }

  // ---- attempts and what they did

  private void started(TaskHistory task) {
    Set<Integer> known =
        task.recorded().stream()
            .map(Result::attempt)
            .collect(Collectors.toCollection(HashSet::new));
    if (task.purged() && task.last() != null) {
      // Of the earlier ones nothing is left.
      IntStream.range(1, task.last().attempt()).forEach(known::add);
    }
    Set<Integer> begun = new HashSet<>();
    Event before = null;
    for (List<Event> run : task.runs()) {
      for (Event start : starts(run)) {
        if (!known.contains(start.attempt())) {
          broken(Promise.KNOWN, told(task, start) + " started, and no record tells of it");
        }
        if (!begun.add(start.attempt())) {
          broken(Promise.KNOWN, told(task, start) + " started, as another run of it had");
        }
        if (before != null && start.fence() <= before.fence()) {
          broken(
              Promise.FENCE_GROWS,
              told(task, start) + " started after " + told(task, before) + " had");
        }
        before = start;
      }
    }
  }

  private void recorded(TaskHistory task, Result result) {
    String attempt = "attempt " + result.attempt() + " of " + task.id();
    switch (result.outcome()) {
      case EXITED -> exited(task, result, attempt);
      case LOST, RETURNED -> blamed(task, result, attempt);
      case TIMEOUT -> timedOut(task, result, attempt);
      case CANCELLED -> {
        if (!task.cancelled()) {
          broken(Promise.TRUE, attempt + " is recorded as cancelled, and nobody had asked for it");
        }
      }
      default ->
          broken(
              Promise.TRUE,
              "%s is recorded as %s (%s), but its command ends by itself"
                  .formatted(attempt, result.outcome().json(), result.reason()));
    }
    String wrong = Printed.mismatch(task.planned(), result);
    if (wrong != null && !wasHit(result, Tally.Hit::fillsTheDisk)) {
      broken(Promise.WHOLE_OUTPUT, attempt + wrong);
    }
  }

  /** A person's decision needs no fault, nor does a record of how often a task was lost. */
  private void blamed(TaskHistory task, Result result, String attempt) {
    if (!task.released() && !wasHit(result, hit -> true)) {
      broken(
          Promise.LOST_FOR_A_REASON,
          "%s is lost (%s), and %s had no fault then"
              .formatted(attempt, result.reason(), result.worker()));
    }
  }

  /** Whether its worker had such a fault while it had the attempt. */
  private boolean wasHit(Result result, Predicate<Tally.Hit> kind) {
    Instant end = result.finishedAt();
    Instant start = result.startedAt();
    return hits.stream()
        .filter(kind)
        .anyMatch(
            hit ->
                hit.worker().equals(result.worker())
                    && (start == null || !start.isAfter(hit.to().plus(STARTED)))
                    && end != null
                    && !end.isBefore(hit.from())
                    && !end.isAfter(hit.to().plus(RECORDED)));
  }

  private void timedOut(TaskHistory task, Result result, String attempt) {
    Double took = result.durationSeconds();
    long timeout = task.planned().timeoutMillis();
    if (timeout == 0 || took == null || took * 1000 < timeout) {
      broken(
          Promise.TRUE,
          "%s is recorded as timed out after %s s, but may take %s"
              .formatted(attempt, took, timeout == 0 ? "for ever" : timeout / 1000.0 + " s"));
    }
  }

  private void exited(TaskHistory task, Result result, String attempt) {
    if (task.planned().timesOut() && !wasHit(result, hit -> true)) {
      broken(Promise.TRUE, attempt + " came to its end though it takes longer than it may");
    }
    if (find(task, result.attempt(), Event.Kind.START) == null) {
      broken(Promise.TRUE, attempt + " is recorded as exited, but never started");
    } else if (find(task, result.attempt(), Event.Kind.END) == null) {
      broken(Promise.TRUE, attempt + " is recorded as exited, but did not come to its end");
    }
    Integer code = result.exitCode();
    if (code == null || code != task.planned().exitCode()) {
      broken(
          Promise.TRUE,
          "%s is recorded with exit code %s, but ended with %d"
              .formatted(attempt, code, task.planned().exitCode()));
    }
    if ((result.state() == Result.State.DONE) != (task.planned().exitCode() == 0)) {
      broken(Promise.TRUE, attempt + " is recorded as " + result.state().json());
    }
  }

  private static @Nullable Event find(TaskHistory task, int attempt, Event.Kind kind) {
    return task.events().stream()
        .filter(event -> event.attempt() == attempt && event.kind() == kind)
        .findFirst()
        .orElse(null);
  }

  /** A task may count as lost by its policy, by a person's decision, or after many attempts. */
  private void lost(TaskHistory task) {
    Result last = task.last();
    if (last != null
        && last.outcome() == Outcome.LOST
        && task.planned().onLost() != OnLost.FAIL
        && !task.released()
        && last.attempt() < Timing.LOST_LIMIT) {
      broken(
          Promise.LOST_FOR_A_REASON,
          "%s (%s) is lost after attempt %d: %s"
              .formatted(task.id(), task.planned().onLost().json(), last.attempt(), last.reason()));
    }
  }

  // ---- not at the same time, not twice

  /** Whoever still wrote after a later run's start was alive beside it. */
  private void apart(TaskHistory task) {
    if (task.planned().onLost() == OnLost.FAIL) {
      return;
    }
    Event earlier = null;
    for (List<Event> run : task.runs()) {
      for (Event start : starts(run)) {
        if (earlier != null && earlier.at() > start.at()) {
          broken(
              Promise.RERUN_ALONE,
              "%s still ran %d ms after %s had started"
                  .formatted(
                      told(task, earlier), (earlier.at() - start.at()) * 10, told(task, start)));
        }
      }
      for (Event event : run) {
        earlier = earlier == null || event.at() > earlier.at() ? event : earlier;
      }
    }
  }

  /** A held one runs on: nothing else runs in its place. */
  private void leased(TaskHistory task, List<Tally.Silence> silences) {
    if (task.planned().onLost() == OnLost.HOLD) {
      return;
    }
    for (List<Event> run : task.runs()) {
      Event first = run.get(0);
      Event last = run.get(run.size() - 1);
      String worker = worker(task, first.attempt());
      for (Tally.Silence silence : silences) {
        long over = silence.at() + LEASE_AND_SLACK_CENTIS;
        if (silence.worker().equals(worker) && first.at() < silence.at() && last.at() > over) {
          broken(
              Promise.LEASED,
              "%s still ran %d ms after %s could no longer renew its lease of %d ms"
                  .formatted(
                      told(task, last),
                      (last.at() - silence.at()) * 10,
                      worker,
                      Timing.LEASE_MILLIS));
        }
      }
    }
  }

  private static @Nullable String worker(TaskHistory task, int attempt) {
    return task.recorded().stream()
        .filter(result -> result.attempt() == attempt)
        .map(Result::worker)
        .findFirst()
        .orElse(null);
  }

  private void once(TaskHistory task) {
    List<Event> starts = starts(task.events());
    if (task.planned().onLost() == OnLost.FAIL && starts.size() > 1) {
      broken(
          Promise.FAIL_ONCE,
          task.id()
              + " started "
              + starts.size()
              + " times: "
              + starts.stream().map(each -> told(task, each)).collect(Collectors.joining(", ")));
    }
  }

  private static List<Event> starts(List<Event> events) {
    return events.stream().filter(event -> event.kind() == Event.Kind.START).toList();
  }

  private static String told(TaskHistory task, Event event) {
    return "attempt %d of %s (%s, fence %d, pid %d)"
        .formatted(
            event.attempt(), task.id(), task.planned().onLost().json(), event.fence(), event.pid());
  }
}
