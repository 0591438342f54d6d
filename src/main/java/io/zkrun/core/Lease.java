package io.zkrun.core;

/**
 * A worker's right to run tasks: it ends one lease after the last acknowledged write was
 * <em>sent</em>. Reads, pings and being connected prove nothing, because a server that is cut off
 * from its leader still answers them. Times are milliseconds since the machine's boot.
 */
public final class Lease {
  private final long leaseMillis;
  private final long graceMillis;
  private long sentAt;
  private boolean granted;

  /**
   * @param killAfterMillis how long before the end the trees are asked to end; at most half the
   *     lease is used
   */
  public Lease(long leaseMillis, long killAfterMillis) {
    this.leaseMillis = leaseMillis;
    this.graceMillis = Math.min(killAfterMillis, leaseMillis / 2);
  }

  /** A write that was sent then was acknowledged. False where a later one was before. */
  public boolean acknowledge(long newSentAt) {
    if (granted && newSentAt <= sentAt) {
      return false;
    }
    sentAt = newSentAt;
    granted = true;
    return true;
  }

  /** When every tree must be dead. */
  public long killAt() {
    return sentAt + leaseMillis;
  }

  /** When the trees are asked to end. */
  public long termAt() {
    return killAt() - graceMillis;
  }

  /** When to renew it. */
  public long renewAt() {
    return sentAt + leaseMillis / 3;
  }

  public boolean isOver(long now) {
    return !granted || now >= termAt();
  }

  /**
   * Whether enough is left to start something: as much as what runs already is sure to have. (Half
   * a lease would not do: where {@code killAfter} is long, that is when trees are asked to end.)
   */
  public boolean allowsStart(long now) {
    return granted && now < renewAt();
  }
}
