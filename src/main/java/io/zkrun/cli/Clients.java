package io.zkrun.cli;

import io.zkrun.client.Client;

/** Makes clients that are not connected yet. */
@FunctionalInterface
interface Clients {
  /**
   * @param connect {@code host:port,…[/chroot]}
   */
  Client open(String connect);
}
