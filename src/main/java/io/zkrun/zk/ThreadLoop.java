package io.zkrun.zk;

import io.zkrun.znode.Loop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A {@link Loop} that is one daemon thread of its own. */
public final class ThreadLoop implements Loop, AutoCloseable {
  private static final Path UPTIME = Path.of("/proc/uptime");

  private final Consumer<Throwable> onUncaught;
  private final Thread thread;
  private final Object lock = new Object();
  private final Deque<Runnable> ready = new ArrayDeque<>();
  private final PriorityQueue<Pending> timers = new PriorityQueue<>();
  private long sequence;
  private boolean closed;

  /**
   * Starts the thread.
   *
   * @param onUncaught hears, on the thread, of what a task has thrown; the loop itself goes on
   */
  public ThreadLoop(String name, Consumer<Throwable> onUncaught) {
    this.onUncaught = onUncaught;
    thread = new Thread(this::run, name);
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void execute(Runnable task) {
    synchronized (lock) {
      if (!closed) {
        ready.add(task);
        lock.notifyAll();
      }
    }
  }

  @Override
  public Timer after(long millis, Runnable task) {
    synchronized (lock) {
      Pending timer = new Pending(System.nanoTime() + millis * 1_000_000, sequence++, task);
      if (!closed) {
        timers.add(timer);
        lock.notifyAll();
      }
      return timer;
    }
  }

  @Override
  public long millis() {
    return System.nanoTime() / 1_000_000;
  }

  /** To 10 ms. */
  @Override
  public long bootMillis() {
    try {
      String uptime = Files.readString(UPTIME);
      return Math.round(Double.parseDouble(uptime.substring(0, uptime.indexOf(' '))) * 1000);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot tell the time since boot", e);
    }
  }

  @Override
  public Instant now() {
    return Instant.now();
  }

  /** True on the loop's own thread. */
  public boolean isCurrent() {
    return Thread.currentThread() == thread;
  }

  /** Ends the thread after the running task; what waits is dropped. Returns at once. Idempotent. */
  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      ready.clear();
      timers.clear();
      lock.notifyAll();
    }
  }

  private void run() {
    try {
      for (Runnable task = next(); task != null; task = next()) {
        runOne(task);
      }
    } catch (InterruptedException e) {
      onUncaught.accept(e);
    }
  }

  // Whatever it is, the owner decides: a daemon ends, and is started anew.
  @SuppressWarnings("CatchAndPrintStackTrace")
  private void runOne(Runnable task) {
    try {
      task.run();
    } catch (Throwable e) {
      onUncaught.accept(e);
    }
  }

  private @Nullable Runnable next() throws InterruptedException {
    synchronized (lock) {
      while (!closed) {
        long waitNanos = takeDue();
        Runnable task = ready.poll();
        if (task != null) {
          return task;
        }
        if (waitNanos == Long.MAX_VALUE) {
          lock.wait();
        } else {
          lock.wait(waitNanos / 1_000_000, (int) (waitNanos % 1_000_000));
        }
      }
      return null;
    }
  }

  /** Makes ready what is due; returns the time until the next, or the greatest long. */
  private long takeDue() {
    for (Pending timer = timers.peek(); timer != null; timer = timers.peek()) {
      long waitNanos = timer.dueNanos - System.nanoTime();
      if (waitNanos > 0) {
        return waitNanos;
      }
      timers.remove();
      ready.add(timer);
    }
    return Long.MAX_VALUE;
  }

  private final class Pending implements Timer, Runnable, Comparable<Pending> {
    private final long dueNanos;
    private final long order;
    private @Nullable Runnable task;

    Pending(long dueNanos, long order, Runnable task) {
      this.dueNanos = dueNanos;
      this.order = order;
      this.task = task;
    }

    @Override
    public void run() {
      Runnable due;
      synchronized (lock) {
        due = task;
        task = null;
      }
      if (due != null) {
        due.run();
      }
    }

    @Override
    public void cancel() {
      synchronized (lock) {
        task = null;
        timers.remove(this);
      }
    }

    @Override
    public int compareTo(Pending other) {
      int byTime = Long.compare(dueNanos - other.dueNanos, 0);
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
