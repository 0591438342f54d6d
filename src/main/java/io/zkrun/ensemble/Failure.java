package io.zkrun.ensemble;

import java.net.BindException;
import java.util.Locale;
import org.apache.zookeeper.server.persistence.FileTxnSnapLog.DatadirException;

/** Says why a server failed. */
final class Failure {
  private Failure() {}

  static String text(Throwable error) {
    Throwable root = error;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    String message = root.getMessage() == null ? root.toString() : root.getMessage();
    if (root instanceof BindException) {
      return message.toLowerCase(Locale.ROOT) + "; 'ss -ltnp' tells who listens there";
    }
    if (root instanceof DatadirException) {
      return message + "; 'zkrun doctor' looks into the data folder";
    }
    return message + "; 'zkrun doctor' tells more";
  }
}
