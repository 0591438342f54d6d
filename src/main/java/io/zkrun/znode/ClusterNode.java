package io.zkrun.znode;

import io.zkrun.core.Bytes;
import io.zkrun.core.Cluster;
import io.zkrun.core.ClusterId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** {@code /assign}: its data version is the epoch. */
public final class ClusterNode {
  public static final String PATH = "/assign";

  /** What no file or log takes for more than a word. */
  private static final Pattern UUID = Pattern.compile("[A-Za-z0-9-]{1,64}");

  private ClusterNode() {}

  public static Bytes encode(Cluster cluster) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("cluster", cluster.uuid());
    json.put("master", cluster.master());
    return Json.encode(json);
  }

  /** What tells this tree from another. */
  public static ClusterId id(Node assign) {
    String uuid = decode(assign.data()).map(Cluster::uuid).orElse("");
    return new ClusterId(uuid, assign.stat().czxid(), assign.stat().ctime());
  }

  /** Nothing where no zkrun master has led here yet, or a person has overwritten what it wrote. */
  public static Optional<Cluster> decode(Bytes data) {
    return Json.parseLeniently(data)
        .flatMap(
            json -> {
              String uuid = Json.string(json, "cluster");
              String master = Json.string(json, "master");
              return uuid == null || !UUID.matcher(uuid).matches()
                  ? Optional.empty()
                  : Optional.of(new Cluster(uuid, master == null ? "" : master));
            });
  }
}
