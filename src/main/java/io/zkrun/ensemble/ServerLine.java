package io.zkrun.ensemble;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A {@code server.N} of a {@code zoo.cfg}.
 *
 * @param id 0 to 2^31-1; 1 to 255 is what ZooKeeper is made for
 * @param file where it stands, which may be the dynamic file
 * @param addresses at least one; more where {@code |} parts them
 * @param role {@code participant} or {@code observer}
 * @param clientPort that after {@code ;}, else that of the whole file, if any
 * @param clientAddress that before the client port, if any; not in brackets
 */
public record ServerLine(
    int id,
    String file,
    int line,
    List<Address> addresses,
    String role,
    OptionalInt clientPort,
    Optional<String> clientAddress) {
  static final String PARTICIPANT = "participant";
  static final String OBSERVER = "observer";

  /**
   * Where a server listens for its peers.
   *
   * @param host a name or an address, without brackets
   */
  public record Address(String host, int peerPort, int electionPort) {}

  public ServerLine {
    addresses = List.copyOf(addresses);
  }

  /** Of the first address. */
  public String host() {
    return addresses.get(0).host();
  }

  /** Of the first address. */
  public int peerPort() {
    return addresses.get(0).peerPort();
  }

  /** Of the first address. */
  public int electionPort() {
    return addresses.get(0).electionPort();
  }

  public boolean votes() {
    return role.equals(PARTICIPANT);
  }

  /** Where it answers clients, as a connect string has it; empty without a client port. */
  public Optional<String> clientEndpoint() {
    if (clientPort.isEmpty()) {
      return Optional.empty();
    }
    String where = clientAddress.filter(address -> !isAny(address)).orElse(host());
    return Optional.of(bracketed(where) + ":" + clientPort.getAsInt());
  }

  static String bracketed(String host) {
    return host.contains(":") ? "[" + host + "]" : host;
  }

  private static boolean isAny(String address) {
    return address.equals("0.0.0.0") || address.equals("::") || address.equals("0:0:0:0:0:0:0:0");
  }
}
