package io.zkrun.core;

/** What becomes of the commands when a worker stops. */
public enum StopMode {
  /** They live on until the lease ends; a restarted worker adopts them. */
  KEEP_COMMANDS,
  /** They are ended, and counted as lost. */
  END_COMMANDS
}
