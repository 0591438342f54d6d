package io.zkrun.core;

import java.util.Optional;

/** How an attempt, or a task, ended. */
public enum Outcome {
  /** The command ended by itself with an exit code. */
  EXITED("exited"),
  /** The command was ended by a signal that zkrun did not send. */
  SIGNALED("signaled"),
  /** It ran longer than its timeout and was ended. */
  TIMEOUT("timeout"),
  CANCELLED("cancelled"),
  /** It was not started within {@code startWithinSeconds}. */
  EXPIRED("expired"),
  /** Its worker, or the right to run it there, was lost. */
  LOST("lost"),
  /** It could not be started: no such program, shell or folder. */
  SPAWN_FAILED("spawnFailed"),
  /** Its worker's host could not start it, whatever it is: it goes elsewhere. Of attempts alone. */
  RETURNED("returned"),
  /** The task's data is no valid spec. */
  REJECTED("rejected"),
  /** A status that a person wrote by hand. */
  UNKNOWN("unknown");

  private final String json;

  Outcome(String json) {
    this.json = json;
  }

  /** The name in JSON. */
  public String json() {
    return json;
  }

  public static Optional<Outcome> ofJson(String json) {
    for (Outcome outcome : values()) {
      if (outcome.json.equals(json)) {
        return Optional.of(outcome);
      }
    }
    return Optional.empty();
  }
}
