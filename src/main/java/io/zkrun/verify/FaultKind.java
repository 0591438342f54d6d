package io.zkrun.verify;

/** What can be done to an ensemble, its masters and its workers. */
public enum FaultKind {
  WORKER_KILLED("worker killed", 10, false),
  MASTER_KILLED("leading master killed", 3, false),
  SERVER_KILLED("server killed", 3, false),
  MASTER_STALLED("leading master stalled", 2, false),
  WORKER_STALLED("worker stalled", 2, false),
  MASTER_DELETED("/master deleted", 1, false),
  WORKER_CUT_OFF("worker cut off", 1, true),
  MASTER_CUT_OFF("leading master cut off", 1, true),
  SERVER_CUT_OFF("server cut off", 1, true);

  private final String label;
  private final int perMinute;
  private final boolean needsNetwork;

  FaultKind(String label, int perMinute, boolean needsNetwork) {
    this.label = label;
    this.perMinute = perMinute;
    this.needsNetwork = needsNetwork;
  }

  /** For people. */
  public String label() {
    return label;
  }

  /** Whether each daemon must have a network of its own for it. */
  public boolean needsNetwork() {
    return needsNetwork;
  }

  /** How often it happens at least in a drill of this length. */
  public int atLeast(long durationMillis) {
    return (int) Math.max(1, (perMinute * durationMillis + 59_999) / 60_000);
  }
}
