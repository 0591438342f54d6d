package io.zkrun.ensemble;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real server, asked. */
class ServerStatusIT {
  @TempDir Path dir;

  @Test
  void aStandaloneServerTellsAboutItself() throws Exception {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (StandaloneServer server = StandaloneServer.start(any, dir)) {
      Duration timeout = Duration.ofSeconds(20);
      ServerStatus status = ServerStatus.ask("127.0.0.1", server.port(), timeout);
      assertThat(status.serves()).isTrue();
      assertThat(status.role()).contains(Role.STANDALONE);
      assertThat(status.version()).contains("3.9.5");
      assertThat(status.zxid()).isPresent();
      assertThat(status.latency()).isPresent();
      assertThat(status.connections()).isPresent();
      assertThat(status.znodes().orElseThrow()).isPositive();
      assertThat(status.dataBytes().orElseThrow()).isPositive();
      assertThat(status.watches()).isPresent();
      assertThat(status.members()).isEmpty();
      assertThat(status.notAllowed()).isEmpty();
      assertThat(FourLetterWords.ask("127.0.0.1", server.port(), "ruok", timeout))
          .isEqualTo(new WordAnswer.Text("imok"));
      assertThat(FourLetterWords.ask("127.0.0.1", server.port(), "dirs", timeout))
          .isEqualTo(new WordAnswer.NotWhitelisted("dirs"));
    }
  }
}
