package io.zkrun.znode;

/** What a session tells its owner. */
public sealed interface TreeEvent {
  /** Connected, or connected again: watches may have missed something in between. */
  record Connected(long sessionId) implements TreeEvent {}

  /** The connection is gone; the session may live on. */
  record Disconnected(String reason) implements TreeEvent {}

  /** The server has ended the session. The tree is dead; open another. */
  record Expired() implements TreeEvent {}

  /** A watched znode changed. */
  record Changed(Kind kind, String path) implements TreeEvent {}

  /** What happened to it. */
  enum Kind {
    CREATED,
    DELETED,
    DATA,
    /** Only from watches that are not recursive. */
    CHILDREN
  }
}
