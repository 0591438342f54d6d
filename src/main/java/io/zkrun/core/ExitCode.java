package io.zkrun.core;

/** The exit codes of the {@code zkrun} command, fixed for ever. A task's own codes come on top. */
public final class ExitCode {
  public static final int OK = 0;

  /** Nothing was left to cancel, and the like. */
  public static final int NOTHING_DONE = 1;

  public static final int USAGE = 64;

  /** The spec was rejected, or a named task exists with another spec. */
  public static final int REJECTED = 65;

  public static final int UNKNOWN_ID = 66;

  /** The task was lost, or expired before it started. */
  public static final int LOST = 69;

  /** It ended, but how is not known. */
  public static final int UNKNOWN_OUTCOME = 70;

  public static final int NO_JAVA = 72;

  /** ZooKeeper is unreachable, or {@code --timeout} is over: try again. */
  public static final int UNAVAILABLE = 75;

  public static final int CONFIGURATION = 78;
  public static final int TIMEOUT = 124;
  public static final int CANNOT_EXECUTE = 126;
  public static final int NOT_FOUND = 127;

  /** The reader of standard output has gone away: as SIGPIPE ends other programs. */
  public static final int NOBODY_READS = 141;

  public static final int CANCELLED = 143;

  private ExitCode() {}
}
