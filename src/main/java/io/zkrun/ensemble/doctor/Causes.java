package io.zkrun.ensemble.doctor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What has been found so far, and which servers' trouble it explains. */
final class Causes {
  private final List<Finding> findings = new ArrayList<>();
  private final Set<Integer> explained = new TreeSet<>();

  /**
   * Adds what was not found before; the same about the same adds its evidence alone.
   *
   * @param explains servers that need no further reason to be down
   */
  void add(Finding finding, Integer... explains) {
    explained.addAll(Arrays.asList(explains));
    for (int i = 0; i < findings.size(); i++) {
      Finding before = findings.get(i);
      if (before.code() == finding.code() && before.subject().equals(finding.subject())) {
        findings.set(i, joined(before, finding.evidence()));
        return;
      }
    }
    findings.add(finding);
  }

  private static Finding joined(Finding finding, List<String> more) {
    Set<String> evidence = new LinkedHashSet<>(finding.evidence());
    evidence.addAll(more);
    return new Finding(
        finding.code(),
        finding.severity(),
        finding.subject(),
        finding.message(),
        List.copyOf(evidence),
        finding.mend());
  }

  boolean explains(int server) {
    return explained.contains(server);
  }

  boolean has(Code... codes) {
    return findings.stream().anyMatch(each -> Arrays.asList(codes).contains(each.code()));
  }

  /** The errors first, each kind in the order of likelihood. */
  List<Finding> inOrder() {
    return findings.stream()
        .sorted(Comparator.comparing(Finding::severity).thenComparing(Finding::code))
        .toList();
  }
}
