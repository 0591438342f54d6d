package io.zkrun.config;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The servers of an ensemble, and the folder of its tree that zkrun lives in.
 *
 * @param servers {@code host:port} each; at least one
 * @param chroot empty, or an absolute path without a slash at its end
 */
public record ConnectString(List<String> servers, String chroot) {
  private static final int DEFAULT_PORT = 2181;
  private static final String FORM = "; write host:port,host:port or host:port,host:port/chroot";
  private static final Pattern HOST =
      Pattern.compile("[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+(%[A-Za-z0-9._-]+)?]");

  public ConnectString {
    servers = List.copyOf(servers);
  }

  /**
   * Reads {@code host[:port],…[/chroot]}; the port is 2181 where none is written.
   *
   * @throws IllegalArgumentException with what is wrong and what would be right, to follow the
   *     value in a message
   */
  public static ConnectString parse(String text) {
    String trimmed = text.strip();
    int slash = trimmed.indexOf('/');
    String hosts = slash < 0 ? trimmed : trimmed.substring(0, slash);
    if (hosts.isBlank()) {
      throw new IllegalArgumentException("no server is named" + FORM);
    }
    List<String> servers = new ArrayList<>();
    for (String server : hosts.split(",", -1)) {
      servers.add(server(server.strip()));
    }
    return new ConnectString(servers, slash < 0 ? "" : chroot(trimmed.substring(slash)));
  }

  private static String server(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("a server is missing beside a comma" + FORM);
    }
    int colon = text.endsWith("]") ? -1 : text.lastIndexOf(':');
    String host = colon < 0 ? text : text.substring(0, colon);
    if (!HOST.matcher(host).matches()) {
      String hint = host.contains(":") ? "; an IPv6 address is written [::1]:2181" : FORM;
      throw new IllegalArgumentException("'" + host + "' is no host name or address" + hint);
    }
    return host + ":" + (colon < 0 ? DEFAULT_PORT : port(text.substring(colon + 1)));
  }

  static int port(String text) {
    int port = text.matches("\\d{1,5}") ? Integer.parseInt(text) : 0;
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException(
          "'" + text + "' is no port; write a number from 1 to 65535");
    }
    return port;
  }

  private static String chroot(String path) {
    if (path.contains(",")) {
      throw new IllegalArgumentException(
          "the chroot stands once, after the last server; write host:port,host:port/chroot");
    }
    String chroot = path.equals("/") ? "" : path;
    for (String name : chroot.isEmpty() ? new String[0] : chroot.substring(1).split("/", -1)) {
      if (!name.matches("[^\\p{Cntrl}\\s]+") || name.equals(".") || name.equals("..")) {
        throw new IllegalArgumentException(
            "'" + path + "' is no path in ZooKeeper; write a chroot such as /prod or /team/zkrun");
      }
    }
    return chroot;
  }

  /** As ZooKeeper's own tools take it. */
  @Override
  public String toString() {
    return String.join(",", servers) + chroot;
  }
}
