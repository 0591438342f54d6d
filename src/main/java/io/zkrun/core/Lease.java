package io.zkrun.core;

/**
 * A worker's right to run tasks: it ends one lease after the last acknowledged write was
 * <em>sent</em>. Reads, pings and being connected prove nothing, because a server that is cut off
 * from its leader still answers them. Times are milliseconds since the machine's boot.
 *
 * <p>It is renewed, and its trees are asked to end, so late that nothing is ended while writes fail
 * for less than three quarters of it: an election or a restart of the ensemble must cost no work.
 */
public final class Lease {
  private static final long SHARE = 8;

  private final long leaseMillis;
  private final long graceMillis;
  private long sentAt;
  private boolean granted;

  /**
   * @param killAfterMillis how long before the end the trees are asked to end; at most an eighth of
   *     the lease is used
   */
  public Lease(long leaseMillis, long killAfterMillis) {
    this.leaseMillis = leaseMillis;
    this.graceMillis = Math.min(killAfterMillis, leaseMillis / SHARE);
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
    return sentAt + leaseMillis / SHARE;
  }

  public boolean isOver(long now) {
    return !granted || now >= termAt();
  }

  /** Whether enough is left to start something: as much as what runs already is sure to have. */
  public boolean allowsStart(long now) {
    return granted && now < renewAt();
  }
}
