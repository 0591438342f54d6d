package io.zkrun.core;

/**
 * Why a worker takes nothing new for a while: its host cannot start commands, whatever they are.
 *
 * @param code one word for programs
 * @param message for people
 */
public record NotReady(String code, String message) {
  /** The disk of the spool has no space, or no quota, left. */
  public static final String SPOOL_FULL = "spoolFull";

  /** The spool cannot be written for another reason. */
  public static final String SPOOL_FAILS = "spoolFails";

  /** No process can be started: too many of them, or no memory. */
  public static final String NO_PROCESSES = "noProcesses";

  /** No file can be opened: too many are. */
  public static final String NO_FILES = "noFiles";
}
