package io.zkrun.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Daemons that serve their metrics. */
class MetricsIT {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir Path dir;
  private Fleet fleet = new Fleet(Path.of("."));
  private final String listen = "127.0.0.1:" + Fleet.freePort();

  @BeforeEach
  void start() {
    fleet = new Fleet(dir);
  }

  @AfterEach
  void stop() {
    fleet.closeWithoutStackTraces();
  }

  private static HttpResponse<String> get(String listen, String path)
      throws IOException, InterruptedException {
    return HTTP.send(
        HttpRequest.newBuilder(URI.create("http://" + listen + path))
            .timeout(Duration.ofSeconds(30))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static void assertSoon(String listen, String... lines) {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(get(listen, "/metrics").body().lines()).contains(lines));
  }

  @Test
  void standaloneCountsWhatItsRolesDo() throws Exception {
    int port = Fleet.freePort();
    String connect = "127.0.0.1:" + port;
    fleet.standalone(port, 1, dir.resolve("standalone"), "-Dmetrics.listen=" + listen);
    assertThat(get(listen, "/health").statusCode()).isEqualTo(200);
    fleet.zkrunAt(connect, "run", "true").expect(0);
    fleet.zkrunAt(connect, "run", "exit 3").expect(3);
    fleet.zkrunAt(connect, "run", "--timeout", "100ms", "sleep 60").expect(124);
    assertSoon(
        listen,
        "zkrun_master_elected_total 1",
        "zkrun_master_assigned_total 3",
        "zkrun_worker_registered_total 1",
        "zkrun_worker_started_total 3",
        "zkrun_worker_running 0",
        "zkrun_worker_ended_total{outcome=\"exited\"} 2",
        "zkrun_worker_ended_total{outcome=\"timeout\"} 1",
        "zkrun_worker_duration_seconds_count 3");
    String busy = fleet.zkrunAt(connect, "submit", "sleep 300").expect(0).lines().get(0);
    String next = fleet.zkrunAt(connect, "submit", "true").expect(0).lines().get(0);
    assertSoon(listen, "zkrun_worker_running 1", "zkrun_master_queued 1");
    fleet.zkrunAt(connect, "cancel", next, busy).expect(0);
    assertSoon(listen, "zkrun_worker_running 0", "zkrun_master_queued 0");
  }

  @Test
  void eachDaemonCountsItsOwnRoleAlone() throws Exception {
    fleet.zookeeper();
    String ofWorker = "127.0.0.1:" + Fleet.freePort();
    fleet.master("-Dmetrics.listen=" + listen);
    fleet.worker("vm1", 1, "-Dmetrics.listen=" + ofWorker);
    assertThat(get(listen, "/health").body()).startsWith("leads at ");
    assertThat(get(listen, "/metrics").body()).contains("zkrun_master_").doesNotContain("_worker_");
    assertThat(get(ofWorker, "/metrics").body())
        .contains("zkrun_worker_")
        .doesNotContain("_master_");
  }

  @Test
  void whileZooKeeperIsAwayNoDaemonIsHealthy() throws Exception {
    Proc zookeeper = fleet.zookeeper();
    String ofStandby = "127.0.0.1:" + Fleet.freePort();
    String ofWorker = "127.0.0.1:" + Fleet.freePort();
    fleet.master("-Dmetrics.listen=" + listen);
    fleet
        .daemon(
            "standby",
            List.of("master", "--connect", fleet.connect(), "-Dmetrics.listen=" + ofStandby))
        .awaitLog("ready: stands by");
    fleet.worker("vm1", 1, "-Dmetrics.listen=" + ofWorker);
    assertHealthSoon(listen, 200, "leads at ");
    assertHealthSoon(ofStandby, 200, "stands by at ");
    assertHealthSoon(ofWorker, 200, "worker vm1 takes 1 at once");
    zookeeper.kill();
    for (String each : List.of(listen, ofStandby, ofWorker)) {
      assertHealthSoon(each, 503, "no connection to ZooKeeper at " + fleet.connect());
    }
    fleet.zookeeper();
    assertHealthSoon(ofWorker, 200, "worker vm1 takes 1 at once");
    for (String each : List.of(listen, ofStandby)) {
      await().atMost(Duration.ofSeconds(20)).until(() -> get(each, "/health").statusCode() == 200);
    }
  }

  private static void assertHealthSoon(String listen, int code, String beginning) {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () -> {
              HttpResponse<String> health = get(listen, "/health");
              assertThat(health.body()).startsWith(beginning);
              assertThat(health.statusCode()).isEqualTo(code);
            });
  }

  @Test
  void anAddressThatIsTakenKeepsTheDaemonFromStarting() {
    fleet.zookeeper();
    fleet.master("-Dmetrics.listen=" + listen);
    Ran second =
        fleet
            .run(
                new byte[0],
                Map.of(),
                Fleet.client(
                    List.of("master", "--connect", fleet.connect(), "-Dmetrics.listen=" + listen)))
            .expect(78);
    assertThat(second.stderr())
        .contains("zkrun: master cannot start: cannot serve metrics at metrics.listen = " + listen)
        .contains("Address already in use", "nothing was started", "-Dmetrics.listen=");
  }
}
