package io.zkrun.ensemble;

import io.zkrun.ensemble.CfgMistake.Severity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Looks whether a server can listen where its {@code zoo.cfg} says, and be reached there. */
final class NetworkChecks {
  private final ZooCfg cfg;
  private final @Nullable ServerLine me;
  private final Addresses addresses = Addresses.ofThisHost();
  private final List<CfgMistake> found = new ArrayList<>();

  /**
   * @param me this host's server; null for one that serves alone
   */
  NetworkChecks(ZooCfg cfg, @Nullable ServerLine me) {
    this.cfg = cfg;
    this.me = me;
  }

  List<CfgMistake> find() {
    if (me == null) {
      cfg.value("clientPort").ifPresent(line -> clientPort(cfg.name(), line.number(), alone()));
      return found;
    }
    for (ServerLine server : cfg.servers().values()) {
      if (Addresses.of(server.host()).isEmpty()) {
        unresolved(server, server.id() == me.id());
      }
    }
    if (!Addresses.of(me.host()).isEmpty() && address(me)) {
      ports(me);
    }
    return found;
  }

  private Map.Entry<Integer, @Nullable String> alone() {
    @Nullable String address = cfg.value("clientPortAddress").map(CfgLine::value).orElse(null);
    return new java.util.AbstractMap.SimpleEntry<>(cfg.clientPort().orElse(0), address);
  }

  private void unresolved(ServerLine server, boolean own) {
    add(
        "nameNotResolved",
        server,
        own ? Severity.ERROR : Severity.WARNING,
        "'" + server.host() + "' of server." + server.id() + " means no address on this host",
        "make it known in DNS or in /etc/hosts");
  }

  /** Whether the server can listen on its own address at all. */
  private boolean address(ServerLine server) {
    boolean everywhere = cfg.isTrue("quorumListenOnAllIPs");
    String host = server.host();
    if (!addresses.has(host)) {
      String seen = "'" + host + "' of server." + server.id() + " is " + Addresses.text(host);
      add(
          "addressNotHere",
          server,
          everywhere ? Severity.WARNING : Severity.ERROR,
          seen + ", which this host (" + addresses.text() + ") does not have",
          "correct the address, or myid (" + server.id() + ") if this is another server");
      return everywhere;
    }
    boolean others =
        cfg.servers().values().stream()
            .anyMatch(other -> !addresses.has(other.host()) && other.id() != server.id());
    if (Addresses.isLoopbackAlone(host) && others && !everywhere) {
      add(
          "addressLoopback",
          server,
          Severity.ERROR,
          "'"
              + host
              + "' of server."
              + server.id()
              + " is "
              + Addresses.text(host)
              + " on this host, where the others cannot reach it",
          "add quorumListenOnAllIPs=true to "
              + cfg.name()
              + ", or name its address ("
              + addresses.text()
              + ") in /etc/hosts");
    }
    return true;
  }

  private void ports(ServerLine server) {
    boolean everywhere = cfg.isTrue("quorumListenOnAllIPs");
    for (ServerLine.Address address : server.addresses()) {
      @Nullable String host = everywhere ? null : address.host();
      port(server.file(), server.line(), "peer", address.peerPort(), host);
      port(server.file(), server.line(), "election", address.electionPort(), host);
    }
    if (server.clientPort().isPresent()) {
      int line = cfg.value("clientPort").map(CfgLine::number).orElse(server.line());
      @Nullable String host =
          server
              .clientAddress()
              .or(() -> cfg.value("clientPortAddress").map(CfgLine::value))
              .orElse(null);
      clientPort(
          cfg.value("clientPort").isPresent() ? cfg.name() : server.file(),
          line,
          new java.util.AbstractMap.SimpleEntry<>(server.clientPort().getAsInt(), host));
    }
  }

  private void clientPort(String file, int line, Map.Entry<Integer, @Nullable String> where) {
    port(file, line, "client", where.getKey(), where.getValue());
  }

  /**
   * @param host null for all addresses
   */
  private void port(String file, int line, String what, int port, @Nullable String host) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(
          host == null
              ? new InetSocketAddress(port)
              : new InetSocketAddress(InetAddress.getByName(host), port));
    } catch (IOException e) {
      Optional<String> holder = PortHolder.of(port);
      String reason =
          holder
              .map(text -> text + " listens there")
              .orElse(String.valueOf(e.getMessage()).toLowerCase(java.util.Locale.ROOT));
      found.add(
          new CfgMistake(
              "portTaken",
              file,
              line,
              Severity.ERROR,
              "the " + what + " port " + port + " cannot be listened on: " + reason,
              holder.isPresent()
                  ? "end that process if it is an earlier server, or choose another port"
                  : "'ss -ltnp' tells who listens; end it, or choose another port"));
    }
  }

  private void add(String code, ServerLine server, Severity severity, String message, String mend) {
    found.add(new CfgMistake(code, server.file(), server.line(), severity, message, mend));
  }
}
