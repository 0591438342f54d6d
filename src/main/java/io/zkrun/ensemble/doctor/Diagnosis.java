package io.zkrun.ensemble.doctor;

import java.util.List;

/**
 * What is wrong, judged from facts alone.
 *
 * @param findings the errors first, each kind in the order of likelihood
 * @param checks everything that was looked at, and what could not be
 */
public record Diagnosis(List<Finding> findings, List<Check> checks) {
  public Diagnosis {
    findings = List.copyOf(findings);
    checks = List.copyOf(checks);
  }

  /**
   * Judges what one host saw, or several together. What explains another fault hides it.
   *
   * @param facts of at least one host
   */
  public static Diagnosis of(List<Facts> facts) {
    Picture picture = new Picture(facts);
    Causes causes = new Causes();
    ConfigRules.judge(picture, causes);
    HostRules.judge(picture, causes);
    NetworkRules.judge(picture, causes);
    QuorumRules.judge(picture, causes);
    ZkrunRules.judge(picture, causes);
    List<Finding> findings = causes.inOrder();
    return new Diagnosis(findings, Checks.of(picture, findings));
  }

  /** Those that make the verdict. */
  public List<Finding> errors() {
    return findings.stream().filter(Finding::isError).toList();
  }

  /** {@code errors}, {@code warnings} or {@code healthy}. */
  public String verdict() {
    if (!errors().isEmpty()) {
      return "errors";
    }
    return findings.stream().anyMatch(each -> each.severity() == Severity.WARNING)
        ? "warnings"
        : "healthy";
  }
}
