package io.zkrun.ensemble;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.ensemble.EnsembleStatus.State;
import io.zkrun.ensemble.WordAnswer.NotWhitelisted;
import io.zkrun.ensemble.WordAnswer.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From answers to rows and a verdict. */
class EnsembleStatusTest {
  private static final int PORT = 2181;

  private static ServerStatus serves(int id, String mode) {
    return server(
        "vm" + id,
        new Text("Zookeeper version: 3.9.5-x\nMode: " + mode + "\n"),
        new Text("clientPort=2181\nserverId=" + id + "\n"));
  }

  private static ServerStatus server(String host, WordAnswer srvr, WordAnswer conf) {
    return new ServerStatus(host, PORT, srvr, srvr, conf);
  }

  private static ServerStatus silent(String host, WordAnswer answer) {
    return server(host, answer, answer);
  }

  private static List<Member> members(int count) {
    List<Member> members = new ArrayList<>();
    for (int id = 1; id <= count; id++) {
      members.add(new Member(id, "vm" + id, Optional.empty(), true));
    }
    return members;
  }

  private static EnsembleStatus judge(List<Member> members, ServerStatus... servers) {
    Roster roster = Roster.of(List.of(servers), members, PORT, String::equals);
    assertThat(roster.missing()).isEmpty();
    return EnsembleStatus.of(roster);
  }

  @ParameterizedTest
  @CsvSource({
    "3, LFF, HEALTHY, 3, 1",
    "3, LFx, DEGRADED, 2, 0",
    "3, xxx, NO_QUORUM, 0, 0",
    "3, nnx, NO_QUORUM, 0, 0",
    "3, Lxx, DEGRADED, 1, 0",
    "5, LFFFF, HEALTHY, 5, 2",
    "5, LFFFx, DEGRADED, 4, 1",
    "5, LFFxx, DEGRADED, 3, 0",
    "4, LFFF, HEALTHY, 4, 1",
    "4, LFFx, DEGRADED, 3, 0",
    "3, RRx, NO_QUORUM, 0, 0",
    "3, LFw, DEGRADED, 2, 0",
    "3, wwx, UNKNOWN, 0, 0",
    "3, LLF, SPLIT, 3, 0",
    "3, LFS, SPLIT, 3, 0",
  })
  void theVerdict(int count, String seen, State state, int serving, int mayFail) {
    ServerStatus[] servers = new ServerStatus[count];
    for (int i = 0; i < count; i++) {
      servers[i] = seen(i + 1, seen.charAt(i));
    }
    EnsembleStatus ensemble = judge(members(count), servers);
    assertThat(ensemble.state()).isEqualTo(state);
    assertThat(ensemble.serving()).isEqualTo(serving);
    assertThat(ensemble.mayFail()).isEqualTo(mayFail);
    assertThat(ensemble.voters()).isEqualTo(count);
  }

  private static ServerStatus seen(int id, char how) {
    return switch (how) {
      case 'L' -> serves(id, "leader");
      case 'F' -> serves(id, "follower");
      case 'S' -> serves(id, "standalone");
      case 'R' -> serves(id, "read-only");
      case 'n' -> silent("vm" + id, WordAnswer.Plain.NOT_SERVING);
      case 'w' -> silent("vm" + id, new NotWhitelisted("srvr"));
      default -> silent("vm" + id, WordAnswer.Plain.REFUSED);
    };
  }

  @Test
  void exitCodes() {
    assertThat(State.HEALTHY.exitCode()).isZero();
    assertThat(State.DEGRADED.exitCode()).isEqualTo(1);
    assertThat(State.NO_QUORUM.exitCode()).isEqualTo(2);
  }

  @Test
  void oneThatStandsAloneIsAWholeEnsemble() {
    EnsembleStatus ensemble = judge(List.of(), serves(1, "standalone"));
    assertThat(ensemble.state()).isEqualTo(State.HEALTHY);
    assertThat(ensemble.mayFail()).isZero();
    assertThat(ensemble.verdict()).isEqualTo("quorum: 1 of 1 servers serve; none may fail");
  }

  @Test
  void twoThatStandAloneAreNoEnsemble() {
    assertThat(judge(List.of(), serves(1, "standalone"), serves(2, "standalone")).state())
        .isEqualTo(State.SPLIT);
  }

