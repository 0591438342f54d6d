package io.zkrun.cli;

import io.zkrun.client.Client;
import io.zkrun.config.ZooKeeperSettings;

/** Makes clients that are not connected yet. */
@FunctionalInterface
interface Clients {
  /**
   * @param settings how the ensemble is reached
   */
  Client open(ZooKeeperSettings settings);
}
