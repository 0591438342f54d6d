package io.zkrun.zk;

import io.zkrun.znode.Failure;
import io.zkrun.znode.Stat;
import io.zkrun.znode.Write;
import io.zkrun.znode.Written;
import java.util.ArrayList;
import java.util.List;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.ZooDefs.Ids;
import org.jspecify.annotations.Nullable;

/** The library's values in ours, and ours in the library's. */
final class Answers {
  private Answers() {}

  /** The failure that {@code rc} stands for. Whether a session has expired, the session knows. */
  static Failure failure(int rc) {
    Code code = Code.get(rc);
    if (code == null) {
      return Failure.OTHER;
    }
    return switch (code) {
      case NONODE -> Failure.NO_NODE;
      case NODEEXISTS -> Failure.NODE_EXISTS;
      case BADVERSION -> Failure.BAD_VERSION;
      case NOTEMPTY -> Failure.NOT_EMPTY;
      case NOCHILDRENFOREPHEMERALS -> Failure.NO_CHILDREN_FOR_EPHEMERALS;
      case CONNECTIONLOSS, OPERATIONTIMEOUT, REQUESTTIMEOUT, SESSIONEXPIRED, SESSIONMOVED ->
          Failure.CONNECTION_LOSS;
      default -> Failure.OTHER;
    };
  }

  static String message(int rc) {
    Code code = Code.get(rc);
    return code == null ? "error " + rc : code.name();
  }

  static Stat stat(org.apache.zookeeper.data.Stat stat) {
    return new Stat(
        stat.getCzxid(),
        stat.getMzxid(),
        stat.getCtime(),
        stat.getMtime(),
        stat.getVersion(),
        stat.getCversion(),
        stat.getEphemeralOwner(),
        stat.getNumChildren());
  }

  static Op op(Write write, String path) {
    if (write instanceof Write.Create create) {
      return Op.create(path, create.data().toArray(), Ids.OPEN_ACL_UNSAFE, mode(create.mode()));
    } else if (write instanceof Write.SetData set) {
      return Op.setData(path, set.data().toArray(), set.version());
    } else if (write instanceof Write.Delete delete) {
      return Op.delete(path, delete.version());
    } else if (write instanceof Write.Check check) {
      return Op.check(path, check.version());
    }
    throw new IllegalArgumentException("unknown write " + write);
  }

  private static CreateMode mode(Write.Mode mode) {
    return switch (mode) {
      case PERSISTENT -> CreateMode.PERSISTENT;
      case PERSISTENT_SEQUENTIAL -> CreateMode.PERSISTENT_SEQUENTIAL;
      case EPHEMERAL -> CreateMode.EPHEMERAL;
    };
  }

  static List<Written> written(List<Write> writes, List<OpResult> results, Chroot chroot) {
    List<Written> written = new ArrayList<>(writes.size());
    for (int i = 0; i < writes.size(); i++) {
      OpResult result = results.get(i);
      if (result instanceof OpResult.CreateResult create) {
        written.add(new Written(chroot.strip(create.getPath()), 0));
      } else if (result instanceof OpResult.SetDataResult set) {
        written.add(new Written(writes.get(i).path(), set.getStat().getVersion()));
      } else {
        written.add(new Written(writes.get(i).path(), -1));
      }
    }
    return written;
  }

  /** The index of the first member that failed by itself; -1 where none is known. */
  static int firstFailed(@Nullable List<OpResult> results) {
    if (results != null) {
      for (int i = 0; i < results.size(); i++) {
        if (results.get(i) instanceof OpResult.ErrorResult error && error.getErr() != 0) {
          return i;
        }
      }
    }
    return -1;
  }
}