  @Test
  void anObserverHasNoVote() {
    List<Member> members = new ArrayList<>(members(3));
    members.add(new Member(4, "vm4", Optional.empty(), false));
    EnsembleStatus all =
        judge(
            members,
            serves(1, "leader"),
            serves(2, "follower"),
            serves(3, "follower"),
            serves(4, "observer"));
    assertThat(all.state()).isEqualTo(State.HEALTHY);
    assertThat(all.voters()).isEqualTo(3);
    EnsembleStatus without =
        judge(
            members,
            serves(1, "leader"),
            serves(2, "follower"),
            serves(3, "follower"),
            silent("vm4", WordAnswer.Plain.DROPPED));
    assertThat(without.state()).isEqualTo(State.DEGRADED);
    assertThat(without.mayFail()).isEqualTo(1);
  }

  @Test
  void membersThatWereNotNamedAreAsked() {
    Roster roster = Roster.of(List.of(serves(2, "leader")), members(3), PORT, String::equals);
    assertThat(roster.missing())
        .containsExactly(new Address("vm1", PORT), new Address("vm3", PORT));
    EnsembleStatus ensemble =
        EnsembleStatus.of(
            roster.with(List.of(silent("vm1", WordAnswer.Plain.REFUSED), serves(3, "follower"))));
    assertThat(ensemble.servers()).extracting(row -> row.id().orElse(0)).containsExactly(1, 2, 3);
    assertThat(ensemble.state()).isEqualTo(State.DEGRADED);
  }

  @Test
  void aMemberIsItselfUnderAnotherName() {
    Roster roster =
        Roster.of(
            List.of(silent("alias", WordAnswer.Plain.REFUSED), serves(2, "leader")),
            members(2),
            PORT,
            (one, other) -> one.equals(other) || (one.equals("alias") && other.equals("vm1")));
    assertThat(roster.missing()).isEmpty();
    assertThat(roster.places()).hasSize(2);
    assertThat(roster.places().get(0).address()).isEqualTo(new Address("alias", PORT));
  }

  @Test
  void oneThatIsNamedTwiceIsOne() {
    ServerStatus alias =
        server(
            "alias",
            new Text("Zookeeper version: x\nMode: leader\n"),
            new Text("clientPort=2181\nserverId=1\n"));
    Roster roster =
        Roster.of(List.of(serves(1, "leader"), alias), members(1), PORT, (one, other) -> true);
    assertThat(roster.places()).hasSize(1);
  }

  @Test
  void aServerThatTheOthersDoNotKnowIsNotOneOfThem() {
    EnsembleStatus ensemble =
        judge(
            members(3),
            serves(1, "leader"),
            serves(2, "follower"),
            serves(3, "follower"),
            serves(9, "leader"));
    assertThat(ensemble.state()).isEqualTo(State.SPLIT);
    assertThat(ensemble.servers().get(3).member()).isFalse();
  }

  @Test
  void aMistakenNameBesideAWholeEnsembleIsNotHealthy() {
    EnsembleStatus ensemble =
        judge(
            members(3),
            serves(1, "leader"),
            serves(2, "follower"),
            serves(3, "follower"),
            silent("vm33", WordAnswer.Plain.UNKNOWN_HOST));
    assertThat(ensemble.state()).isEqualTo(State.DEGRADED);
    assertThat(ensemble.mayFail()).isEqualTo(1);
  }

  @Test
  void whatCouldNotBeSeenIsSaidWithHowToAllowIt() {
    EnsembleStatus ensemble =
        judge(
            members(1),
            new ServerStatus(
                "vm1",
                PORT,
                new Text("Zookeeper version: x\nMode: leader\n"),
                new NotWhitelisted("mntr"),
                new NotWhitelisted("conf")));
    assertThat(ensemble.unseen().orElseThrow())
        .isEqualTo(
            "vm1:2181 may not be asked conf, mntr, so some of it is not shown; set"
                + " 4lw.commands.whitelist=srvr,ruok,mntr,stat,conf,isro in zoo.cfg and restart the"
                + " server");
    assertThat(judge(List.of(), serves(1, "standalone")).unseen()).isEmpty();
  }
}
