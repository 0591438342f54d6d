package io.zkrun.exec;

import java.io.IOException;

/** The spool cannot be used; the message names the folder and, where there is one, the holder. */
public final class SpoolException extends IOException {
  private static final long serialVersionUID = 1;

  SpoolException(String message) {
    super(message);
  }

  SpoolException(String message, Throwable cause) {
    super(message, cause);
  }
}
