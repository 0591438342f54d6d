package io.zkrun.znode;

import io.zkrun.core.Bytes;
import io.zkrun.core.WorkerInfo;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** {@code /workers/<worker>}, ephemeral: this worker is there. */
public final class WorkerNode {
  public static final String ROOT = "/workers";

  /** The data version at which a registered worker's znode stands, and no hand-made one does. */
  public static final int REGISTERED_VERSION = 1;

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
    return Json.encode(json);
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
    return new WorkerInfo(
        host == null ? "?" : host,
        Json.number(json, "pid", 0),
        (int) Math.max(0, Json.number(json, "slots", 1)),
        labels,
        Json.string(json, "spoolId"),
        Json.string(json, "bootId"),
        Json.string(json, "version"));
  }
}
