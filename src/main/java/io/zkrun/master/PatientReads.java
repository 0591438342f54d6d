package io.zkrun.master;

import io.zkrun.znode.Answer;
import io.zkrun.znode.Children;
import io.zkrun.znode.Failure;
import io.zkrun.znode.Loop;
import io.zkrun.znode.Node;
import io.zkrun.znode.Reads;
import io.zkrun.znode.Tree;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads that are asked again until ZooKeeper says what stands there, or that nothing does. A read
 * that it refuses, or that the connection lost, is no answer: whoever took it for "there is
 * nothing" would count what stands there as gone.
 */
final class PatientReads {
  /** The least time between two askings. */
  static final long AGAIN_MILLIS = 1_000;

  /** The longest: no event of what changes there ends it sooner. */
  static final long AGAIN_MAX_MILLIS = 5_000;

  /** What was refused for so long is asked for again after this part of it. */
  private static final int PART = 8;

  /** Hears each time when a read is put off. */
  @FunctionalInterface
  interface Refused {
    /**
     * @param failure never {@link Failure#NO_NODE}
     * @param why for people
     * @param forMillis since the first refusal of this read
     */
    void by(Failure failure, String why, long forMillis);
  }

  private final Tree tree;
  private final Reads reads;
  private final Loop loop;
  private boolean closed;

  /**
   * @param inFlightMax how many are asked for at a time, at least 1
   */
  PatientReads(Tree tree, Loop loop, int inFlightMax) {
    this.tree = tree;
    this.loop = loop;
    reads = new Reads(tree, inFlightMax);
  }

  /** Asks no more, and keeps every answer to itself. */
  void close() {
    closed = true;
    reads.clear();
  }

  /** The data of a znode; {@code missing} runs where there is none. */
  void get(String path, Consumer<Node> found, Runnable missing, Refused refused) {
    new Patience<>(reads::get, path, found, missing, refused).ask();
  }

  /** The names of a znode's children; {@code missing} runs where there is no such znode. */
  void children(String path, Consumer<Children> found, Runnable missing, Refused refused) {
    new Patience<>(reads::children, path, found, missing, refused).ask();
  }

  /** Runs {@code then} when the server has seen all that was committed before the call. */
  void sync(Runnable then, Refused refused) {
    Reads.Read<@Nullable Void> sync = (path, answer) -> tree.sync(answer);
    new Patience<>(sync, "/", done -> then.run(), then, refused).ask();
  }

  /** One read, as often as it takes. */
  private final class Patience<T extends @Nullable Object> {
    private final Reads.Read<T> read;
    private final String path;
    private final Consumer<T> found;
    private final Runnable missing;
    private final Refused refused;
    private long refusedSince = -1;

    Patience(
        Reads.Read<T> read, String path, Consumer<T> found, Runnable missing, Refused refused) {
      this.read = read;
      this.path = path;
      this.found = found;
      this.missing = missing;
      this.refused = refused;
    }

    void ask() {
      if (!closed) {
        read.of(path, this::take);
      }
    }

    private void take(Answer<T> answer) {
      if (closed) {
        return;
      }
      if (answer instanceof Answer.Ok<T> ok) {
        found.accept(ok.value());
      } else if (answer.failure() == Failure.NO_NODE) {
        missing.run();
      } else if (answer instanceof Answer.Failed<T> failed
          && failed.failure() != Failure.SESSION_EXPIRED) {
        // Of a session that is over, its owner hears; there is nobody left to ask.
        putOff(failed);
      }
    }

    private void putOff(Answer.Failed<T> failed) {
      if (refusedSince < 0) {
        refusedSince = loop.millis();
      }
      long forMillis = loop.millis() - refusedSince;
      refused.by(failed.failure(), failed.message(), forMillis);
      loop.after(Math.min(AGAIN_MAX_MILLIS, Math.max(AGAIN_MILLIS, forMillis / PART)), this::ask);
    }
  }
}
