package io.zkrun.exec;

import org.jspecify.annotations.Nullable;

/**
 * What stands in the environment of a command, and of what it starts, for the spool to know them
 * by.
 *
 * @param hold whether it may outlive the lease
 * @param leaves whether what it leaves in the background may run on once it has ended
 * @param run the name of the run's folder
 */
record Cookie(String spoolId, boolean hold, boolean leaves, String run) {
  static final String VARIABLE = "ZKRUN_COOKIE";

  /** Its value. */
  String text() {
    return start(spoolId, hold, leaves) + run;
  }

  /** What the values of all cookies of a kind begin with. */
  static String start(String spoolId, boolean hold, boolean leaves) {
    return spoolId + "/" + (hold ? "hold" : "lease") + (leaves ? "-leaves" : "") + "/";
  }

  /** The first of this spool in an environment whose variables each end with NUL; or null. */
  static @Nullable Cookie in(String environ, String spoolId) {
    String start = VARIABLE + "=" + spoolId + "/";
    for (int at = environ.indexOf(start); at >= 0; at = environ.indexOf(start, at + 1)) {
      int end = environ.indexOf('\0', at);
      if (end >= 0 && (at == 0 || environ.charAt(at - 1) == '\0')) {
        Cookie cookie = of(spoolId, environ.substring(at + VARIABLE.length() + 1, end));
        if (cookie != null) {
          return cookie;
        }
      }
    }
    return null;
  }

  private static @Nullable Cookie of(String spoolId, String value) {
    String run = value.substring(value.lastIndexOf('/') + 1);
    for (boolean hold : new boolean[] {false, true}) {
      for (boolean leaves : new boolean[] {false, true}) {
        Cookie each = new Cookie(spoolId, hold, leaves, run);
        if (each.text().equals(value)) {
          return each;
        }
      }
    }
    return null;
  }
}
