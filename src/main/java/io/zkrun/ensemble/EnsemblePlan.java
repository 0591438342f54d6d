package io.zkrun.ensemble;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * An ensemble that is to be: the same on each of its hosts.
 *
 * @param servers in the order of their ids, which begin at 1
 * @param dataDir absolute; of snapshots and {@code myid}
 * @param logDir absolute; of the transaction log
 */
public record EnsemblePlan(List<Server> servers, int clientPort, Path dataDir, Path logDir) {
  private static final String EXAMPLE =
      "# An example, which no server runs on: `zkrun ensemble init` replaces it by yours.\n";

  private static final int MAX_SERVERS = 255;
  private static final int MAX_PORT = 65_535;
  private static final Pattern HOST =
      Pattern.compile(
          "[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_.])?|\\[[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*]");
  private static final String FORM = "; write host,host,host or host:peerPort:electionPort,…";

  /**
   * @param host without brackets
   */
  public record Server(String host, int peerPort, int electionPort) {
    String line(int id) {
      return "server."
          + id
          + "="
          + ServerLine.bracketed(host)
          + ":"
          + peerPort
          + ":"
          + electionPort;
    }
  }

  public EnsemblePlan {
    servers = List.copyOf(servers);
  }

  /**
   * Reads {@code host[:peerPort:electionPort],…}.
   *
   * @throws IllegalArgumentException with what is wrong, to follow the value in a message
   */
  public static List<Server> servers(String text, int peerPort, int electionPort) {
    List<Server> servers = new ArrayList<>();
    for (String word : text.split(",", -1)) {
      servers.add(server(word.strip(), peerPort, electionPort));
    }
    if (servers.size() > MAX_SERVERS) {
      throw new IllegalArgumentException(
          servers.size() + " servers are more than the 255 possible");
    }
    Set<String> hosts = new HashSet<>();
    Set<String> sockets = new HashSet<>();
    for (Server server : servers) {
      String host = server.host().toLowerCase(Locale.ROOT);
      boolean bare = hosts.add(host);
      if (!sockets.add(host + "|" + server.peerPort())
          || !sockets.add(host + "|" + server.electionPort())) {
        throw new IllegalArgumentException(
            bare
                ? "the peer and election ports of '" + server.host() + "' must differ"
                : "'"
                    + server.host()
                    + "' stands there twice; each server needs a host of its own");
      }
    }
    return servers;
  }

  private static Server server(String word, int peerPort, int electionPort) {
    if (word.isEmpty()) {
      throw new IllegalArgumentException("a server is missing beside a comma" + FORM);
    }
    int end = word.startsWith("[") ? word.indexOf(']') + 1 : word.indexOf(':');
    String host = end <= 0 ? word : word.substring(0, end);
    if (!HOST.matcher(host).matches()) {
      throw new IllegalArgumentException("'" + host + "' is no host name or address" + FORM);
    }
    String bare = host.replace("[", "").replace("]", "");
    String rest = end <= 0 ? "" : word.substring(end);
    if (rest.isEmpty()) {
      return new Server(bare, peerPort, electionPort);
    }
    String[] ports = rest.substring(1).split(":", -1);
    if (!rest.startsWith(":") || ports.length != 2) {
      throw new IllegalArgumentException(
          "'"
              + word
              + "' is no server; after a host stand two ports or none"
              + (rest.chars().filter(c -> c == ':').count() > 2
                  ? "; an IPv6 address is written [::1]:2888:3888"
                  : FORM));
    }
    return new Server(bare, port(ports[0]), port(ports[1]));
  }

  /**
   * @throws IllegalArgumentException where it is none
   */
  public static int port(String text) {
    int port = text.matches("\\d{1,5}") ? Integer.parseInt(text) : 0;
    if (port < 1 || port > MAX_PORT) {
      throw new IllegalArgumentException(
          "'" + text + "' is no port; write a number from 1 to 65535");
    }
    return port;
  }

  /** The text of {@code zoo.cfg}. */
  public String zooCfg() {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < servers.size(); i++) {
      lines.append(i == 0 ? "" : "\n").append(servers.get(i).line(i + 1));
    }
    return template()
        .replace("@SERVERS@", lines)
        .replace("@CLIENT_PORT@", Integer.toString(clientPort))
        .replace("@DATA_DIR@", value(dataDir))
        .replace("@LOG_DIR@", value(logDir));
  }

  /** ZooKeeper reads its file as Latin 1, and what that lacks as the escapes of properties. */
  private static String value(Path folder) {
    StringBuilder value = new StringBuilder();
    folder
        .toString()
        .chars()
        .forEach(
            c -> {
              if (c < 0x7f) {
                value.append((char) c);
              } else {
                value.append(String.format(Locale.ROOT, "\\u%04x", c));
              }
            });
    return value.toString();
  }

  private static String template() {
    try (InputStream in = EnsemblePlan.class.getResourceAsStream("zoo.cfg")) {
      if (in == null) {
        throw new IllegalStateException("zoo.cfg is missing in the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where clients connect. */
  public String connectString() {
    return servers.stream()
        .map(server -> ServerLine.bracketed(server.host()) + ":" + clientPort)
        .collect(Collectors.joining(","));
  }

  /**
   * The file that the tarball holds: what would be written for three hosts, below a line that tells
   * it from a file that was written for real ones.
   */
  public static String example() {
    List<Server> servers = servers("vm1,vm2,vm3", 2888, 3888);
    Path state = Path.of("/var/lib/zookeeper");
    return EXAMPLE
        + new EnsemblePlan(servers, 2181, state.resolve("data"), state.resolve("log")).zooCfg();
  }

  /** Whether a text is the example still: whoever names servers of their own makes it theirs. */
  public static boolean isExample(String text) {
    return text.contains(EXAMPLE.strip()) && servers(text).equals(servers(example()));
  }

  private static List<String> servers(String text) {
    return CfgLine.all(text).stream()
        .filter(line -> KnownKeys.isServer(line.key()))
        .map(CfgLine::shown)
        .toList();
  }
}
