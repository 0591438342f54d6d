package io.zkrun.ensemble;

/** Where a server serves its clients. */
public record Address(String host, int port) {
  /** As in a connect string. */
  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
