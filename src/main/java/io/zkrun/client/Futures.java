package io.zkrun.client;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** What {@link CompletableFuture} leaves to be written. */
final class Futures {
  private Futures() {}

  static <T> void complete(
      CompletableFuture<T> future, @Nullable T value, @Nullable Throwable error) {
    if (error != null) {
      future.completeExceptionally(cause(error));
    } else {
      future.complete(value);
    }
  }

  static <T> CompletableFuture<List<T>> all(List<CompletableFuture<T>> all) {
    return CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new))
        .thenApply(nothing -> all.stream().map(CompletableFuture::join).toList());
  }

  static Throwable cause(Throwable error) {
    Throwable cause = error.getCause();
    return error instanceof CompletionException && cause != null ? cause : error;
  }
}
