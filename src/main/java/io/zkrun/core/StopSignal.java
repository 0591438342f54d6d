package io.zkrun.core;

/**
 * Whether a command that ended had got SIGTERM together with the shell that watches over it. A
 * command's own end never does that; the shutdown of a machine or of a service does, because it
 * signals whatever it finds.
 */
public enum StopSignal {
  /** It ended for itself, or was ended alone. */
  NONE,
  /** Both got it, while the worker was there: then the worker is about to be stopped too. */
  SHARED,
  /** Both got it, and no worker was there any more. */
  SHARED_WHILE_AWAY
}
