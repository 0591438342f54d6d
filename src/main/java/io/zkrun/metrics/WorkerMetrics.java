package io.zkrun.metrics;

import io.zkrun.core.Result;

/** What a worker tells those who measure. Every method may be left out. */
public interface WorkerMetrics {
  WorkerMetrics NONE = new WorkerMetrics() {};

  /** A command is about to be started. */
  default void started() {}

  /** A result is in ZooKeeper. */
  default void delivered(Result result) {}

  /** How many commands run now. */
  default void running(int count) {}

  /** The worker is registered, again perhaps. */
  default void registered() {}
}
