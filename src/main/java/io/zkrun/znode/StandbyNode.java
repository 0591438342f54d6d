package io.zkrun.znode;

import io.zkrun.core.MasterInfo;

/**
 * {@code /masters/<host>-<session>}, ephemeral: this master is there, whether it leads or stands
 * by. For people alone: no decision rests on it. Its data are those of {@link MasterNode}.
 */
public final class StandbyNode {
  public static final String ROOT = "/masters";

  private static final int HOST_MAX = 100;

  private StandbyNode() {}

  /**
   * @param session so that no two ever have the same, and none stands in its own way
   */
  public static String path(MasterInfo self, long session) {
    String host = self.host().replaceAll("[^A-Za-z0-9._-]", "_");
    String bounded = host.substring(0, Math.min(HOST_MAX, host.length()));
    return ROOT + "/" + bounded + "-" + Long.toHexString(session);
  }

  /** What stands at {@code name} below {@link #ROOT}. */
  public static String path(String name) {
    return ROOT + "/" + name;
  }
}
