package io.zkrun.worker;

/** Whether a worker takes tasks, and who is told when that changes. */
final class Standing {
  private static final String READS = "registered; reads its assignments";

  private final Listener listener;
  private boolean ready;

  Standing(Listener listener) {
    this.listener = listener;
  }

  /** It is registered and has seen its assignments; told once until it is away again. */
  void ready() {
    if (!ready) {
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
    listener.away(reason);
  }

  /** It is registered; what it should run is not known yet. */
  void reads() {
    away(READS);
  }

  /** A read of an assignment, or of its task, failed; that matters while all are read. */
  void refused(String path, String why) {
    if (!ready) {
      away(READS + ", but ZooKeeper does not let it read " + path + ": " + why);
    }
  }
}
