package io.zkrun.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.jr.ob.JSON;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code zkrun ensemble status} as one server of three after the other goes. */
class EnsembleStatusIT {
  @TempDir Path dir;
  private Fleet fleet;

  @AfterEach
  void stop() {
    fleet.close();
  }

  private Ran status(String connect, String... more) {
    return fleet.zkrunAt(connect, concat(more));
  }

  private static String[] concat(String... more) {
    String[] words = new String[more.length + 2];
    words[0] = "ensemble";
    words[1] = "status";
    System.arraycopy(more, 0, words, 2, more.length);
    return words;
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> servers(Ran ran) throws Exception {
    return (List<Map<String, Object>>) JSON.std.mapFrom(ran.stdout()).get("servers");
  }

  @Test
  void threeServersThenTwoThenOne() throws Exception {
    fleet = new Fleet(dir);
    Ensemble ensemble = new Ensemble(fleet, "a").start();
    Ran all = status(ensemble.connect()).expect(0);
    assertThat(all.stdout())
        .contains("leader", "follower", "3.9.5")
        .contains("quorum: 3 of 3 servers serve; 1 more may fail")
        .doesNotContain("#");
    assertThat(all.stderr()).isEmpty();
    // One server is enough to find the others.
    assertThat(servers(status(ensemble.address(2), "--output", "json").expect(0)))
        .extracting(server -> server.get("server"))
        .containsExactly(ensemble.address(1), ensemble.address(2), ensemble.address(3));

    int leader = ensemble.leader();
    ensemble.kill(leader);
    int survivor = leader % Ensemble.SIZE + 1;
    await("a new leader")
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () ->
                assertThat(status(ensemble.address(survivor)).expect(1).stdout())
                    .contains("degraded: 2 of 3 servers serve; none may fail")
                    .contains("# connection refused: nothing listens there")
                    .contains("leader", "follower"));
    assertThat(status(ensemble.connect(), "--output", "quiet").expect(1).stdout())
        .isEqualTo("degraded\n");

    ensemble.kill(survivor);
    await("the last one to notice")
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () ->
                assertThat(status(ensemble.connect()).expect(2).stdout())
                    .contains("no quorum: 0 of 3 servers serve, 2 are needed")
                    .contains("# runs, but serves nobody: no quorum"));
    Ran json = status(ensemble.connect(), "--output", "json").expect(2);
    assertThat(servers(json))
        .extracting(server -> server.get("state"))
        .containsExactlyInAnyOrder("refused", "refused", "notServing");
  }

  @Test
  void aServerWithTheDefaultWordsIsShownAsFarAsItCanBe() throws Exception {
    fleet = new Fleet(dir);
    Ensemble ensemble = new Ensemble(fleet, "words");
    for (int id = 1; id <= Ensemble.SIZE; id++) {
      ensemble.start(id, "4lw.commands.whitelist=srvr");
    }
    ensemble.awaitServing(1, 2, 3);
    Ran ran = status(ensemble.address(1)).expect(0);
    assertThat(ran.stdout())
        .contains("leader", ensemble.address(2), ensemble.address(3), "quorum: 3 of 3");
    assertThat(ran.stderr()).contains("may not be asked conf, mntr", "4lw.commands.whitelist=");
  }

  @Test
  void theWatchGoesOnUntilItIsInterrupted() throws Exception {
    fleet = new Fleet(dir);
    fleet.zookeeper();
    List<String> command =
        Fleet.client(
            List.of(
                "ensemble", "status", "--watch", "--output", "json", "--connect", fleet.connect()));
    Proc watch = fleet.start("watch", Map.of(), command);
    await("two answers")
        .atMost(Duration.ofSeconds(30))
        .until(() -> watch.log().lines().count() >= 2);
    assertThat(watch.log().lines())
        .allSatisfy(
            line ->
                assertThat(line).startsWith("{\"schema\":1,\"verdict\":{\"state\":\"healthy\""));
    watch.interrupt();
    assertThat(watch.awaitExit()).isEqualTo(130);
    assertThat(watch.log()).doesNotContain("\tat ");
  }

  @Test
  void aNameThatDoesNotExistIsNoQuorum() {
    fleet = new Fleet(dir);
    Ran ran = status("nohost.invalid:2181").expect(2);
    assertThat(ran.stdout()).contains("# no such host", "no quorum: 0 of 1 servers serve");
    assertThat(status("vm1:99999").expect(78).stderr()).contains("'99999' is no port");
  }
}
