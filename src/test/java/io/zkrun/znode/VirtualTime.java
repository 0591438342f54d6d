package io.zkrun.znode;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Several {@link Loop}s on one virtual clock, all run by the calling thread. Each keeps its own
 * order; which of those that have something to do comes next, the seed decides. Time passes only
 * when none has anything to do.
 */
public final class VirtualTime {
  private static final long BOOTED_BEFORE_MILLIS = 1_000_000;
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

  private final SplittableRandom random;

  /** Those that have something to do and are not paused, in no order. */
  private final List<VirtualLoop> ready = new ArrayList<>();

  private final PriorityQueue<Pending> timers = new PriorityQueue<>();
  private long millis;
  private long sequence;
  private long steps;
  private Runnable afterStep = () -> {};

  public VirtualTime(long seed) {
    random = new SplittableRandom(seed);
  }

  public VirtualLoop loop(String name) {
    return new VirtualLoop(name);
  }

  public long millis() {
    return millis;
  }

  /** How many tasks have been run so far. */
  public long steps() {
    return steps;
  }

  /** Runs {@code event} between any two tasks, on no loop. */
  public void afterStep(Runnable event) {
    afterStep = event;
  }

  /** Runs one task, or lets time pass up to the next timer; false when nothing is left. */
  public boolean step() {
    if (runOne()) {
      return true;
    }
    Pending timer = timers.poll();
    if (timer == null) {
      return false;
    }
    millis = Math.max(millis, timer.due);
    timer.makeReady();
    return true;
  }

  private boolean runOne() {
    if (ready.isEmpty()) {
      return false;
    }
    VirtualLoop loop = ready.get(ready.size() == 1 ? 0 : random.nextInt(ready.size()));
    Runnable task = loop.tasks.remove();
    if (loop.tasks.isEmpty()) {
      loop.leaveReady();
    }
    steps++;
    task.run();
    afterStep.run();
    return true;
  }

  /** Runs until {@code condition} holds; false when nothing was left to do before. */
  public boolean runUntil(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      if (!step()) {
        return false;
      }
    }
    return true;
  }

  /** Runs what is ready, without letting time pass. */
  public void settle() {
    while (runOne()) {
      // Until nothing is ready.
    }
  }

  /** Runs for so long. */
  public void advance(long forMillis) {
    long end = millis + forMillis;
    settle();
    while (!timers.isEmpty() && timers.peek().due <= end) {
      step();
      settle();
    }
    millis = end;
  }

  /** One of the loops. */
  public final class VirtualLoop implements Loop {
    private static final int NOT_READY = -1;

    private final String name;
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private int place = NOT_READY;
    private boolean paused;
    private boolean dead;
    private long bootedAt = -BOOTED_BEFORE_MILLIS;
    private long skewMillis;

    private VirtualLoop(String name) {
      this.name = name;
    }

    /** Its machine was booted then: from there on it counts. */
    public void bootedAt(long atMillis) {
      bootedAt = atMillis;
    }

    /** The wall clock of its machine is ahead by so much. */
    public void skew(long aheadMillis) {
      skewMillis = aheadMillis;
    }

    @Override
    public void execute(Runnable task) {
      if (!dead) {
        tasks.add(task);
        joinReady();
      }
    }

    private void joinReady() {
      if (place == NOT_READY && !paused && !tasks.isEmpty()) {
        place = ready.size();
        ready.add(this);
      }
    }

    private void leaveReady() {
      if (place != NOT_READY) {
        VirtualLoop last = ready.remove(ready.size() - 1);
        if (last != this) {
          ready.set(place, last);
          last.place = place;
        }
        place = NOT_READY;
      }
    }

    @Override
    public Loop.Timer after(long forMillis, Runnable task) {
      Pending timer = new Pending(this, millis + forMillis, sequence++, task);
      if (!dead) {
        timers.add(timer);
      }
      return timer;
    }

    /** Stops the thread of it, as SIGSTOP does: tasks and timers wait. */
    public void pause() {
      paused = true;
      leaveReady();
    }

    public void unpause() {
      paused = false;
      joinReady();
    }

    /** Forgets all that waits or is still to come, as the death of the process does. */
    public void kill() {
      dead = true;
      tasks.clear();
      leaveReady();
      timers.removeIf(timer -> timer.loop == this);
    }

    @Override
    public long millis() {
      return millis;
    }

    @Override
    public long bootMillis() {
      return millis - bootedAt;
    }

    @Override
    public Instant now() {
      return BEGIN.plusMillis(millis + skewMillis);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private final class Pending implements Loop.Timer, Comparable<Pending> {
    private final VirtualLoop loop;
    private final long due;
    private final long order;
    private @Nullable Runnable task;

    Pending(VirtualLoop loop, long due, long order, Runnable task) {
      this.loop = loop;
      this.due = due;
      this.order = order;
      this.task = task;
    }

    void makeReady() {
      if (task != null) {
        loop.execute(this::run);
      }
    }

    private void run() {
      Runnable now = task;
      task = null;
      if (now != null) {
        now.run();
      }
    }

    @Override
    public void cancel() {
      if (task != null) {
        task = null;
        boolean unused = timers.remove(this);
      }
    }

    @Override
    public int compareTo(Pending other) {
      int byTime = Long.compare(due, other.due);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }
}
