package io.zkrun.core;

/** Where an assignment stands at its worker. */
enum RunPhase {
  /** Waits for a slot, for the lease, or for an older run of the same task to end. */
  QUEUED,
  /** Lost here, or never started here, and held: a person decides. */
  HELD,
  /** Handed over; its process is not known yet. */
  STARTING,
  RUNNING,
  /** Asked to end; its process tree may still be there. */
  ENDING,
  /** Its result is to be written, and its assignment deleted. */
  REPORTING,
  /** Its assignment is to be deleted without a result. */
  REMOVING;

  /** Whether there may be processes. */
  boolean isLive() {
    return this == STARTING || this == RUNNING || this == ENDING;
  }

  /** Whether what is left to do is a write. */
  boolean isClosing() {
    return this == REPORTING || this == REMOVING;
  }
}
