package io.zkrun.ensemble;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Everything that may stand at the other end of the line. */
class FourLetterWordsTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(300);

  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  /** What is done to the one who has connected. */
  private interface Manners {
    void greet(Socket socket) throws IOException;
  }

  private int listen(Manners manners) throws IOException {
    ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    open.add(server);
    Thread thread =
        new Thread(
            () -> {
              try {
                Socket socket = server.accept();
                open.add(socket);
                manners.greet(socket);
              } catch (IOException e) {
                // The test is over.
              }
            });
    thread.start();
    open.add(() -> thread.join(20_000));
    return server.getLocalPort();
  }

  private static Manners says(String text) {
    return socket -> {
      // Unread input would make a reset of what is to be an end.
      byte[] word = socket.getInputStream().readNBytes(4);
      assertThat(word).hasSize(4);
      socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
      socket.close();
    };
  }

  private static WordAnswer ask(int port, String word, Duration timeout) {
    return FourLetterWords.ask("127.0.0.1", port, word, timeout);
  }

  @ParameterizedTest
  @CsvSource({"srvr, Zookeeper version: 3.9.5-x", "ruok, imok", "isro, rw", "dirs, whatever"})
  void anAnswerIsTaken(String word, String text) throws Exception {
    assertThat(ask(listen(says(text)), word, LONG)).isEqualTo(new WordAnswer.Text(text));
  }

  @Test
  void anAnswerInPiecesIsWhole() throws Exception {
    int port =
        listen(
            socket -> {
              byte[] word = socket.getInputStream().readNBytes(4);
              assertThat(word).hasSize(4);
              for (String piece : List.of("zk_ver", "sion\t3.9", ".5\nzk_znode_count\t5\n")) {
                socket.getOutputStream().write(piece.getBytes(StandardCharsets.UTF_8));
                socket.getOutputStream().flush();
              }
              socket.close();
            });
    assertThat(ask(port, "mntr", LONG))
        .isEqualTo(new WordAnswer.Text("zk_version\t3.9.5\nzk_znode_count\t5\n"));
  }

  @Test
  void aWordThatIsNotAllowedIsNamed() throws Exception {
    String text = "mntr is not executed because it is not in the whitelist.\n";
    assertThat(ask(listen(says(text)), "mntr", LONG))
        .isEqualTo(new WordAnswer.NotWhitelisted("mntr"));
  }

  @Test
  void aServerWithoutQuorumIsTold() throws Exception {
    String text = "This ZooKeeper instance is not currently serving requests\n";
    assertThat(ask(listen(says(text)), "srvr", LONG)).isEqualTo(WordAnswer.Plain.NOT_SERVING);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-x\r\n", "\u0015\u0003\u0001"})
  void somethingElseIsTold(String text) throws Exception {
    assertThat(ask(listen(says(text)), "srvr", LONG)).isEqualTo(new WordAnswer.NotZooKeeper(text));
  }

  @Test
  void somethingElseThatNeverEndsIsTold() throws Exception {
    String banner = "220 mail ESMTP".repeat(20);
    int port =
        listen(
            socket -> socket.getOutputStream().write(banner.getBytes(StandardCharsets.ISO_8859_1)));
    assertThat(ask(port, "srvr", SHORT))
        .isEqualTo(new WordAnswer.NotZooKeeper(banner.substring(0, 64)));
  }

  @Test
  void oneThatClosesIsTold() throws Exception {
    assertThat(ask(listen(Socket::close), "srvr", LONG)).isEqualTo(WordAnswer.Plain.CLOSED);
  }

  /** The reset comes before, while or after the word is sent. */
  @RepeatedTest(20)
  void oneThatResetsIsTold() throws Exception {
    int port =
        listen(
            socket -> {
              socket.setSoLinger(true, 0);
              socket.close();
            });
    assertThat(ask(port, "srvr", LONG)).isEqualTo(WordAnswer.Plain.CLOSED);
  }

  @Test
  void oneThatNeverAnswersIsTold() throws Exception {
    assertThat(ask(listen(socket -> {}), "srvr", SHORT)).isEqualTo(WordAnswer.Plain.SILENT);
  }

  @Test
  void oneThatStopsWithinItsAnswerIsTold() throws Exception {
    int port =
        listen(
            socket ->
                socket.getOutputStream().write("zk_version\t3".getBytes(StandardCharsets.UTF_8)));
    assertThat(ask(port, "mntr", SHORT)).isEqualTo(WordAnswer.Plain.SILENT);
  }

  /** Each byte comes in time, the end never does. */
  @Test
  void oneThatNeverStopsIsNotReadForEver() throws Exception {
    int port =
        listen(
            socket -> {
              while (!socket.isClosed()) {
                socket.getOutputStream().write('x');
              }
            });
    assertThat(ask(port, "srvr", SHORT)).isEqualTo(new WordAnswer.NotZooKeeper("x".repeat(64)));
  }

  @Test
  void aRefusedPortIsTold() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    assertThat(ask(port, "srvr", LONG)).isEqualTo(WordAnswer.Plain.REFUSED);
  }

  /** A full queue of connections that nobody accepts: the kernel answers no further one. */
  @Test
  void aPortThatAnswersNothingIsTold() throws Exception {
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      for (int i = 0; i < 2; i++) {
        open.add(new Socket(full.getInetAddress(), full.getLocalPort()));
      }
      assertThat(ask(full.getLocalPort(), "srvr", SHORT)).isEqualTo(WordAnswer.Plain.DROPPED);
    }
  }

  @Test
  void aNameWithoutAddressIsTold() {
    assertThat(FourLetterWords.ask("nohost.invalid", 2181, "srvr", LONG))
        .isEqualTo(WordAnswer.Plain.UNKNOWN_HOST);
  }

  /** An address that no network has: the system itself says so. */
  @Test
  void aNetworkThatCannotBeReachedIsTold() {
    assertThat(FourLetterWords.ask("255.255.255.255", 2181, "srvr", LONG))
        .isInstanceOf(WordAnswer.Unreachable.class);
  }
}
