package io.zkrun.ensemble.doctor;

import io.zkrun.ensemble.doctor.Facts.Port;
import io.zkrun.ensemble.doctor.Facts.Reach;
import io.zkrun.ensemble.doctor.Facts.Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Connects to a port, and tells a firewall's no from a port that nothing listens on. Both read the
 * same to a program; but a firewall's comes as an ICMP message, and the kernel counts those.
 */
final class Doubt {
  private static final Path COUNTERS = Path.of("/proc/net/snmp");

  /** Time for a second packet, which Linux sends after 1 s. */
  private static final int AGAIN_MILLIS = 2_200;

  private static final int ATTEMPTS = 2;

  /** A host that is down is given up after some 3 s; a firewall answers at once. */
  private static final int FAST_MILLIS = 900;

  private Doubt() {}

  static Port connect(Facts.Use use, String host, int port, int timeoutMillis) {
    long begun = System.nanoTime();
    Reach reach;
    String detail = null;
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getByName(host), port), timeoutMillis);
      reach = Reach.open;
    } catch (UnknownHostException e) {
      reach = Reach.unknownHost;
    } catch (SocketTimeoutException e) {
      reach = Reach.dropped;
    } catch (IOException e) {
      detail = String.valueOf(e.getMessage());
      reach =
          detail.contains("refused")
              ? Reach.refused
              : detail.contains("timed out") ? Reach.dropped : Reach.unreachable;
    }
    return new Port(use, port, reach, (System.nanoTime() - begun) / 1_000_000, detail);
  }

  /** Tries again, one port at a time, where a firewall may have spoken. */
  static Server settle(Server server) {
    List<Port> ports = new ArrayList<>();
    for (Port port : server.ports()) {
      boolean doubtful =
          port.reach() == Reach.refused
              || (port.reach() == Reach.unreachable && port.millis() < FAST_MILLIS);
      ports.add(doubtful && isRejected(server.host(), port) ? rejected(port) : port);
    }
    return new Server(server.id(), server.host(), server.votes(), ports, server.words());
  }

  private static Port rejected(Port port) {
    return new Port(port.use(), port.port(), Reach.rejected, port.millis(), port.detail());
  }

  /** Twice: somebody else's message may come at the same moment. */
  private static boolean isRejected(String host, Port port) {
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      if (!messageComes(host, port)) {
        return false;
      }
    }
    return true;
  }

  /**
   * A host sends only so many of these messages a second; what comes beyond is met with silence. A
   * port that nothing listens on answers each time.
   */
  private static boolean messageComes(String host, Port port) {
    Long before = messages();
    Port again = connect(port.use(), host, port.port(), AGAIN_MILLIS);
    Long after = messages();
    if (port.reach() == Reach.refused && again.reach() == Reach.dropped) {
      return true;
    }
    boolean soon = again.reach() == Reach.refused || again.millis() < FAST_MILLIS;
    return before != null
        && after != null
        && after > before
        && again.reach() == port.reach()
        && soon;
  }

  /** How many ICMP messages of "unreachable" have come; null where the kernel does not tell. */
  private static @Nullable Long messages() {
    try {
      List<String> lines =
          Files.readAllLines(COUNTERS).stream().filter(line -> line.startsWith("Icmp:")).toList();
      if (lines.size() < 2) {
        return null;
      }
      List<String> names = List.of(lines.get(0).split(" "));
      int at = names.indexOf("InDestUnreachs");
      return at < 0 ? null : Long.valueOf(lines.get(1).split(" ")[at]);
    } catch (IOException | NumberFormatException e) {
      return null;
    }
  }
}
