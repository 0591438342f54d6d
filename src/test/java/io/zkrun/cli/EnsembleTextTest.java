package io.zkrun.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.ensemble.Address;
import io.zkrun.ensemble.EnsembleStatus;
import io.zkrun.ensemble.EnsembleStatus.Row;
import io.zkrun.ensemble.EnsembleStatus.State;
import io.zkrun.ensemble.ServerStatus;
import io.zkrun.ensemble.WordAnswer;
import io.zkrun.ensemble.WordAnswer.NotWhitelisted;
import io.zkrun.ensemble.WordAnswer.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** What {@code ensemble status} prints, letter for letter. */
class EnsembleTextTest {
  private static final EnsembleStatus HEALTHY =
      new EnsembleStatus(
          List.of(
              row(1, serving("vm1", "leader", 2_147_483_648L)),
              row(2, serving("vm2", "follower", 900)),
              row(3, serving("fd00::3", "follower", 4_096)),
              new Row(
                  new Address("vm4", 2181),
                  OptionalInt.of(4),
                  true,
                  false,
                  serving("vm4", "observer", 1_500_000))),
          State.HEALTHY,
          3,
          3);
  private static final EnsembleStatus DEGRADED =
      new EnsembleStatus(
          List.of(
              row(1, serving("vm1", "leader", 900)),
              row(
                  2,
                  new ServerStatus(
                      "vm2",
                      2181,
                      new Text("Zookeeper version: 3.8.0\u001b[31m\nMode: follower\n"),
                      new NotWhitelisted("mntr"),
                      new NotWhitelisted("conf"))),
              row(3, silent("vm3\u001b[31m", WordAnswer.Plain.DROPPED))),
          State.DEGRADED,
          3,
          2);
  private static final EnsembleStatus NO_QUORUM =
      new EnsembleStatus(
          List.of(
              new Row(
                  new Address("vm1", 2181),
                  OptionalInt.empty(),
                  false,
                  true,
                  silent("vm1", WordAnswer.Plain.NOT_SERVING)),
              new Row(
                  new Address("vm2", 2181),
                  OptionalInt.empty(),
                  false,
                  true,
                  silent("vm2", new WordAnswer.Unreachable("No route to host", 3)))),
          State.NO_QUORUM,
          2,
          0);

  private static ServerStatus serving(String host, String mode, long dataBytes) {
    return new ServerStatus(
        host,
        2181,
        new Text(
            "Zookeeper version: 3.9.5-293c, built on 2026-02-11 20:18 UTC\n"
                + "Latency min/avg/max: 0/1.53/17\nConnections: 4\nZxid: 0x10000002a\n"
                + ("Mode: " + mode + "\nNode count: 512\n")),
        new Text("zk_approximate_data_size\t" + dataBytes + "\nzk_watch_count\t9\n"),
        new Text("clientPort=2181\n"));
  }

  private static ServerStatus silent(String host, WordAnswer answer) {
    return new ServerStatus(host, 2181, answer, answer, answer);
  }

  private static Row row(int id, ServerStatus status) {
    return new Row(
        new Address(status.host(), status.port()), OptionalInt.of(id), true, true, status);
  }

  @Test
  void healthy() throws IOException {
    assertGolden("ensemble-healthy.txt", EnsembleText.table(HEALTHY));
    assertGolden("ensemble-healthy.json", EnsembleText.json(HEALTHY));
  }

  @Test
  void degraded() throws IOException {
    assertGolden("ensemble-degraded.txt", EnsembleText.table(DEGRADED));
    assertGolden("ensemble-degraded.json", EnsembleText.json(DEGRADED));
  }

  @Test
  void withoutQuorum() throws IOException {
    assertGolden("ensemble-no-quorum.txt", EnsembleText.table(NO_QUORUM));
    assertGolden("ensemble-no-quorum.json", EnsembleText.json(NO_QUORUM));
  }

  @Test
  void inPlaceEachLineReplacesTheOneBefore() {
    assertThat(EnsembleStatusCommand.inPlace("a\nb\n")).isEqualTo("\033[Ha\033[K\nb\033[K\n\033[J");
  }

  private static void assertGolden(String name, String printed) throws IOException {
    try (InputStream in = EnsembleTextTest.class.getResourceAsStream("/golden/" + name)) {
      assertThat(in).as("golden/%s, to hold:%n%s", name, printed).isNotNull();
      assertThat(printed)
          .as("golden/%s", name)
          .isEqualTo(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }
}
