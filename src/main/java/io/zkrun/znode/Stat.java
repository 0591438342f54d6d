package io.zkrun.znode;

/**
 * What ZooKeeper knows of a znode.
 *
 * @param czxid the transaction that created it: its identity
 * @param mzxid the transaction that last changed its data
 * @param ctime when it was created, in milliseconds of the leader's wall clock since 1970
 * @param mtime when its data was last changed, likewise
 * @param version how often its data was changed
 * @param cversion how often its children were changed, modulo 2^32
 * @param ephemeralOwner the session that it belongs to, or 0
 * @param children how many it has
 */
public record Stat(
    long czxid,
    long mzxid,
    long ctime,
    long mtime,
    int version,
    int cversion,
    long ephemeralOwner,
    int children) {
  /**
   * How many children were ever created here: the number that the next sequential one gets. What
   * ZooKeeper shows as cversion counts creations and deletions.
   *
   * @return 0 to 2^31 - 1, where ZooKeeper's own counter ends
   */
  public long created() {
    return Integer.toUnsignedLong(cversion + children) / 2;
  }
}
