package io.zkrun.verify;

/**
 * A fault that is planned.
 *
 * @param atMillis when, since the drill's beginning
 * @param pick which of those that it can hit: modulo their number
 * @param holdMillis how long it lasts, where it is not over by itself
 * @param comeback of what was killed
 */
record Fault(FaultKind kind, long atMillis, int pick, long holdMillis, Comeback comeback) {
  /** When a killed worker is started again. */
  enum Comeback {
    /** Within the lease: it adopts what it ran. */
    AT_ONCE,
    /** When the lease is over. */
    LATE,
    /** Another one, of another name and with an empty spool, takes its place. */
    NEVER
  }
}
