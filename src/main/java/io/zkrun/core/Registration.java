package io.zkrun.core;

import org.jspecify.annotations.Nullable;

/**
 * Whether and how a worker may register, from what it has read. One step at a time: what {@link
 * #next} says is done, then everything is read again.
 *
 * <p>A registration is one transaction that creates {@code /workers/<me>} and sets {@code
 * /assign/<me>} expecting the version that was read. If that is the version of our last
 * registration, then no loss has been declared in between, and what runs may go on. Otherwise
 * everything but {@code hold} runs is ended first.
 *
 * @param spoolId our spool's, which is locked
 * @param bootId our machine's
 * @param session our session with ZooKeeper
 * @param patienceMillis how long to wait for another holder of our name
 */
public record Registration(String spoolId, String bootId, long session, long patienceMillis) {

  /** A znode's identity and data version. */
  public record Version(long czxid, int version) {}

  /**
   * What we know from before.
   *
   * @param last the incarnation of our last registration; null for none
   * @param attempted the incarnation that a registration expected of which we don't know whether it
   *     happened, in this same session; null for none
   * @param cluster the tree when we last looked
   */
  public record Memory(@Nullable Version last, @Nullable Version attempted, ClusterId cluster) {
    public static final Memory NONE = new Memory(null, null, ClusterId.NONE);
  }

  /**
   * Who holds our name.
   *
   * @param owner the session; 0 for a znode that belongs to none
   * @param registered whether it stands at the version that only a registration makes
   */
  public record Holder(WorkerInfo info, long owner, boolean registered) {}

  /**
   * What was read.
   *
   * @param holder of {@code /workers/<me>}; null for none
   * @param incarnation of {@code /assign/<me>}
   * @param spoolId in {@code /assign/<me>}; null where a person made it
   * @param unheld whether there are assignments that are not held
   */
  public record Seen(
      @Nullable Holder holder,
      Version incarnation,
      @Nullable String spoolId,
      boolean unheld,
      ClusterId cluster) {}

  /** What may still have processes. */
  public enum Alive {
    NOTHING,
    /** Only what may outlive a loss. */
    HOLD_ONLY,
    FENCED
  }

  /** What to do now. */
  public sealed interface Step {
    /**
     * Register.
     *
     * @param replace whether our own stale znode is to be deleted in the same transaction
     */
    record Claim(boolean replace, Version expected) implements Step {}

    /** The registration that was in doubt has happened. */
    record Confirm(Version incarnation) implements Step {}

    /** End all that must not outlive a declared loss, then go on; {@link Memory#last} is void. */
    record EndFenced() implements Step {}

    /** End everything: it belongs to another tree; then go on with nothing in memory. */
    record EndAll() implements Step {}

    /** Wait until it has changed. */
    record Wait(String why) implements Step {}

    /** Give up. */
    record Refuse(String message) implements Step {}
  }

  /**
   * @param waitedMillis for how long the name has been held by another
   */
  public Step next(Memory memory, Seen seen, Alive alive, long waitedMillis) {
    if (!memory.cluster().isNone() && !memory.cluster().isSameAs(seen.cluster())) {
      return new Step.EndAll();
    }
    if (isConfirmed(memory, seen)) {
      return new Step.Confirm(seen.incarnation());
    }
    if (memory.last() != null && !memory.last().equals(seen.incarnation())) {
      return new Step.EndFenced();
    }
    if (memory.last() == null && alive == Alive.FENCED) {
      return new Step.Wait("what ran before the loss is being ended");
    }
    if (seen.unheld() && seen.spoolId() != null && !seen.spoolId().equals(spoolId)) {
      return new Step.Wait(
          "the assignments there belong to another spool ("
              + Reason.of(seen.spoolId())
              + "); a master must declare them lost first");
    }
    Holder holder = seen.holder();
    if (holder == null || isOurs(holder)) {
      return new Step.Claim(holder != null, seen.incarnation());
    }
    return waitedMillis < patienceMillis
        ? new Step.Wait("the name is held by another worker on host '" + holder.info().host() + "'")
        : new Step.Refuse(
            "another worker of this name is registered by host '"
                + holder.info().host()
                + "' (process "
                + holder.info().pid()
                + ") and did not go away within "
                + waitedMillis / 1000
                + " s; nothing runs here; stop that one, or give this one another name with"
                + " worker.name or --name (such as its host's name with the domain)");
  }

  private boolean isConfirmed(Memory memory, Seen seen) {
    Version attempted = memory.attempted();
    Holder holder = seen.holder();
    return attempted != null
        && holder != null
        && holder.owner() == session
        && holder.registered()
        && seen.incarnation().czxid() == attempted.czxid()
        && seen.incarnation().version() == attempted.version() + 1;
  }

  private boolean isOurs(Holder holder) {
    return holder.owner() == session
        || (spoolId.equals(holder.info().spoolId()) && bootId.equals(holder.info().bootId()));
  }
}
