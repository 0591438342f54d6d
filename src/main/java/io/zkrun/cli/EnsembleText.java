package io.zkrun.cli;

import io.zkrun.core.Escaped;
import io.zkrun.ensemble.EnsembleStatus;
import io.zkrun.ensemble.EnsembleStatus.Row;
import io.zkrun.ensemble.Role;
import io.zkrun.ensemble.ServerStatus;
import io.zkrun.ensemble.ServerStatus.Latency;
import io.zkrun.znode.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The servers of an ensemble and the verdict on it, for people and for programs. */
final class EnsembleText {
  private static final int KIB = 1024;
  private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB", "TiB");

  private EnsembleText() {}

  static String table(EnsembleStatus ensemble) {
    Table table =
        new Table(
            "ID", "SERVER", "ROLE", "VERSION", "ZXID", "LATENCY", "CONNS", "ZNODES", "DATA",
            "WATCHES");
    for (Row row : ensemble.servers()) {
      ServerStatus status = row.status();
      table.add(
          row.id().isPresent() ? String.valueOf(row.id().getAsInt()) : "-",
          Escaped.of(row.address().toString()),
          status.role().map(Role::text).orElse("-"),
          Escaped.of(status.version().orElse("-")),
          status.zxid().isPresent() ? zxid(status) : "-",
          status.latency().map(EnsembleText::latency).orElse("-"),
          number(status.connections()),
          number(status.znodes()),
          status.dataBytes().isPresent() ? bytes(status.dataBytes().getAsLong()) : "-",
          number(status.watches()) + remark(row));
    }
    return table.text() + ensemble.verdict() + "\n";
  }

  private static String zxid(ServerStatus status) {
    return "0x" + Long.toHexString(status.zxid().orElse(0));
  }

  /** Average and highest. */
  private static String latency(Latency latency) {
    return String.format(Locale.ROOT, "%.1f/%.0f ms", latency.avg(), latency.max());
  }

  private static String number(OptionalLong value) {
    return value.isPresent() ? String.valueOf(value.getAsLong()) : "-";
  }

  private static String bytes(long count) {
    double value = count;
    int unit = 0;
    while (value >= KIB && unit < UNITS.size() - 1) {
      value /= KIB;
      unit++;
    }
    String text = unit == 0 ? String.valueOf(count) : String.format(Locale.ROOT, "%.1f", value);
    return text + " " + UNITS.get(unit);
  }

  private static String remark(Row row) {
    if (!row.status().serves()) {
      return "  # " + Escaped.of(row.status().answer().describe());
    }
    return row.votes() || row.status().role().isEmpty() ? "" : "  # has no vote";
  }

  static String json(EnsembleStatus ensemble) {
    Map<String, Object> verdict = new LinkedHashMap<>();
    verdict.put("state", ensemble.state().json());
    verdict.put("quorum", ensemble.quorum());
    verdict.put("voters", ensemble.voters());
    verdict.put("serving", ensemble.serving());
    verdict.put("needed", ensemble.needed());
    verdict.put("mayFail", ensemble.mayFail());
    verdict.put("message", ensemble.verdict());
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("schema", Json.SCHEMA);
    json.put("verdict", verdict);
    json.put("servers", ensemble.servers().stream().map(EnsembleText::server).toList());
    ensemble.unseen().ifPresent(text -> json.put("unseen", text));
    return Json.write(json) + "\n";
  }

  private static Map<String, Object> server(Row row) {
    ServerStatus status = row.status();
    Map<String, Object> json = new LinkedHashMap<>();
    Json.put(json, "id", boxed(row.id()));
    json.put("server", row.address().toString());
    json.put("state", status.answer().code());
    json.put("reachable", status.runs());
    json.put("member", row.member());
    json.put("votes", row.votes());
    Json.put(json, "role", status.role().map(Role::text).orElse(null));
    Json.put(json, "version", status.version().orElse(null));
    Json.put(json, "zxid", status.zxid().isPresent() ? zxid(status) : null);
    status
        .latency()
        .ifPresent(
            latency -> {
              json.put("latencyMinMillis", latency.min());
              json.put("latencyAvgMillis", latency.avg());
              json.put("latencyMaxMillis", latency.max());
            });
    Json.put(json, "connections", boxed(status.connections()));
    Json.put(json, "znodes", boxed(status.znodes()));
    Json.put(json, "dataBytes", boxed(status.dataBytes()));
    Json.put(json, "watches", boxed(status.watches()));
    if (!status.serves()) {
      json.put("message", status.answer().describe());
    }
    if (!status.notAllowed().isEmpty()) {
      json.put("notAllowed", status.notAllowed());
    }
    return json;
  }

  private static @Nullable Object boxed(OptionalLong value) {
    return value.isPresent() ? (Object) value.getAsLong() : null;
  }

  private static @Nullable Object boxed(OptionalInt value) {
    return value.isPresent() ? (Object) value.getAsInt() : null;
  }
}
