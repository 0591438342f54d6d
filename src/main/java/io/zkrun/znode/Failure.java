package io.zkrun.znode;

/** Why a request failed. */
public enum Failure {
  NO_NODE,
  NODE_EXISTS,
  BAD_VERSION,
  NOT_EMPTY,
  /** An ephemeral znode can't have children. */
  NO_CHILDREN_FOR_EPHEMERALS,
  /** Not known whether it happened. */
  CONNECTION_LOSS,
  /** This session is over, by the server's word; what was sent before is decided. */
  SESSION_EXPIRED,
  /** Above what a request may hold: it was not sent, or no connection survived it. */
  TOO_LARGE,
  /** A check of the writer's own right to write failed: it did not happen. */
  FENCED,
  /** Anything else (authentication, quota, a server's fault): it did not happen. */
  OTHER
}
