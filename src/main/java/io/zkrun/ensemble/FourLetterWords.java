package io.zkrun.ensemble;

import io.zkrun.ensemble.WordAnswer.NotWhitelisted;
import io.zkrun.ensemble.WordAnswer.NotZooKeeper;
import io.zkrun.ensemble.WordAnswer.Text;
import io.zkrun.ensemble.WordAnswer.Unreachable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Asks a server about itself without a session. ZooKeeper's own client for this makes one exception
 * of all that can go wrong; here each is told apart, because each has another cause.
 */
public final class FourLetterWords {
  private static final int REPLY_MAX_BYTES = 4 << 20;
  private static final int BUFFER_BYTES = 8192;
  private static final int SHOWN_CHARS = 64;

  private static final String NOT_SERVING = "This ZooKeeper instance is not currently serving";
  private static final String NOT_WHITELISTED = " is not executed because it is not in the";

  /** How a server's answer to each word begins; of other words any text is taken. */
  private static final Map<String, Pattern> BEGINNINGS =
      Map.of(
          "srvr", Pattern.compile("Zookeeper version: "),
          "stat", Pattern.compile("Zookeeper version: "),
          "mntr", Pattern.compile("zk_version\\t"),
          "conf", Pattern.compile("(secure)?[cC]lientPort="),
          "envi", Pattern.compile("Environment:"),
          "ruok", Pattern.compile("imok$"),
          "isro", Pattern.compile("(ro|rw|null)$"));

  private FourLetterWords() {}

  /**
   * Asks one server one word. Blocks for at most {@code timeout}, and for as long as the system
   * takes to find the address of {@code host}.
   *
   * @param word such as {@code srvr}
   * @param timeout for all of it, to the last byte of the answer; at least 1 ms
   */
  public static WordAnswer ask(String host, int port, String word, Duration timeout) {
    try {
      InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(host), port);
      return ask(address, word, timeout);
    } catch (UnknownHostException e) {
      return WordAnswer.Plain.UNKNOWN_HOST;
    }
  }

  private static WordAnswer ask(InetSocketAddress address, String word, Duration timeout) {
    Deadline deadline = new Deadline(timeout);
    try (Socket socket = new Socket()) {
      try {
        socket.connect(address, deadline.millisLeft());
      } catch (SocketTimeoutException e) {
        return WordAnswer.Plain.DROPPED;
      } catch (ConnectException e) {
        return connectFailed(e, deadline);
      }
      return talk(socket, word, deadline);
    } catch (IOException e) {
      return unreachable(e, deadline);
    }
  }

  /** Java throws the same for a refused connection and for one the kernel gave up. */
  private static WordAnswer connectFailed(ConnectException e, Deadline deadline) {
    String message = String.valueOf(e.getMessage());
    if (message.contains("refused")) {
      return WordAnswer.Plain.REFUSED;
    }
    return message.contains("timed out") ? WordAnswer.Plain.DROPPED : unreachable(e, deadline);
  }

  private static WordAnswer unreachable(IOException e, Deadline deadline) {
    String message = String.valueOf(e.getMessage());
    // The other side may have closed before this one knew that it was connected.
    return message.contains("reset")
        ? WordAnswer.Plain.CLOSED
        : new Unreachable(message, deadline.millisGone());
  }

  private static WordAnswer talk(Socket socket, String word, Deadline deadline) {
    ByteArrayOutputStream reply = new ByteArrayOutputStream();
    try {
      socket.getOutputStream().write(word.getBytes(StandardCharsets.US_ASCII));
      socket.shutdownOutput();
      read(socket, reply, deadline);
    } catch (SocketTimeoutException e) {
      return reply.size() == 0
          ? WordAnswer.Plain.SILENT
          : judge(word, reply, WordAnswer.Plain.SILENT);
    } catch (IOException e) {
      return reply.size() == 0
          ? WordAnswer.Plain.CLOSED
          : judge(word, reply, WordAnswer.Plain.CLOSED);
    }
    return reply.size() == 0 ? WordAnswer.Plain.CLOSED : judge(word, reply, null);
  }

  private static void read(Socket socket, ByteArrayOutputStream reply, Deadline deadline)
      throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    while (reply.size() < REPLY_MAX_BYTES) {
      socket.setSoTimeout(deadline.millisLeft());
      int count = socket.getInputStream().read(buffer);
      if (count < 0) {
        return;
      }
      reply.write(buffer, 0, count);
    }
  }

  /**
   * @param cut what is wrong with an answer that is ZooKeeper's and has no end; null where it has
   */
  private static WordAnswer judge(
      String word, ByteArrayOutputStream reply, @Nullable WordAnswer cut) {
    String text = reply.toString(StandardCharsets.UTF_8);
    if (text.startsWith(word + NOT_WHITELISTED)) {
      return new NotWhitelisted(word);
    }
    if (text.startsWith(NOT_SERVING)) {
      return WordAnswer.Plain.NOT_SERVING;
    }
    Pattern beginning = BEGINNINGS.get(word);
    if (beginning != null && !beginning.matcher(text.strip()).lookingAt()) {
      String first = reply.toString(StandardCharsets.ISO_8859_1);
      return new NotZooKeeper(first.substring(0, Math.min(SHOWN_CHARS, first.length())));
    }
    return cut == null ? new Text(text) : cut;
  }

  /** A point in time that all steps share. */
  private static final class Deadline {
    private final long begun = System.nanoTime();
    private final long allowedMillis;

    Deadline(Duration timeout) {
      allowedMillis = Math.max(1, timeout.toMillis());
    }

    long millisGone() {
      return (System.nanoTime() - begun) / 1_000_000;
    }

    /** At least 1: to a socket 0 means for ever. */
    int millisLeft() {
      return (int) Math.max(1, Math.min(Integer.MAX_VALUE, allowedMillis - millisGone()));
    }
  }
}
