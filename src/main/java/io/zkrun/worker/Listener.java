package io.zkrun.worker;

/** What a worker tells its composition root, on its loop. */
public interface Listener {
  /** It is registered for the first time and has seen its assignments. */
  void ready();

  /** It was stopped as asked; its session is closed. */
  void stopped();

  /** It cannot work and has given up; the message says what to do. */
  void fatal(String message);
}
