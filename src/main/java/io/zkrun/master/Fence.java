package io.zkrun.master;

import io.zkrun.core.ClusterId;
import io.zkrun.znode.Answer;
import io.zkrun.znode.ClusterNode;
import io.zkrun.znode.Failure;
import io.zkrun.znode.MasterNode;
import io.zkrun.znode.Node;
import io.zkrun.znode.Stat;
import io.zkrun.znode.Write;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A master's right to write: {@code /assign} at the version that its election gave it, and {@code
 * /master} as it made it.
 *
 * @param epoch the data version of {@code /assign}
 * @param session that {@code /master} belongs to
 * @param cluster the tree in which it was elected
 */
record Fence(int epoch, long session, ClusterId cluster) {
  /** What each of its transactions begins with. */
  List<Write.Check> checks() {
    return List.of(
        new Write.Check(ClusterNode.PATH, epoch),
        new Write.Check(MasterNode.PATH, MasterNode.ELECTED_VERSION));
  }

  /**
   * Returns why it may write no more, as one of the two znodes shows; null where it still may, or
   * where the answer tells nothing.
   *
   * @param path of the one that was read
   */
  @Nullable String brokenBy(String path, Answer<Node> answer) {
    if (answer.failure() == Failure.NO_NODE) {
      return path + " was deleted";
    }
    if (!(answer instanceof Answer.Ok<Node> found)) {
      return null;
    }
    Stat stat = found.value().stat();
    if (path.equals(MasterNode.PATH)) {
      boolean own =
          stat.ephemeralOwner() == session && stat.version() == MasterNode.ELECTED_VERSION;
      return own ? null : "another master has taken over, or a person has overwritten " + path;
    }
    boolean own =
        stat.version() == epoch
            && stat.czxid() == cluster.czxid()
            && stat.ctime() == cluster.ctimeMillis();
    return own ? null : "another master was elected, or a person has overwritten " + path;
  }
}
