package io.zkrun.client;

import io.zkrun.core.ExitCode;

/** Why the client could not do what it was asked; the message is for people and says what to do. */
public final class ClientException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Problem problem;
  private final String failure;
  private final String consequence;

  public ClientException(Problem problem, String failure) {
    this(problem, failure, "");
  }

  /**
   * @param failure what failed, with which value
   * @param consequence what follows from it, and what to do; empty where who asked knows better
   */
  public ClientException(Problem problem, String failure, String consequence) {
    super(consequence.isEmpty() ? failure : failure + "; " + consequence);
    this.problem = problem;
    this.failure = failure;
    this.consequence = consequence;
  }

  public String failure() {
    return failure;
  }

  public boolean namesConsequence() {
    return !consequence.isEmpty();
  }

  /** The same failure, and what follows from it there. */
  public ClientException in(String place, String newConsequence) {
    return new ClientException(problem, place + failure, newConsequence);
  }

  public Problem problem() {
    return problem;
  }

  /** The kinds of failure, as programs tell them apart. */
  public enum Problem {
    /** No server answers: what was asked did not happen, or was only a question. */
    UNREACHABLE("zookeeperUnreachable", ExitCode.UNAVAILABLE, true),
    /** A server answered that it will not: rights, quota. It did not happen. */
    REFUSED("zookeeperRefused", ExitCode.UNAVAILABLE, false),
    /** The connection was lost after sending, and did not come back in time to find out. */
    SUBMISSION_UNKNOWN("submissionUnknown", ExitCode.UNAVAILABLE, true),
    /** The task is there, but has not ended yet. */
    NOT_ENDED("notEnded", ExitCode.UNAVAILABLE, true),
    /** Refused before anything was written. */
    INVALID_SPEC("invalidSpec", ExitCode.USAGE, false),
    /** The spec that stands in ZooKeeper is no good. */
    REJECTED("specRejected", ExitCode.REJECTED, false),
    /** A task of this name exists, with another spec. */
    NAME_TAKEN("nameTaken", ExitCode.REJECTED, false),
    UNKNOWN_TASK("unknownTask", ExitCode.UNKNOWN_ID, false),
    /** It was deleted or purged while it was waited for. */
    TASK_GONE("taskGone", ExitCode.UNKNOWN_ID, false),
    /** It is in no state in which this can be done. */
    NOTHING_TO_DO("nothingToDo", ExitCode.NOTHING_DONE, false);

    private final String code;
    private final int exitCode;
    private final boolean retryable;

    Problem(String code, int exitCode, boolean retryable) {
      this.code = code;
      this.exitCode = exitCode;
      this.retryable = retryable;
    }

    /** One word for programs. */
    public String code() {
      return code;
    }

    public int exitCode() {
      return exitCode;
    }

    /** Whether the same again may well succeed. */
    public boolean retryable() {
      return retryable;
    }
  }
}
