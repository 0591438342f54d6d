package io.zkrun.zk;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.zookeeper.client.ConnectStringParser;

/**
 * Says, after a connection has failed, what each host of a connect string does: for messages to
 * people. Every address is tried once.
 */
public final class ConnectionProbe {
  /** What was seen. */
  public enum Finding {
    UNKNOWN_HOST("no such host"),
    REFUSED("connection refused: nothing listens there"),
    TIMED_OUT("no answer"),
    UNREACHABLE("not reachable"),
    NOT_ZOOKEEPER("answered by something that is not ZooKeeper"),
    ZOOKEEPER("a ZooKeeper server answers, but gave no session: it may have no quorum");

    private final String text;

    Finding(String text) {
      this.text = text;
    }
  }

  /**
   * One host's.
   *
   * @param host with its port, as written in the connect string
   */
  public record Seen(String host, Finding finding) {
    @Override
    public String toString() {
      return host + ": " + finding.text;
    }
  }

  /** Every server knows this request from before any session, whatever it whitelists. */
  private static final byte[] RUOK = "ruok".getBytes(StandardCharsets.US_ASCII);

  private static final int REPLY_MAX_BYTES = 200;

  private ConnectionProbe() {}

  /**
   * Blocks for at most about twice {@code timeoutMillis}: all hosts are tried at once.
   *
   * @param connect a connect string
   */
  public static List<Seen> probe(String connect, int timeoutMillis) {
    List<InetSocketAddress> hosts =
        new ConnectStringParser(Chroot.hosts(connect)).getServerAddresses();
    return hosts.parallelStream().map(host -> look(host, timeoutMillis)).toList();
  }

  /** The findings in one line. */
  public static String describe(List<Seen> seen) {
    return seen.stream().map(Seen::toString).collect(Collectors.joining("; "));
  }

  private static Seen look(InetSocketAddress unresolved, int timeoutMillis) {
    String name = unresolved.getHostString() + ":" + unresolved.getPort();
    try {
      InetAddress address = InetAddress.getByName(unresolved.getHostString());
      return new Seen(
          name, talk(new InetSocketAddress(address, unresolved.getPort()), timeoutMillis));
    } catch (UnknownHostException e) {
      return new Seen(name, Finding.UNKNOWN_HOST);
    }
  }

  private static Finding talk(InetSocketAddress address, int timeoutMillis) {
    try (Socket socket = new Socket()) {
      try {
        socket.connect(address, timeoutMillis);
      } catch (SocketTimeoutException e) {
        return Finding.TIMED_OUT;
      } catch (ConnectException e) {
        return Finding.REFUSED;
      }
      return ask(socket, timeoutMillis);
    } catch (IOException e) {
      return Finding.UNREACHABLE;
    }
  }

  private static Finding ask(Socket socket, int timeoutMillis) {
    try {
      socket.setSoTimeout(timeoutMillis);
      socket.getOutputStream().write(RUOK);
      socket.shutdownOutput();
      byte[] reply = socket.getInputStream().readNBytes(REPLY_MAX_BYTES);
      String text = new String(reply, StandardCharsets.US_ASCII);
      boolean known = text.equals("imok") || text.startsWith("ruok is not executed");
      return known ? Finding.ZOOKEEPER : Finding.NOT_ZOOKEEPER;
    } catch (SocketTimeoutException e) {
      return Finding.TIMED_OUT;
    } catch (IOException e) {
      return Finding.NOT_ZOOKEEPER;
    }
  }
}
