package io.zkrun.core;

/** Why a worker ends a run. */
public enum EndCause {
  /** A client asked for it. */
  CANCELLED,
  /** The right to run it here is over. */
  LOST,
  /** Its assignment is gone: nobody waits for its result. */
  DROPPED
}
