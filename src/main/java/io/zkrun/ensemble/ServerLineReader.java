package io.zkrun.ensemble;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** Reads one {@code server.N}, as strictly as ZooKeeper does. */
final class ServerLineReader {
  static final String FORM = "host:peerPort:electionPort[:participant|:observer][;clientPort]";

  private static final int MAX_PORT = 65_535;
  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._-]+");
  private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(%\\S+)?");

  private ServerLineReader() {}

  /** What is wrong, to follow the value in a message. */
  static final class BadLine extends Exception {
    private static final long serialVersionUID = 1L;

    BadLine(String message) {
      super(message);
    }
  }

  /**
   * @param clientPort of the whole file, for a server that names none
   */
  static ServerLine read(String file, CfgLine line, OptionalInt clientPort) throws BadLine {
    int id = id(line.key().substring(line.key().indexOf('.') + 1));
    String[] parts = line.value().split(";", -1);
    if (parts.length > 2) {
      throw new BadLine("it holds more than one ';'");
    }
    List<ServerLine.Address> addresses = new ArrayList<>();
    Optional<String> role = Optional.empty();
    for (String text : parts[0].split("\\|", -1)) {
      List<String> words = words(text.strip());
      addresses.add(address(words));
      Optional<String> named = words.size() > 3 ? Optional.of(role(words.get(3))) : role;
      if (role.isPresent() && !role.equals(named)) {
        throw new BadLine("its addresses have different roles");
      }
      role = named;
    }
    List<String> client = parts.length > 1 ? words(parts[1].strip()) : List.of();
    return new ServerLine(
        id,
        file,
        line.number(),
        addresses,
        role.orElse(ServerLine.PARTICIPANT),
        client.isEmpty() ? clientPort : OptionalInt.of(clientPort(client)),
        client.size() == 2 ? Optional.of(client.get(0)) : Optional.empty());
  }

  private static int id(String text) throws BadLine {
    if (!text.matches("\\d{1,9}")) {
      throw new BadLine("'" + text + "' after 'server.' is no id; ids are numbers from 1 to 255");
    }
    return Integer.parseInt(text);
  }

  /** Parted at colons, but for those of an IPv6 address in brackets. */
  private static List<String> words(String text) throws BadLine {
    if (!text.startsWith("[")) {
      return List.of(text.split(":", -1));
    }
    int end = text.indexOf(']');
    if (end < 0 || (end + 1 < text.length() && text.charAt(end + 1) != ':')) {
      throw new BadLine("the address in '[' has no ']:' after it");
    }
    List<String> words = new ArrayList<>(List.of(text.substring(1, end)));
    if (end + 2 <= text.length()) {
      words.addAll(List.of(text.substring(end + 2).split(":", -1)));
    }
    return words;
  }

  private static ServerLine.Address address(List<String> words) throws BadLine {
    if (words.size() > 4) {
      throw new BadLine("it has too many ':'; an IPv6 address is written [::1]:2888:3888");
    }
    if (words.size() < 3) {
      throw new BadLine(
          words.size() == 2 ? "the election port is missing" : "the ports are missing");
    }
    String host = words.get(0);
    if (!HOST.matcher(host).matches() && !IPV6.matcher(host).matches()) {
      throw new BadLine("'" + host + "' is no host name or address");
    }
    return new ServerLine.Address(
        host, port(words.get(1), "peer port"), port(words.get(2), "election port"));
  }

  private static String role(String text) throws BadLine {
    String role = text.strip().toLowerCase(Locale.ROOT);
    if (!role.equals(ServerLine.PARTICIPANT) && !role.equals(ServerLine.OBSERVER)) {
      throw new BadLine("'" + text + "' is no role; there are participant and observer");
    }
    return role;
  }

  private static int clientPort(List<String> words) throws BadLine {
    if (words.size() > 2) {
      throw new BadLine("after ';' stands neither a port nor address:port");
    }
    return port(words.get(words.size() - 1), "client port");
  }

  private static int port(String text, String what) throws BadLine {
    int port = text.matches("\\d{1,5}") ? Integer.parseInt(text) : 0;
    if (port < 1 || port > MAX_PORT) {
      throw new BadLine("'" + text + "' is no " + what + "; ports are numbers from 1 to 65535");
    }
    return port;
  }
}
