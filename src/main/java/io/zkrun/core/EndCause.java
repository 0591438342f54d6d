package io.zkrun.core;

/** Why a run is ended on its worker's host. */
public enum EndCause {
  /** A client asked for it. */
  CANCELLED,
  /** It ran longer than its timeout; the spool sees to that by itself. */
  TIMEOUT,
  /** The right to run it here is over. */
  LOST,
  /** Its assignment is gone: nobody waits for its result. */
  DROPPED
}
