package io.zkrun.core;

import java.util.Locale;
import java.util.Optional;

/** What happens to a task whose worker is declared lost. */
public enum OnLost {
  /** It runs again elsewhere: at least once. */
  RERUN,
  /** It ends as {@link Outcome#LOST}: at most once. */
  FAIL,
  /** It waits for its worker to come back, or for a person to decide. */
  HOLD;

  public String json() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<OnLost> ofJson(String json) {
    for (OnLost each : values()) {
      if (each.json().equals(json)) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }
}
