package io.zkrun.ensemble;

import io.zkrun.ensemble.CfgMistake.Severity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;

/** Reads the servers of a {@code zoo.cfg}, and finds what is wrong with them. */
final class ServerRules {
  private static final int MAX_ID = 255;

  private final ZooCfg cfg;

  /** What holds the server lines: the file itself, or the dynamic file. */
  private final ZooCfg file;

  private final List<CfgMistake> found = new ArrayList<>();

  ServerRules(ZooCfg cfg, ZooCfg file) {
    this.cfg = cfg;
    this.file = file;
  }

  /**
   * @param servers is filled with what can be read
   */
  List<CfgMistake> find(SortedMap<Integer, ServerLine> servers) {
    for (CfgLine line : file.lines()) {
      if (KnownKeys.isServer(line.key())) {
        read(line, servers);
      } else if (KnownKeys.isGroupOrWeight(line.key())) {
        group(line);
      } else if (file != cfg && !line.key().equals("version")) {
        add(
            "unknownKey",
            line,
            "'" + line.key() + "' may not stand in a dynamic file",
            "move it to " + cfg.name());
      }
    }
    if (file != cfg) {
      serversInBoth();
    }
    for (ServerLine server : servers.values()) {
      ports(server);
    }
    addresses(servers);
    count(servers);
    limits(servers);
    return found;
  }

  private void read(CfgLine line, SortedMap<Integer, ServerLine> servers) {
    ServerLine server;
    try {
      server = ServerLineReader.read(file.name(), line, cfg.clientPort());
    } catch (ServerLineReader.BadLine e) {
      add(
          "badServerLine",
          line,
          line.shown() + ": " + e.getMessage(),
          "write server.N=" + ServerLineReader.FORM);
      return;
    }
    if (line.endsInSpace() && !line.value().endsWith("r") && !line.value().endsWith("t")) {
      add(
          "badServerLine",
          line,
          line.key() + " ends with a space, which ZooKeeper takes for a part of the port",
          "remove it: sed -i 's/[[:space:]]*$//' " + file.name());
    }
    if (server.addresses().size() > 1) {
      several(line);
    }
    range(line, server);
    ServerLine earlier = servers.put(server.id(), server);
    if (earlier != null) {
      add(
          "duplicateId",
          line,
          "server."
              + server.id()
              + " stands in line "
              + earlier.line()
              + " already ("
              + earlier.host()
              + "); only this line ("
              + server.host()
              + ") counts, so a server is missing",
          "give each server an id of its own");
    }
  }

  private void several(CfgLine line) {
    if (!cfg.isTrue("multiAddress.enabled")) {
      add(
          "badServerLine",
          line,
          line.key() + " has several addresses, which ZooKeeper refuses unless it is told",
          "keep one, or add multiAddress.enabled=true to " + cfg.name());
    }
  }

  private void range(CfgLine line, ServerLine server) {
    if (server.id() < 1 || server.id() > MAX_ID) {
      found.add(
          new CfgMistake(
              "badServerLine",
              file.name(),
              line.number(),
              Severity.WARNING,
              "the id " + server.id() + " is out of range; sessions of two servers may get one id",
              "use ids from 1 to " + MAX_ID));
    }
  }

  private void group(CfgLine line) {
    boolean good =
        line.key().startsWith("group.")
            ? line.value().matches("\\d+(:\\d+)*")
            : line.value().matches("\\d+");
    if (!good || !line.key().matches("[a-z]+\\.\\d+")) {
      add(
          "badValue",
          line,
          line.shown() + " is not what ZooKeeper takes here",
          "write group.N=ID:ID:… and weight.ID=NUMBER");
    }
  }

  private void serversInBoth() {
    for (CfgLine line : cfg.lines()) {
      if (KnownKeys.isServer(line.key()) || KnownKeys.isGroupOrWeight(line.key())) {
        found.add(
            new CfgMistake(
                "badServerLine",
                cfg.name(),
                line.number(),
                Severity.ERROR,
                line.key() + " may not stand beside dynamicConfigFile",
                "move it to " + file.name()));
      }
    }
  }

