package io.zkrun.client;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/** Bounds how many requests are in flight: the rest wait in order. Used on the loop alone. */
final class Gate {
  private final int width;
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private int inFlight;

  Gate(int width) {
    this.width = width;
  }

  <T> CompletableFuture<T> pass(Supplier<CompletableFuture<T>> work) {
    CompletableFuture<T> done = new CompletableFuture<>();
    waiting.add(
        () -> {
          var unused =
              work.get()
                  .whenComplete(
                      (value, error) -> {
                        inFlight--;
                        Futures.complete(done, value, error);
                        admit();
                      });
        });
    admit();
    return done;
  }

  /** The results in the order of {@code items}. */
  <A, B> CompletableFuture<List<B>> all(
      Collection<A> items, Function<A, CompletableFuture<B>> work) {
    List<CompletableFuture<B>> all = new ArrayList<>(items.size());
    for (A item : items) {
      all.add(pass(() -> work.apply(item)));
    }
    return Futures.all(all);
  }

  private void admit() {
    while (inFlight < width) {
      Runnable next = waiting.poll();
      if (next == null) {
        return;
      }
      inFlight++;
      next.run();
    }
  }
}
