package io.zkrun.znode;

import io.zkrun.core.Bytes;
import io.zkrun.core.NotReady;
import io.zkrun.core.Reason;
import io.zkrun.core.WorkerInfo;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** {@code /workers/<worker>}, ephemeral: this worker is there. */
public final class WorkerNode {
  public static final String ROOT = "/workers";

  /** The data version at which a registered worker's znode stands, and no hand-made one does. */
  public static final int REGISTERED_VERSION = 1;

  /** More would be nobody's; the sum of all workers' must not overflow. */
  private static final int MOST_SLOTS = 10_000;

  private WorkerNode() {}

  public static String path(String worker) {
    return ROOT + "/" + worker;
  }

  public static Bytes encode(WorkerInfo worker) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("host", worker.host());
    json.put("pid", worker.pid());
    json.put("slots", worker.slots());
    json.put("labels", worker.labels());
    Json.put(json, "spoolId", worker.spoolId());
    Json.put(json, "bootId", worker.bootId());
    Json.put(json, "version", worker.version());
    NotReady why = worker.notReady();
    if (why != null) {
      json.put("notReady", toJson(why));
    }
    return Json.encode(json);
  }

  public static Map<String, Object> toJson(NotReady why) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("code", why.code());
    json.put("message", why.message());
    return json;
  }

  public static WorkerInfo decode(Bytes data) {
    return Json.parseLeniently(data)
        .map(WorkerNode::fromJson)
        .orElseGet(() -> WorkerInfo.byHand(data));
  }

  private static WorkerInfo fromJson(Map<String, Object> json) {
    Map<String, String> labels = new TreeMap<>();
    if (json.get("labels") instanceof Map<?, ?> map) {
      map.forEach((key, value) -> labels.put(String.valueOf(key), String.valueOf(value)));
    }
    String host = Json.string(json, "host");
    String version = Json.string(json, "version");
    return new WorkerInfo(
        host == null ? "?" : Reason.of(host),
        Json.number(json, "pid", 0),
        (int) Math.max(0, Math.min(MOST_SLOTS, Json.number(json, "slots", 1))),
        labels,
        Json.string(json, "spoolId"),
        Json.string(json, "bootId"),
        version == null ? null : Reason.of(version),
        notReady(json.get("notReady")));
  }

  private static @Nullable NotReady notReady(@Nullable Object json) {
    if (!(json instanceof Map<?, ?> map)) {
      return null;
    }
    return new NotReady(
        Reason.of(String.valueOf(map.get("code"))), Reason.of(String.valueOf(map.get("message"))));
  }
}
