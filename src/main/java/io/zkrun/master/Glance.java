package io.zkrun.master;

import io.zkrun.znode.Answer;
import io.zkrun.znode.Children;
import io.zkrun.znode.Failure;
import io.zkrun.znode.Loop;
import io.zkrun.znode.Node;
import io.zkrun.znode.Tree;
import io.zkrun.znode.Write;
import io.zkrun.znode.Written;
import java.util.List;
import java.util.function.Consumer;

/**
 * A short look at the real tree by a master that stands by: the reading of a takeover, so that what
 * people really submit has been read once before it matters, and nothing else. It sees at most
 * {@value #ZNODES_MAX} znodes, asks for {@value #IN_FLIGHT} at a time, and changes and watches
 * nothing. What it reads is thrown away, and what it is refused is not asked for again.
 */
final class Glance implements Tree {
  static final int ZNODES_MAX = 5_000;
  static final int IN_FLIGHT = 4;

  /** Nobody looks at what stands in this answer. */
  @SuppressWarnings("NullAway")
  private static final Answer<Void> NOTHING = new Answer.Ok<>(null);

  private final Tree real;
  private final Loop loop;
  private int left = ZNODES_MAX;

  private Glance(Tree real, Loop loop) {
    this.real = real;
    this.loop = loop;
  }

  /** Begins; returns at once. */
  static Glance begin(Tree real, Loop loop) {
    Glance glance = new Glance(real, loop);
    PatientReads reads = new PatientReads(glance, loop, IN_FLIGHT);
    new TreeReader(reads, reads, event -> {}, stuckAt -> {}, path -> false).readAll(() -> {});
    return glance;
  }

  /** Asks for nothing more. */
  @Override
  public void close() {
    left = 0;
  }

  /** What is not asked for is never answered: nobody waits for the end of a glance. */
  private void ask(Runnable read) {
    if (left > 0) {
      left--;
      read.run();
    }
  }

  /** Handed on, a refusal would be asked again and again. */
  private static <T> Consumer<Answer<T>> unlessRefused(Consumer<Answer<T>> then) {
    return answer -> {
      if (answer instanceof Answer.Ok || answer.failure() == Failure.NO_NODE) {
        then.accept(answer);
      }
    };
  }

  @Override
  public void get(String path, Consumer<Answer<Node>> then) {
    ask(() -> real.get(path, unlessRefused(then)));
  }

  /** Of a million names no more are handed on than may still be read. */
  @Override
  public void children(String path, Consumer<Answer<Children>> then) {
    ask(() -> real.children(path, unlessRefused(answer -> then.accept(cut(answer)))));
  }

  private Answer<Children> cut(Answer<Children> answer) {
    if (answer instanceof Answer.Ok<Children> ok && ok.value().names().size() > left) {
      List<String> names = List.copyOf(ok.value().names().subList(0, left));
      return new Answer.Ok<>(new Children(names, ok.value().stat()));
    }
    return answer;
  }

  /** It need not see the latest. */
  @Override
  public void sync(Consumer<Answer<Void>> then) {
    loop.execute(() -> then.accept(NOTHING));
  }

  @Override
  public void multi(List<Write> writes, Consumer<Answer<List<Written>>> then) {
    throw new UnsupportedOperationException("a glance writes nothing");
  }

  @Override
  public void watch(String path, boolean recursive, Consumer<Answer<Void>> then) {
    throw new UnsupportedOperationException("a glance watches nothing");
  }

  @Override
  public void unwatch(String path, Consumer<Answer<Void>> then) {
    throw new UnsupportedOperationException("a glance watches nothing");
  }
}
