package io.zkrun.config;

import java.time.Duration;

/**
 * How the ensemble is reached.
 *
 * @param connectTimeout after which a client gives up to reach it
 * @param juteMaxBufferBytes the longest answer that is read
 */
public record ZooKeeperSettings(
    ConnectString connect,
    Duration connectTimeout,
    int juteMaxBufferBytes,
    SessionTimeouts sessionTimeout) {

  /** After how long a silence the server ends a session, for each role. */
  public record SessionTimeouts(Duration master, Duration worker, Duration client) {}
}
