package io.zkrun.znode;

import io.zkrun.core.Bytes;
import io.zkrun.core.MasterInfo;
import io.zkrun.core.Reason;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code /master}, ephemeral: who leads. */
public final class MasterNode {
  public static final String PATH = "/master";

  /** The data version at which an elected master's znode stands, and no hand-made one does. */
  public static final int ELECTED_VERSION = 1;

  private MasterNode() {}

  public static Bytes encode(MasterInfo master) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("host", master.host());
    json.put("pid", master.pid());
    Json.put(json, "version", master.version());
    return Json.encode(json);
  }

  public static MasterInfo decode(Bytes data) {
    return Json.parseLeniently(data)
        .map(
            json -> {
              String host = Json.string(json, "host");
              String version = Json.string(json, "version");
              return new MasterInfo(
                  host == null ? "?" : Reason.of(host),
                  Json.number(json, "pid", 0),
                  version == null ? null : Reason.of(version));
            })
        .orElseGet(() -> MasterInfo.byHand(data));
  }
}
