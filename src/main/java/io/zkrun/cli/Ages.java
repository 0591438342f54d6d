package io.zkrun.cli;

import java.time.Duration;
import java.time.Instant;

/** Ages in one number and one unit: {@code 3m}. */
final class Ages {
  private Ages() {}

  static String between(Instant then, Instant now) {
    long seconds = Math.max(0, Duration.between(then, now).toSeconds());
    if (seconds < 60) {
      return seconds + "s";
    }
    if (seconds < 3600) {
      return seconds / 60 + "m";
    }
    return seconds < 86_400 ? seconds / 3600 + "h" : seconds / 86_400 + "d";
  }
}
