package io.zkrun.exec;

/** Why somebody ends a run. */
public enum EndCause {
  /** A person asked for it: outcome {@code cancelled}. */
  CANCELLED,
  /** It ran longer than its timeout: outcome {@code timeout}. */
  TIMEOUT,
  /** The right to run it here is over: outcome {@code lost}. */
  LOST,
  /** The worker stops together with its commands: outcome {@code lost}, with that reason. */
  SHUTDOWN
}
