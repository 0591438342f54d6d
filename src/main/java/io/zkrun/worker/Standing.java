package io.zkrun.worker;

import io.zkrun.core.NotReady;
import io.zkrun.znode.Answer;
import io.zkrun.znode.Failure;
import io.zkrun.znode.OncePerPath;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether a worker takes tasks, and who is told when that changes. */
final class Standing {
  private static final Logger LOG = LoggerFactory.getLogger(Standing.class);
  private static final String READS = "registered; reads its assignments";

  private final Listener listener;
  private final OncePerPath logged = new OncePerPath();
  private boolean ready;
  private @Nullable NotReady notReady;
  private @Nullable String hangs;

  Standing(Listener listener) {
    this.listener = listener;
  }

  /**
   * Whether its host can start commands.
   *
   * @param why null where it can
   */
  void host(@Nullable NotReady why) {
    if (why != null) {
      LOG.warn("takes nothing new: {}; tries again now and then whether it can", why.message());
    } else {
      LOG.info("takes tasks again");
    }
    notReady = why;
  }

  /**
   * Whether its spool hangs: then that is what keeps it from serving, whatever else does.
   *
   * @param why null where it goes on
   */
  void spool(@Nullable String why) {
    hangs = why;
    if (why != null) {
      LOG.error("{}; nothing starts, and the lease is not renewed, until it goes on", why);
      away(why);
    } else {
      LOG.info("the spool goes on");
    }
  }

  /** It is registered and has seen its assignments; told once until it is away again. */
  void ready() {
    NotReady why = notReady;
    if (hangs != null) {
      away(hangs);
    } else if (why != null) {
      away("takes nothing new: " + why.message());
    } else if (!ready) {
      ready = true;
      listener.ready();
    }
  }

  void disconnected() {
    ready = false;
    listener.disconnected();
  }

  void away(String reason) {
    ready = false;
    listener.away(hangs == null ? reason : hangs);
  }

  /** It is registered; what it should run is not known yet. */
  void reads() {
    away(READS);
  }

  /**
   * A read of an assignment, or of its task, failed. Where ZooKeeper refuses it, that is logged
   * once for each path. While all are read, nothing starts without it.
   */
  void refused(String path, Answer.Failed<?> failed) {
    String why = failed.message();
    if (failed.failure() != Failure.CONNECTION_LOSS && logged.isNew(path)) {
      String before = ready ? "" : "; until then no command starts here";
      LOG.warn("ZooKeeper does not let us read {} ({}); trying until it does{}", path, why, before);
    }
    if (!ready) {
      away(READS + ", but ZooKeeper does not let it read " + path + ": " + why);
    }
  }
}
