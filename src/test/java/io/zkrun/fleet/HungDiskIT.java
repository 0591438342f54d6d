package io.zkrun.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The disk of a spool hangs: what is to be put on it does not return. */
@Tag("slow")
class HungDiskIT {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final int LEASE_SECONDS = 4;
  private static final String LEASE = "-Dworker.lease=" + LEASE_SECONDS + "s";
  private static final String LOST = "-Dmaster.worker-lost-after=6s";
  private static final int UNKNOWN_OUTCOME = 70;

  @TempDir Path dir;
  private Fleet fleet;
  private Ledger ledger;
  private final String listen = "127.0.0.1:" + Fleet.freePort();

  @BeforeEach
  void start() {
    fleet = new Fleet(dir);
    ledger = new Ledger(dir.resolve("ledger"));
    Ran tried = fleet.run(new byte[0], Map.of(), List.of("sh", "-c", "strace -qq true"));
    assumeTrue(tried.code() != 127, "strace is not installed");
    assumeTrue(tried.code() == 0, "strace may trace nothing here");
    fleet.zookeeper();
    fleet.master(LEASE, LOST);
  }

  @AfterEach
  void stop() {
    fleet.closeWithoutStackTraces();
  }

  private Proc worker() {
    return fleet.worker("vm1", 4, LEASE, LOST, "-Dmetrics.listen=" + listen);
  }

  /** From now on each fsync of the process takes ten minutes. */
  private Proc hangDisk(long pid) {
    Proc strace = fleet.injectIntoSyncs(pid, "delay_enter=600000000");
    assumeTrue(strace.isAlive(), "strace may not attach to a process here");
    return strace;
  }

  private HttpResponse<String> health() throws Exception {
    return HTTP.send(
        HttpRequest.newBuilder(URI.create("http://" + listen + "/health"))
            .timeout(Duration.ofSeconds(30))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private void submit(String name, String onLost, String command) {
    fleet.zkrun("submit", "--name", name, "--on-lost", onLost, command).expect(0);
  }

  @Test
  void itsWorkerSaysSoStartsAndRenewsNothingAndEndsALeaseLater() throws Exception {
    Proc worker = worker();
    submit("before", "rerun", ledger.beats());
    ledger.awaitStarts(1);
    Proc strace = hangDisk(worker.pid());
    submit("hangs", "fail", ledger.write("start"));
    String spool = "the spool " + fleet.spool("vm1") + " does not answer";
    worker.awaitLog(spool);
    assertThat(health().statusCode()).isEqualTo(503);
    assertThat(health().body()).contains(spool, "its thread 'runs' waits for the disk");
    submit("after", "rerun", ledger.write("start"));

    await("the worker to end")
        .atMost(Duration.ofSeconds(LEASE_SECONDS + 10))
        .until(() -> !Proc.runs(worker.pid()));
    // Who waits for the end of a traced process hears of it once it is traced no longer.
    strace.kill();
    assertThat(worker.awaitExit()).isEqualTo(UNKNOWN_OUTCOME);
    assertThat(worker.log()).contains("the worker ends, its lease is over", "look at that disk");
    assertThat(Files.readString(dir.resolve("strace.out"))).contains("sync(");
    assertThat(ledger.lines("start")).extracting(Ledger.Line::task).containsExactly("before");
    long first = ledger.lines("before", 1).size();

    worker();
    fleet.zkrun("wait", "after").expect(0);
    fleet.zkrun("wait", "hangs").expect(69);
    ledger.awaitAttempt("before", 2);
    assertThat(ledger.lines("before", 1)).as("dead by the lease").hasSize((int) first);
    assertThat(ledger.lines("hangs", 1)).as("has not started").isEmpty();
    fleet.zkrun("cancel", "before").expect(0);
  }
}
