package io.zkrun.zk;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.zk.ConnectionProbe.Finding;
import io.zkrun.zk.ConnectionProbe.Seen;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConnectionProbeIT {
  private static ServerSocket listen() throws Exception {
    return new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
  }

  @Test
  void tellsWhatEachHostDoes(@TempDir Path folder) throws Exception {
    try (LocalZooKeeper zookeeper = new LocalZooKeeper(folder);
        ServerSocket silent = listen();
        ServerSocket web = listen()) {
      Thread server = new Thread(() -> answerAsWebServer(web));
      server.start();
      int free;
      try (ServerSocket gone = listen()) {
        free = gone.getLocalPort();
      }
      String connect =
          zookeeper.connect()
              + ",127.0.0.1:"
              + free
              + ",no-such-host.invalid:2181,127.0.0.1:"
              + web.getLocalPort()
              + ",127.0.0.1:"
              + silent.getLocalPort()
              + "/chroot";
      assertThat(ConnectionProbe.probe(connect, 500))
          .extracting(Seen::finding)
          .containsExactly(
              Finding.ZOOKEEPER,
              Finding.REFUSED,
              Finding.UNKNOWN_HOST,
              Finding.NOT_ZOOKEEPER,
              Finding.TIMED_OUT);
      server.join();
    }
  }

  private static void answerAsWebServer(ServerSocket web) {
    try (Socket socket = web.accept()) {
      byte[] reply = "HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
      socket.getOutputStream().write(reply);
      socket.getInputStream().readAllBytes();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
