package io.zkrun.verify;

/** The drill could not begin; the message says why and what to do. */
public final class DrillException extends Exception {
  private static final long serialVersionUID = 1L;

  DrillException(String message) {
    super(message);
  }
}
