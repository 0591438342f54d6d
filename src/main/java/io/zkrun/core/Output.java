package io.zkrun.core;

import org.jspecify.annotations.Nullable;

/**
 * What is kept of one output stream.
 *
 * @param kept all of it, or, past the limit, the first and the last half of the limit
 * @param bytes how many bytes the command wrote
 * @param truncated whether {@code kept} is less than that
 * @param file the file on the worker's host that holds all of it, for as long as it is there; null
 *     where there is none. A result tells it where the output was cut
 */
public record Output(Bytes kept, long bytes, boolean truncated, @Nullable String file) {
  public static final Output EMPTY = new Output(Bytes.EMPTY, 0, false, null);

  /** An output that was kept whole. */
  public static Output whole(Bytes all) {
    return all.isEmpty() ? EMPTY : new Output(all, all.length(), false, null);
  }
}
