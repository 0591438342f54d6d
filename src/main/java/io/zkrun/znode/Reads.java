package io.zkrun.znode;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Pipelined reads, bounded in flight: what lets a million znodes be read at the speed of the server
 * without a million requests waiting in memory. All calls and callbacks belong to the owner's
 * {@link Loop}; a callback is never called from within the call itself.
 */
public final class Reads {
  public static final int IN_FLIGHT_DEFAULT = 500;

  /** Reads one path: {@link Tree#get}, {@link Tree#children}. */
  @FunctionalInterface
  public interface Read<T> {
    void of(String path, Consumer<Answer<T>> then);
  }

  private final Tree tree;
  private final int inFlightMax;
  private final Deque<Runnable> waiting = new ArrayDeque<>();
  private int inFlight;

  public Reads(Tree tree, int inFlightMax) {
    if (inFlightMax < 1) {
      throw new IllegalArgumentException("inFlightMax " + inFlightMax + ", must be at least 1");
    }
    this.tree = tree;
    this.inFlightMax = inFlightMax;
  }

  public void get(String path, Consumer<Answer<Node>> then) {
    enqueue(() -> tree.get(path, counted(then)));
  }

  public void children(String path, Consumer<Answer<Children>> then) {
    enqueue(() -> tree.children(path, counted(then)));
  }

  /**
   * The data of each of {@code paths}, in their order. They are taken one by one, when their turn
   * comes.
   *
   * @param each hears of every path
   * @param done after the last; where there are no paths, at once
   */
  public void getAll(Iterator<String> paths, BiConsumer<String, Answer<Node>> each, Runnable done) {
    new Sweep<>(paths, this::get, each, done, inFlightMax).start();
  }

  /** The children of each of {@code paths}, like {@link #getAll}. */
  public void childrenOfAll(
      Iterator<String> paths, BiConsumer<String, Answer<Children>> each, Runnable done) {
    new Sweep<>(paths, this::children, each, done, inFlightMax).start();
  }

  /** How many are asked for and not answered. */
  public int pending() {
    return inFlight + waiting.size();
  }

  /** Forgets what has not been asked for yet: its callbacks are never called. */
  public void clear() {
    waiting.clear();
  }

  private void enqueue(Runnable read) {
    if (inFlight < inFlightMax) {
      inFlight++;
      read.run();
    } else {
      waiting.add(read);
    }
  }

  private <T> Consumer<Answer<T>> counted(Consumer<Answer<T>> then) {
    return answer -> {
      Runnable next = waiting.poll();
      if (next == null) {
        inFlight--;
      } else {
        next.run();
      }
      then.accept(answer);
    };
  }

  /** One pass over many paths. */
  private static final class Sweep<T> {
    private final Iterator<String> paths;
    private final Read<T> read;
    private final BiConsumer<String, Answer<T>> each;
    private final Runnable done;
    private final int width;
    private int open;

    Sweep(
        Iterator<String> paths,
        Read<T> read,
        BiConsumer<String, Answer<T>> each,
        Runnable done,
        int width) {
      this.paths = paths;
      this.read = read;
      this.each = each;
      this.done = done;
      this.width = width;
    }

    void start() {
      while (open < width && paths.hasNext()) {
        one();
      }
      if (open == 0) {
        done.run();
      }
    }

    private void one() {
      String path = paths.next();
      open++;
      read.of(path, answer -> answered(path, answer));
    }

    private void answered(String path, Answer<T> answer) {
      each.accept(path, answer);
      open--;
      if (paths.hasNext()) {
        one();
      } else if (open == 0) {
        done.run();
      }
    }
  }
}
