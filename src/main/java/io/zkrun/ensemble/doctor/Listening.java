package io.zkrun.ensemble.doctor;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The sockets of this host, which every user may see. */
final class Listening {
  private static final String LISTEN = "0A";
  private static final String ESTABLISHED = "01";

  private Listening() {}

  /** {@code address:port} of those on one of these ports; none where the kernel does not tell. */
  static List<String> on(Set<Integer> ports) {
    List<String> found = new ArrayList<>();
    sockets(LISTEN)
        .filter(words -> ports.contains(port(words[1])))
        .forEach(words -> found.add(address(words[1]) + ":" + port(words[1])));
    return found.stream().distinct().sorted().toList();
  }

  /** The addresses that connections to one of these ports of this host come from. */
  static List<String> connectedTo(Set<Integer> ports) {
    List<String> found = new ArrayList<>();
    sockets(ESTABLISHED)
        .filter(words -> ports.contains(port(words[1])))
        .forEach(words -> found.add(address(words[2])));
    return found.stream().distinct().sorted().toList();
  }

  /** The sockets in a state, in the words of the kernel. */
  private static Stream<String[]> sockets(String state) {
    List<String[]> all = new ArrayList<>();
    for (String file : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      try {
        Files.readAllLines(Path.of(file)).stream()
            .map(line -> line.strip().split("\\s+"))
            .filter(words -> words.length > 3 && words[3].equals(state))
            .forEach(all::add);
      } catch (IOException e) {
        // A kernel without IPv6.
      }
    }
    return all.stream();
  }

  private static int port(String local) {
    return Integer.parseInt(local.substring(local.indexOf(':') + 1), 16);
  }

  /** Words of four bytes, the lowest first; Java shows an IPv4 address inside IPv6 as such. */
  private static String address(String local) {
    byte[] bytes = HexFormat.of().parseHex(local.substring(0, local.indexOf(':')));
    byte[] ordered = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      ordered[i] = bytes[i / 4 * 4 + 3 - i % 4];
    }
    try {
      String address = InetAddress.getByAddress(ordered).getHostAddress();
      return address.equals("0:0:0:0:0:0:0:0") ? "::" : address;
    } catch (IOException e) {
      return local;
    }
  }
}
