package io.zkrun.verify;

/** What can be done to an ensemble, its masters and its workers. */
public enum FaultKind {
  WORKER_KILLED("worker killed", 10, Need.NOTHING),
  MASTER_KILLED("leading master killed", 3, Need.NOTHING),
  SERVER_KILLED("server killed", 3, Need.NOTHING),
  MASTER_STALLED("leading master stalled", 2, Need.NOTHING),
  WORKER_STALLED("worker stalled", 2, Need.NOTHING),
  MASTER_DELETED("/master deleted", 1, Need.NOTHING),
  WORKER_CUT_OFF("worker cut off", 1, Need.NETWORK),
  MASTER_CUT_OFF("leading master cut off", 1, Need.NETWORK),
  SERVER_CUT_OFF("server cut off", 1, Need.NETWORK),
  SPOOL_FILLED("spool filled", 1, Need.DISKS),
  SERVER_DISK_SLOW("server's disk slow", 1, Need.TRACER);

  /** What the machine must have for a fault. */
  public enum Need {
    NOTHING(""),
    /** A network of each daemon's own. */
    NETWORK("no partitions"),
    /** A small disk of each worker's own. */
    DISKS("no full disks"),
    /** A program that delays what a process asks of the kernel. */
    TRACER("no slow disk");

    private final String without;

    Need(String without) {
      this.without = without;
    }

    /** For people: what there is not where it cannot be had. */
    String without() {
      return without;
    }
  }

  private final String label;
  private final int perMinute;
  private final Need need;

  FaultKind(String label, int perMinute, Need need) {
    this.label = label;
    this.perMinute = perMinute;
    this.need = need;
  }

  /** For people. */
  public String label() {
    return label;
  }

  /** What the machine must have for it. */
  public Need need() {
    return need;
  }

  /** How often it happens at least in a drill of this length. */
  public int atLeast(long durationMillis) {
    return (int) Math.max(1, (perMinute * durationMillis + 59_999) / 60_000);
  }
}
