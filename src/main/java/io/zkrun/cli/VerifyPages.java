package io.zkrun.cli;

import io.zkrun.core.Escaped;
import io.zkrun.verify.DrillOptions;
import io.zkrun.verify.Promise;
import io.zkrun.verify.Report;
import io.zkrun.verify.Report.FaultCount;
import io.zkrun.verify.Report.Figures;
import io.zkrun.verify.Violation;
import io.zkrun.znode.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What a drill has shown, for people and for programs. */
final class VerifyPages {
  private static final int MOST_SHOWN = 10;

  private VerifyPages() {}

  // ---- for people

  static String table(Report report) {
    StringBuilder text = new StringBuilder();
    text.append(head(report.options())).append("\n\n");
    Table faults = new Table("FAULT", "DONE", "AT LEAST");
    for (FaultCount each : report.faults()) {
      faults.add(each.kind().label(), "" + each.done(), "" + each.atLeast());
    }
    text.append(faults.text());
    report.unusable().forEach(each -> text.append("# ").append(Escaped.of(each)).append('\n'));
    report.missed().forEach(each -> text.append("# ").append(Escaped.of(each)).append('\n'));
    text.append('\n').append(figures(report)).append('\n');
    for (Promise promise : Promise.values()) {
      promise(text, promise, report.violations());
    }
    return text.append('\n').append(verdict(report)).append('\n').toString();
  }

  private static String head(DrillOptions options) {
    return "drill %d: %d s; %d servers, %d masters, %d workers with %d slots each%s"
        .formatted(
            options.seed(),
            options.durationMillis() / 1000,
            options.servers(),
            DrillOptions.MASTERS,
            options.workers(),
            DrillOptions.SLOTS,
            options.sabotage() == null ? "" : "; sabotaged: " + options.sabotage());
  }

  private static String figures(Report report) {
    Figures figures = report.figures();
    String ends =
        figures.ends().entrySet().stream()
            .map(each -> each.getValue() + " " + each.getKey())
            .collect(Collectors.joining(", "));
    return String.format(
        Locale.ROOT,
        "tasks      %d acknowledged in %.0f s, %.1f a second: %s%n"
            + "attempts   %d started, %d of them reruns; %d adopted by a restarted worker%n"
            + "history    %d tasks purged%n"
            + "processes  %d killed%n"
            + "masters    %d elections, longest takeover %.1f s%n",
        figures.acknowledged(),
        figures.seconds(),
        figures.perSecond(),
        ends,
        figures.started(),
        figures.reruns(),
        figures.adopted(),
        figures.purged(),
        report.kills(),
        figures.elections(),
        figures.longestTakeoverMillis() / 1000.0);
  }

  private static void promise(StringBuilder text, Promise promise, List<Violation> violations) {
    List<Violation> broken = violations.stream().filter(each -> each.promise() == promise).toList();
    text.append(broken.isEmpty() ? "held    " : "BROKEN  ").append(promise.label()).append('\n');
    broken.stream()
        .limit(MOST_SHOWN)
        .forEach(each -> text.append("        ").append(Escaped.of(each.what())).append('\n'));
    if (broken.size() > MOST_SHOWN) {
      text.append("        and ").append(broken.size() - MOST_SHOWN).append(" more\n");
    }
  }

  private static String verdict(Report report) {
    if (report.held()) {
      return "all promises were kept";
    }
    DrillOptions options = report.options();
    String again =
        "; the same again: zkrun verify --seed %d --duration %ds --tasks %d --workers %d --servers %d"
            .formatted(
                options.seed(),
                options.durationMillis() / 1000,
                options.tasks(),
                options.workers(),
                options.servers());
    again += (options.sabotage() == null ? "" : " --sabotage " + options.sabotage()) + " --dir DIR";
    return report.violations().isEmpty()
        ? "not all faults were done, so nothing is shown" + again
        : report.violations().size() + " times a promise was broken" + again;
  }

  // ---- for programs

  static String json(Report report) {
    DrillOptions options = report.options();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("schema", Json.SCHEMA);
    json.put("held", report.held());
    json.put("seed", options.seed());
    json.put("durationSeconds", options.durationMillis() / 1000.0);
    json.put("servers", options.servers());
    json.put("masters", DrillOptions.MASTERS);
    json.put("workers", options.workers());
    json.put("slots", DrillOptions.SLOTS);
    Json.put(json, "sabotage", options.sabotage());
    json.put("faults", report.faults().stream().map(VerifyPages::fault).toList());
    json.put("unusable", report.unusable());
    json.put("missed", report.missed());
    figures(json, report);
    json.put(
        "promises",
        List.of(Promise.values()).stream()
            .map(promise -> promise(promise, report.violations()))
            .toList());
    return Json.write(json) + "\n";
  }

  private static Map<String, Object> fault(FaultCount fault) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("fault", camel(fault.kind().name()));
    json.put("done", fault.done());
    json.put("atLeast", fault.atLeast());
    return json;
  }

  private static void figures(Map<String, Object> json, Report report) {
    Figures figures = report.figures();
    json.put("acknowledged", figures.acknowledged());
    json.put("refused", figures.refused());
    json.put("ends", figures.ends());
    json.put("attempts", figures.started());
    json.put("reruns", figures.reruns());
    json.put("adopted", figures.adopted());
    json.put("purged", figures.purged());
    json.put("kills", report.kills());
    json.put("elections", figures.elections());
    json.put("longestTakeoverSeconds", figures.longestTakeoverMillis() / 1000.0);
    json.put("seconds", figures.seconds());
    json.put("tasksPerSecond", figures.perSecond());
  }

  private static Map<String, Object> promise(Promise promise, List<Violation> violations) {
    Map<String, Object> json = new LinkedHashMap<>();
    List<String> broken =
        violations.stream().filter(each -> each.promise() == promise).map(Violation::what).toList();
    json.put("promise", camel(promise.name()));
    json.put("says", promise.label());
    json.put("held", broken.isEmpty());
    json.put("violations", broken);
    return json;
  }

  private static String camel(String name) {
    StringBuilder text = new StringBuilder();
    for (String word : name.toLowerCase(Locale.ROOT).split("_")) {
      text.append(
          text.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
    }
    return text.toString();
  }
}
