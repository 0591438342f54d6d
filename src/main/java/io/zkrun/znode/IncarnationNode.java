package io.zkrun.znode;

import io.zkrun.core.Bytes;
import io.zkrun.core.Incarnation;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@code /assign/<worker>}: its data version is the worker's incarnation, its children are the
 * worker's assignments.
 */
public final class IncarnationNode {
  /** A longer one is a person's, and is not carried on. */
  private static final int SPOOL_ID_MAX = 200;

  private IncarnationNode() {}

  public static String path(String worker) {
    return ClusterNode.PATH + "/" + worker;
  }

  public static Bytes encode(Incarnation incarnation) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("leaseSeconds", incarnation.leaseSeconds());
    Json.put(json, "spoolId", incarnation.spoolId());
    return Json.encode(json);
  }

  public static Incarnation decode(Bytes data) {
    return Json.parseLeniently(data)
        .map(
            json -> {
              String spoolId = Json.string(json, "spoolId");
              Double lease = Json.decimal(json, "leaseSeconds");
              return new Incarnation(
                  lease != null && lease > 0 ? lease : Incarnation.DEFAULT_LEASE_SECONDS,
                  spoolId == null || spoolId.length() > SPOOL_ID_MAX ? null : spoolId);
            })
        .orElse(Incarnation.BY_HAND);
  }
}
