package io.zkrun.client;

import io.zkrun.core.MasterInfo;
import java.time.Instant;

/**
 * A master: the one that leads, or one that stands by.
 *
 * @param since when it was elected, or began to stand by; by ZooKeeper's clock
 */
public record MasterView(MasterInfo info, State state, Instant since) {
  /** What it does. */
  public enum State {
    LEADS,
    STANDS_BY,
    /** A person made {@code /master}, so that no zkrun master acts. */
    BY_HAND
  }

  public boolean byHand() {
    return state == State.BY_HAND;
  }
}
