package io.zkrun.znode;

import org.jspecify.annotations.Nullable;

/** The answer to a request: a value, or why there is none. */
public sealed interface Answer<T extends @Nullable Object> {
  record Ok<T extends @Nullable Object>(T value) implements Answer<T> {}

  /**
   * @param failure what went wrong
   * @param member of a multi, the index of the first member that failed; else -1
   * @param message for people
   */
  record Failed<T extends @Nullable Object>(Failure failure, int member, String message)
      implements Answer<T> {}

  /** The failure, or null where it succeeded. */
  default @Nullable Failure failure() {
    return this instanceof Failed<T> failed ? failed.failure() : null;
  }
}
