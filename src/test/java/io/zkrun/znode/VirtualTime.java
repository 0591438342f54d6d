package io.zkrun.znode;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
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

  private final Random random;
  private final List<VirtualLoop> loops = new ArrayList<>();
  private final List<VirtualLoop> ready = new ArrayList<>();
  private final PriorityQueue<Pending> timers = new PriorityQueue<>();
  private long millis;
  private long sequence;

  public VirtualTime(long seed) {
    random = new Random(seed);
  }

  public VirtualLoop loop(String name) {
    VirtualLoop loop = new VirtualLoop(name);
    loops.add(loop);
    return loop;
  }

  public long millis() {
    return millis;
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
    ready.clear();
    for (VirtualLoop loop : loops) {
      if (!loop.paused && !loop.tasks.isEmpty()) {
        ready.add(loop);
      }
    }
    if (ready.isEmpty()) {
      return false;
    }
    ready.get(random.nextInt(ready.size())).tasks.remove().run();
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
    private final String name;
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private boolean paused;

    private VirtualLoop(String name) {
      this.name = name;
    }

    @Override
    public void execute(Runnable task) {
      tasks.add(task);
    }

    @Override
    public Loop.Timer after(long forMillis, Runnable task) {
      Pending timer = new Pending(this, millis + forMillis, sequence++, task);
      timers.add(timer);
      return timer;
    }

    /** Stops the thread of it, as SIGSTOP does: tasks and timers wait. */
    public void pause() {
      paused = true;
    }

    public void unpause() {
      paused = false;
    }

    /** Forgets all that waits, as the death of the process does. */
    public void kill() {
      tasks.clear();
      timers.removeIf(timer -> timer.loop == this);
    }

    @Override
    public long millis() {
      return millis;
    }

    @Override
    public long bootMillis() {
      return millis + BOOTED_BEFORE_MILLIS;
    }

    @Override
    public Instant now() {
      return BEGIN.plusMillis(millis);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static final class Pending implements Loop.Timer, Comparable<Pending> {
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
      loop.execute(
          () -> {
            Runnable now = task;
            task = null;
            if (now != null) {
              now.run();
            }
          });
    }

    @Override
    public void cancel() {
      task = null;
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
