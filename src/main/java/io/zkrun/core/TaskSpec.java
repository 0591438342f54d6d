package io.zkrun.core;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks for. Every value has been checked by {@link SpecProblem#check}.
 *
 * @param command what to run
 * @param env variables on top of the clean base, in the order given
 * @param cwd the folder to run in; null for a fresh scratch folder
 * @param stdin what the command reads; null for nothing
 * @param timeoutSeconds how long an attempt may run; null for ever
 * @param killAfterSeconds between SIGTERM and SIGKILL; null for the worker's setting
 * @param retries how often a failed attempt is followed by another, 0 to 1000
 * @param retryOn exit codes that are worth a retry; empty for any failure
 * @param retryDelaySeconds before the first retry; doubles, capped at {@link
 *     #MAX_RETRY_DELAY_SECONDS}
 * @param priority higher first, then oldest first; -1000 to 1000
 * @param requires labels that a worker must have
 * @param onLost what to do when the worker is lost; null for the master's setting
 * @param startWithinSeconds expires unless started by then; null for never
 * @param outputLimitBytes of each stream, on the encoded result; null for the worker's setting
 * @param nonce tells one submission from another; null in a person's spec
 * @param submittedBy user@host; null where unknown
 */
public record TaskSpec(
    Command command,
    Map<String, Bytes> env,
    @Nullable Bytes cwd,
    @Nullable Bytes stdin,
    @Nullable Double timeoutSeconds,
    @Nullable Double killAfterSeconds,
    int retries,
    List<Integer> retryOn,
    double retryDelaySeconds,
    int priority,
    Map<String, String> requires,
    @Nullable OnLost onLost,
    @Nullable Double startWithinSeconds,
    @Nullable Integer outputLimitBytes,
    @Nullable String nonce,
    @Nullable String submittedBy) {

  /** The largest command, and the largest encoded spec, in bytes. */
  public static final int MAX_BYTES = 512 * 1024;

  public static final double DEFAULT_KILL_AFTER_SECONDS = 10;
  public static final double DEFAULT_RETRY_DELAY_SECONDS = 1;
  public static final double MAX_RETRY_DELAY_SECONDS = 300;
  public static final int MAX_RETRIES = 1000;
  public static final int MAX_PRIORITY = 1000;
  public static final int MAX_OUTPUT_LIMIT_BYTES = 256 * 1024;

  public TaskSpec {
    env = Collections.unmodifiableMap(new LinkedHashMap<>(env));
    retryOn = List.copyOf(new TreeSet<>(retryOn));
    requires = Collections.unmodifiableMap(new TreeMap<>(requires));
  }

  /** A spec with the defaults for all but the command. */
  public static TaskSpec of(Command command) {
    return new Builder(command).build();
  }

  public static Builder builder(Command command) {
    return new Builder(command);
  }

  public Builder toBuilder() {
    return new Builder(this);
  }

  /** Whether the two ask for the same work: all but who submitted it, and when. */
  public boolean sameWork(TaskSpec that) {
    return toBuilder()
        .submission(null, null)
        .build()
        .equals(that.toBuilder().submission(null, null).build());
  }

  /**
   * How long to wait before the next attempt.
   *
   * @param failures how many attempts have failed, at least 1
   */
  public double retryDelaySeconds(int failures) {
    double doubled = retryDelaySeconds * Math.pow(2, Math.min(failures - 1, 30));
    return Math.min(doubled, MAX_RETRY_DELAY_SECONDS);
  }

  /**
   * Whether an attempt with this result is to be followed by another.
   *
   * @param failures how many attempts had failed before this one, lost ones not counted
   */
  public boolean retries(Result result, int failures) {
    if (failures >= retries || result.state() != Result.State.FAILED) {
      return false;
    }
    return switch (result.outcome()) {
      case EXITED, SIGNALED, TIMEOUT, SPAWN_FAILED ->
          retryOn.isEmpty() || retryOn.contains(code(result));
      case CANCELLED, EXPIRED, LOST, RETURNED, REJECTED, UNKNOWN -> false;
    };
  }

  private static int code(Result result) {
    OptionalInt code = result.commandExitCode();
    return code.orElse(-1);
  }

  /** Builds a spec, beginning from the defaults. Checks nothing: see {@link SpecProblem#check}. */
  public static final class Builder {
    private Command command;
    private Map<String, Bytes> env = Map.of();
    private @Nullable Bytes cwd;
    private @Nullable Bytes stdin;
    private @Nullable Double timeoutSeconds;
    private @Nullable Double killAfterSeconds;
    private int retries;
    private List<Integer> retryOn = List.of();
    private double retryDelaySeconds = DEFAULT_RETRY_DELAY_SECONDS;
    private int priority;
    private Map<String, String> requires = Map.of();
    private @Nullable OnLost onLost;
    private @Nullable Double startWithinSeconds;
    private @Nullable Integer outputLimitBytes;
    private @Nullable String nonce;
    private @Nullable String submittedBy;

    private Builder(Command command) {
      this.command = command;
    }

    private Builder(TaskSpec from) {
      command = from.command;
      env = from.env;
      cwd = from.cwd;
      stdin = from.stdin;
      timeoutSeconds = from.timeoutSeconds;
      killAfterSeconds = from.killAfterSeconds;
      retries = from.retries;
      retryOn = from.retryOn;
      retryDelaySeconds = from.retryDelaySeconds;
      priority = from.priority;
      requires = from.requires;
      onLost = from.onLost;
      startWithinSeconds = from.startWithinSeconds;
      outputLimitBytes = from.outputLimitBytes;
      nonce = from.nonce;
      submittedBy = from.submittedBy;
    }

    public Builder command(Command value) {
      command = value;
      return this;
    }

    public Builder env(Map<String, Bytes> value) {
      env = value;
      return this;
    }

    public Builder cwd(@Nullable Bytes value) {
      cwd = value;
      return this;
    }

    public Builder stdin(@Nullable Bytes value) {
      stdin = value;
      return this;
    }

    public Builder timeoutSeconds(@Nullable Double value) {
      timeoutSeconds = value;
      return this;
    }

    public Builder killAfterSeconds(@Nullable Double value) {
      killAfterSeconds = value;
      return this;
    }

    public Builder retries(int value) {
      retries = value;
      return this;
    }

    public Builder retryOn(List<Integer> value) {
      retryOn = value;
      return this;
    }

    public Builder retryDelaySeconds(double value) {
      retryDelaySeconds = value;
      return this;
    }

    public Builder priority(int value) {
      priority = value;
      return this;
    }

    public Builder requires(Map<String, String> value) {
      requires = value;
      return this;
    }

    public Builder onLost(@Nullable OnLost value) {
      onLost = value;
      return this;
    }

    public Builder startWithinSeconds(@Nullable Double value) {
      startWithinSeconds = value;
      return this;
    }

    public Builder outputLimitBytes(@Nullable Integer value) {
      outputLimitBytes = value;
      return this;
    }

    public Builder submission(@Nullable String newNonce, @Nullable String by) {
      nonce = newNonce;
      submittedBy = by;
      return this;
    }

    public TaskSpec build() {
      return new TaskSpec(
          command,
          env,
          cwd,
          stdin,
          timeoutSeconds,
          killAfterSeconds,
          retries,
          retryOn,
          retryDelaySeconds,
          priority,
          requires,
          onLost,
          startWithinSeconds,
          outputLimitBytes,
          nonce,
          submittedBy);
    }
  }
}
