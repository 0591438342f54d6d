package io.zkrun.metrics;

/** What a master tells those who measure, on its loop. Every method may be left out. */
public interface MasterMetrics {
  MasterMetrics NONE = new MasterMetrics() {};

  /** It was elected, and has read the tree: once for each election, however often it is read. */
  default void elected() {}

  /** It no longer leads or stands by. */
  default void resigned() {}

  /** A task was assigned. */
  default void assigned() {}

  /** A worker was declared lost with so many tasks. */
  default void workerLost(int tasks) {}

  /** So many tasks could start if a worker had a slot. */
  default void queued(int tasks) {}
}
