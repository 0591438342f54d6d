package io.zkrun.ensemble.doctor;

import java.util.List;

/**
 * One thing that is wrong.
 *
 * @param subject what it is about, such as {@code server 2} or a file
 * @param message in one sentence
 * @param evidence what was seen that says so
 * @param mend the command, or the change, that puts it right
 */
public record Finding(
    Code code,
    Severity severity,
    String subject,
    String message,
    List<String> evidence,
    String mend) {
  public Finding {
    evidence = List.copyOf(evidence);
  }

  static Finding error(
      Code code, String subject, String message, List<String> evidence, String mend) {
    return new Finding(code, Severity.ERROR, subject, message, evidence, mend);
  }

  static Finding warning(
      Code code, String subject, String message, List<String> evidence, String mend) {
    return new Finding(code, Severity.WARNING, subject, message, evidence, mend);
  }

  boolean isError() {
    return severity == Severity.ERROR;
  }
}
