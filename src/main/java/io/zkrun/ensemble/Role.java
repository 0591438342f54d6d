package io.zkrun.ensemble;

import java.util.Locale;
import java.util.Optional;

/** What a server that serves is to its ensemble. */
public enum Role {
  LEADER,
  FOLLOWER,
  OBSERVER,
  STANDALONE,
  /** Cut off from its quorum, and allowed to answer reads. */
  READ_ONLY;

  /** For people and in JSON. */
  public String text() {
    return this == READ_ONLY ? "readOnly" : name().toLowerCase(Locale.ROOT);
  }

  /** As {@code srvr} and {@code mntr} write it. */
  static Optional<Role> of(String written) {
    return switch (written) {
      case "leader" -> Optional.of(LEADER);
      case "follower" -> Optional.of(FOLLOWER);
      case "observer" -> Optional.of(OBSERVER);
      case "standalone" -> Optional.of(STANDALONE);
      case "read-only" -> Optional.of(READ_ONLY);
      default -> Optional.empty();
    };
  }
}
