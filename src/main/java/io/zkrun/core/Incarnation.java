package io.zkrun.core;

import org.jspecify.annotations.Nullable;

/**
 * The data of {@code /assign/<worker>}.
 *
 * @param leaseSeconds how long after its last acknowledged write the worker's tasks may run on
 * @param spoolId the spool folder that its runs live in; null for a worker that a person plays
 */
public record Incarnation(double leaseSeconds, @Nullable String spoolId) {
  public static final double DEFAULT_LEASE_SECONDS = 13;

  /** What a worker that a person plays is taken to have promised. */
  public static final Incarnation BY_HAND = new Incarnation(DEFAULT_LEASE_SECONDS, null);
}