  private void ports(ServerLine server) {
    for (ServerLine.Address address : server.addresses()) {
      if (address.peerPort() == address.electionPort()) {
        samePorts(server, "peer and election", address.peerPort());
      }
    }
    server
        .clientPort()
        .ifPresent(
            port -> {
              if (port == server.peerPort()) {
                samePorts(server, "client and peer", port);
              } else if (port == server.electionPort()) {
                samePorts(server, "client and election", port);
              }
            });
  }

  private void samePorts(ServerLine server, String which, int port) {
    found.add(
        new CfgMistake(
            "samePorts",
            file.name(),
            server.line(),
            Severity.ERROR,
            "server."
                + server.id()
                + " has "
                + port
                + " as its "
                + which
                + " port; it can't listen",
            "use three ports, such as 2181, 2888 and 3888"));
  }

  private void addresses(SortedMap<Integer, ServerLine> servers) {
    Map<String, ServerLine> owners = new HashMap<>();
    for (ServerLine server : servers.values()) {
      Set<Integer> told = new HashSet<>();
      for (String socket : sockets(server)) {
        ServerLine owner = owners.putIfAbsent(socket, server);
        if (owner != null && owner.id() != server.id() && told.add(owner.id())) {
          found.add(
              new CfgMistake(
                  "duplicateAddress",
                  file.name(),
                  server.line(),
                  Severity.ERROR,
                  "server."
                      + server.id()
                      + " has the same address "
                      + socket
                      + " as server."
                      + owner.id()
                      + " in line "
                      + owner.line(),
                  "give each server its own host"));
        }
      }
    }
  }

  private static Set<String> sockets(ServerLine server) {
    return server.addresses().stream()
        .flatMap(
            address ->
                java.util.stream.Stream.of(address.peerPort(), address.electionPort())
                    .map(
                        port ->
                            ServerLine.bracketed(address.host().toLowerCase(Locale.ROOT))
                                + ":"
                                + port))
        .collect(Collectors.toCollection(java.util.LinkedHashSet::new));
  }

  private void count(SortedMap<Integer, ServerLine> servers) {
    boolean grouped = file.lines().stream().anyMatch(l -> KnownKeys.isGroupOrWeight(l.key()));
    long voters = servers.values().stream().filter(ServerLine::votes).count();
    if (voters == 0 && !servers.isEmpty()) {
      int line = lastLine(servers);
      found.add(
          new CfgMistake(
              "badServerLine",
              file.name(),
              line,
              Severity.ERROR,
              "all servers are observers; nobody votes, so none can lead",
              "take ':observer' from most of them"));
    } else if (voters > 0 && voters % 2 == 0 && !grouped) {
      int line = lastLine(servers);
      found.add(
          new CfgMistake(
              "evenServers",
              file.name(),
              line,
              Severity.WARNING,
              voters
                  + " voting servers bear the loss of "
                  + (voters / 2 - 1)
                  + ", as "
                  + (voters - 1)
                  + " would",
              "use an odd number"));
    }
  }

  private static int lastLine(SortedMap<Integer, ServerLine> servers) {
    return servers.values().stream().mapToInt(ServerLine::line).max().orElse(0);
  }

  private void limits(SortedMap<Integer, ServerLine> servers) {
    if (servers.values().stream().filter(ServerLine::votes).count() < 2) {
      return;
    }
    for (String key : List.of("initLimit", "syncLimit")) {
      if (cfg.value(key).isEmpty() && !isMisspelt(key)) {
        found.add(
            new CfgMistake(
                "valueUnset",
                cfg.name(),
                0,
                Severity.ERROR,
                "'" + key + "' is not set; without it no server of an ensemble starts",
                "add a line such as " + key + (key.equals("initLimit") ? "=30" : "=5")));
      }
    }
  }

  private boolean isMisspelt(String key) {
    return cfg.lines().stream()
        .filter(line -> !KnownKeys.isKnown(line.key()))
        .anyMatch(line -> KnownKeys.meantBy(line.key()).filter(key::equals).isPresent());
  }

  private void add(String code, CfgLine line, String message, String mend) {
    found.add(new CfgMistake(code, file.name(), line.number(), Severity.ERROR, message, mend));
  }
}
