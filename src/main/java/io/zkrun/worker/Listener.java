package io.zkrun.worker;

/** What a worker tells its composition root, on its loop. */
public interface Listener {
  /** It is registered and has seen its assignments: for the first time, or after it was away. */
  void ready();

  /** It has no connection to ZooKeeper: not yet, or no longer. */
  void disconnected();

  /** It is connected, and takes no tasks; the reason is one line. */
  void away(String reason);

  /** It was stopped as asked; its session is closed. */
  void stopped();

  /** It cannot work and has given up; the message says what to do. */
  void fatal(String message);

  /**
   * It was told what cannot be in its state: a mistake in the program, which is in the log already.
   * It has passed it over, and reads everything again.
   */
  default void impossible(IllegalStateException what) {}
}
