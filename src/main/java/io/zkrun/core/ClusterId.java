package io.zkrun.core;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What tells one tree from another, as far as it is known: the UUID in the data of {@code /assign},
 * and when that znode was created. People may overwrite the data, and the numbers of transactions
 * come again in a tree that was wiped; but not at the same millisecond. And to create the znode
 * anew somebody had to delete every assignment first. So two sightings are of the same tree where
 * either is the same.
 *
 * @param uuid empty where there is none
 * @param czxid the transaction that created {@code /assign}; 0 where it is not known
 * @param ctimeMillis when that was, by ZooKeeper's clock
 */
public record ClusterId(String uuid, long czxid, long ctimeMillis) {
  /** Nothing is known. */
  public static final ClusterId NONE = new ClusterId("", 0, 0);

  private static final Pattern TEXT = Pattern.compile("(.*)@([0-9a-f]{1,16})\\.([0-9]{1,18})");

  /** Whether nothing is known, so that no tree can be told from it. */
  public boolean isNone() {
    return uuid.isEmpty() && czxid == 0;
  }

  /** Whether both are known to be of the same tree. */
  public boolean isSameAs(ClusterId that) {
    boolean sameUuid = !uuid.isEmpty() && uuid.equals(that.uuid);
    return sameUuid || (czxid != 0 && czxid == that.czxid && ctimeMillis == that.ctimeMillis);
  }

  /** The same tree, known by {@code newUuid}. */
  public ClusterId withUuid(String newUuid) {
    return new ClusterId(newUuid, czxid, ctimeMillis);
  }

  /** One line that {@link #parse} reads; the UUID alone where no more is known. */
  public String text() {
    return czxid == 0 ? uuid : uuid + "@" + Long.toHexString(czxid) + "." + ctimeMillis;
  }

  /** What {@link #text} wrote; anything else is a UUID. */
  public static ClusterId parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    return matcher.matches()
        ? new ClusterId(
            matcher.group(1),
            Long.parseUnsignedLong(matcher.group(2), 16),
            Long.parseLong(matcher.group(3)))
        : new ClusterId(text, 0, 0);
  }
}
