package io.zkrun.ensemble.doctor;

import java.util.Locale;

/** How much a finding matters. */
public enum Severity {
  /** Something does not work, or will not after the next restart. */
  ERROR,
  /** It works, and will hurt some day. */
  WARNING,
  /** It could not be seen. */
  UNSEEN;

  /** For people and in JSON. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
