package io.zkrun.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zkrun.metrics.MetricsServer.Health;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Metrics over real sockets, also for those who ask badly. */
class MetricsServerIT {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private String listen;
  private volatile Health health = new Health(false, "no connection");
  private volatile RuntimeException broken;
  private MetricsServer server;

  @BeforeEach
  void start() throws Exception {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      listen = "127.0.0.1:" + free.getLocalPort();
    }
    server = MetricsServer.start(listen, this::text, () -> health);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private String text() {
    if (broken != null) {
      throw broken;
    }
    return "zkrun_x 1\n";
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return HTTP.send(
        HttpRequest.newBuilder(URI.create("http://" + listen + path))
            .timeout(Duration.ofSeconds(30))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void metricsComeAsPrometheusReadsThem() throws Exception {
    HttpResponse<String> answer = get("/metrics");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type"))
        .hasValue("text/plain; version=0.0.4; charset=utf-8");
    assertThat(answer.body()).isEqualTo("zkrun_x 1\n");
  }

  @Test
  void healthSaysWhetherTheDaemonServesAndWhyNot() throws Exception {
    assertThat(get("/health").statusCode()).isEqualTo(503);
    assertThat(get("/health").body()).isEqualTo("no connection\n");
    health = new Health(true, "leads");
    assertThat(get("/health").statusCode()).isEqualTo(200);
    assertThat(get("/health").body()).isEqualTo("leads\n");
  }

  @Test
  void otherPathsAreNotThere() throws Exception {
    assertThat(get("/").statusCode()).isEqualTo(404);
  }

  @Test
  void aScrapeThatFailsDoesNotSpoilTheNext() throws Exception {
    broken = new IllegalStateException("cannot count");
    assertThatThrownBy(() -> get("/metrics")).isInstanceOf(IOException.class);
    broken = null;
    assertThat(get("/metrics").statusCode()).isEqualTo(200);
  }

  @Test
  void thoseWhoSayNothingMoreOnlyDelayTheOthers() throws Exception {
    List<Socket> silent = new ArrayList<>();
    try {
      int port = Integer.parseInt(listen.substring(listen.indexOf(':') + 1));
      for (int i = 0; i < 10; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        silent.add(socket);
        socket.getOutputStream().write("GET /met".getBytes(StandardCharsets.UTF_8));
      }
      assertThat(get("/metrics").statusCode()).isEqualTo(200);
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }

  @Test
  void aTakenAddressIsRefused() {
    assertThatThrownBy(() -> MetricsServer.start(listen, this::text, () -> health))
        .isInstanceOf(BindException.class)
        .hasMessageContaining("in use");
  }

  @Test
  void anUnknownHostIsRefused() {
    assertThatThrownBy(() -> MetricsServer.start("nohost.invalid:1", this::text, () -> health))
        .isInstanceOf(IOException.class)
        .hasMessage("no such host");
  }
}
