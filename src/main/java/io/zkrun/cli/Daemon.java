package io.zkrun.cli;

/** Something that serves until it is stopped. */
interface Daemon {
  /** For messages: {@code master}, {@code worker}. */
  String name();

  /**
   * Begins; returns soon.
   *
   * @throws java.io.IOException when it can't; the message says why and what to do
   */
  void start(Life life) throws java.io.IOException;

  /**
   * Ends, and returns when it has.
   *
   * @param endCommands whether the commands that it runs end with it
   */
  void stop(boolean endCommands) throws InterruptedException;

  /** Hears how a daemon fares, on any thread. */
  interface Life {
    /** It serves. Told again whenever its role changes, and after {@link #away}. */
    void ready(String role);

    /** It does not serve, for now; the reason is one line. It lasts until {@link #ready}. */
    void away(String reason);

    /** It has no connection: not yet, or no longer. */
    default void disconnected(String connect) {
      away(noConnection(connect));
    }

    static String noConnection(String connect) {
      return "no connection to ZooKeeper at " + connect;
    }

    /** It can't go on; the message says why and what to do. */
    void fatal(String message);
  }
}
