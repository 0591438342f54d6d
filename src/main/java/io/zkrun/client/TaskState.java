package io.zkrun.client;

import io.zkrun.core.Result;
import java.util.Locale;
import java.util.Optional;

/** Where a task stands, as it is shown. */
public enum TaskState {
  /** Waits to be assigned for the first time. */
  PENDING,
  /** A worker is to run it. */
  ASSIGNED,
  RUNNING,
  /** An attempt has ended, and another is to come. */
  RETRYING,
  /** Its worker is lost; it waits for it, or for a person's decision. */
  HELD,
  /** It was asked to end, and has not yet. */
  CANCELLING,
  DONE,
  FAILED,
  CANCELLED;

  public String json() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<TaskState> ofJson(String json) {
    for (TaskState each : values()) {
      if (each.json().equals(json)) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }

  public boolean hasEnded() {
    return this == DONE || this == FAILED || this == CANCELLED;
  }

  static TaskState of(Result result) {
    return switch (result.state()) {
      case DONE -> DONE;
      case FAILED -> FAILED;
      case CANCELLED -> CANCELLED;
    };
  }
}
