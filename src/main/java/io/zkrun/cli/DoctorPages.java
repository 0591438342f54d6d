package io.zkrun.cli;

import io.zkrun.core.Escaped;
import io.zkrun.ensemble.doctor.Check;
import io.zkrun.ensemble.doctor.Diagnosis;
import io.zkrun.ensemble.doctor.Finding;
import io.zkrun.ensemble.doctor.Severity;
import io.zkrun.znode.Json;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** A diagnosis for people and for programs. */
final class DoctorPages {
  private DoctorPages() {}

  static String json(Diagnosis diagnosis) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("schema", Json.SCHEMA);
    document.put("verdict", diagnosis.verdict());
    document.put("findings", diagnosis.findings().stream().map(DoctorPages::finding).toList());
    document.put("checks", diagnosis.checks().stream().map(DoctorPages::check).toList());
    return Json.write(document) + "\n";
  }

  private static Map<String, Object> finding(Finding finding) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("code", finding.code().name());
    json.put("severity", finding.severity().text());
    json.put("subject", finding.subject());
    json.put("message", finding.message());
    json.put("evidence", finding.evidence());
    json.put("mend", finding.mend());
    return json;
  }

  private static Map<String, Object> check(Check check) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", check.name());
    json.put("state", check.state().name());
    json.put("text", check.text());
    return json;
  }

  static String table(Diagnosis diagnosis) {
    Table checks = new Table("CHECK", "STATE", "SEEN");
    for (Check check : diagnosis.checks()) {
      checks.add(Escaped.of(check.name()), check.state().name(), Escaped.of(check.text()));
    }
    StringBuilder text = new StringBuilder(checks.text());
    int number = 0;
    for (Finding finding : diagnosis.findings()) {
      number++;
      String head =
          number
              + ". "
              + finding.severity().text().toUpperCase(Locale.ROOT)
              + " "
              + finding.code()
              + ": "
              + finding.message();
      text.append('\n').append(Escaped.of(head)).append('\n');
      for (String each : finding.evidence()) {
        text.append("   seen: ").append(Escaped.of(each)).append('\n');
      }
      text.append("   mend: ").append(Escaped.of(finding.mend())).append('\n');
    }
    return text.append('\n').append(verdict(diagnosis)).append('\n').toString();
  }

  private static String verdict(Diagnosis diagnosis) {
    long errors = diagnosis.errors().size();
    long warnings = count(diagnosis, Severity.WARNING);
    boolean blind =
        diagnosis.checks().stream().anyMatch(each -> each.state() == Check.State.unseen)
            || count(diagnosis, Severity.UNSEEN) > 0;
    String all =
        errors + warnings == 0
            ? (blind ? "nothing is wrong, as far as could be seen" : "all checks passed")
            : number(errors, "error") + ", " + number(warnings, "warning");
    return all + (errors + warnings > 0 && blind ? "; not everything could be seen" : "");
  }

  private static long count(Diagnosis diagnosis, Severity severity) {
    return diagnosis.findings().stream().filter(each -> each.severity() == severity).count();
  }

  private static String number(long number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }
}
