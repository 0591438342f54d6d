package io.zkrun.verify;

import io.zkrun.verify.Leadership.Deletion;
import io.zkrun.verify.Leadership.Leader;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Deletes {@code /master} of whoever leads, as often as it takes. A leader that we know of may have
 * been replaced already, and an answer may be lost with its connection: each attempt is for one
 * epoch alone, and after one of unknown outcome it counts as done once another leads.
 */
final class Deposal {
  private static final long SETTLE_MILLIS = 3_000;

  private final Seat seat;
  private final Polling polling;

  /** The first attempt at its leader that may have been carried out; null for none. */
  private @Nullable Deposed perhaps;

  /** Who leads, and how to depose. */
  interface Seat {
    /** Null where none leads that works. */
    @Nullable Leader atWork() throws IOException;

    /** Waits for the answer a while: one that doesn't come is unknown. */
    Deletion delete(Leader leader) throws InterruptedException;

    /** Waits for a leader of a later epoch; null where none came in time. */
    @Nullable Leader awaitAfter(int epoch, long millis) throws InterruptedException;
  }

  /**
   * @param leader that was deposed
   * @param beganNanos when the attempt was made, by the time of the polling
   */
  record Deposed(Leader leader, long beganNanos) {}

  Deposal(Seat seat, Polling polling) {
    this.seat = seat;
    this.polling = polling;
  }

  /** Null where it couldn't be done within {@code patienceMillis}. */
  @Nullable Deposed await(long patienceMillis) throws IOException, InterruptedException {
    return polling.first(patienceMillis, this::attempt);
  }

  private @Nullable Deposed attempt() throws IOException, InterruptedException {
    Leader leader = seat.atWork();
    if (leader == null) {
      return null;
    }
    Deposed earlier = perhaps;
    if (earlier != null && leader.epoch() > earlier.leader().epoch()) {
      return earlier;
    }
    Deposed attempt = new Deposed(leader, polling.nanos());
    Deletion deletion = seat.delete(leader);
    if (deletion == Deletion.DONE) {
      return attempt;
    }
    if (deletion == Deletion.UNKNOWN && earlier == null) {
      perhaps = attempt;
    }
    // What was refused alone was not done, even if another leads: that one led before.
    return seat.awaitAfter(leader.epoch(), SETTLE_MILLIS) == null ? null : perhaps;
  }
}
