package io.zkrun.ensemble.doctor;

import static io.zkrun.ensemble.doctor.Facts.Reach.dropped;
import static io.zkrun.ensemble.doctor.Facts.Reach.rejected;
import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.ensemble.doctor.Facts.Kind;
import io.zkrun.ensemble.doctor.Facts.Use;
import io.zkrun.ensemble.doctor.Facts.Words;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each fault by itself gives one error, the right one; several do not hide each other. */
class DiagnosisTest {
  private static final String NETWORK = "io.zkrun.ensemble.doctor.Faults#networkFaults";
  private static final String HOST = "io.zkrun.ensemble.doctor.Faults#hostFaults";
  private static final String ZKRUN = "io.zkrun.ensemble.doctor.Faults#zkrunFaults";

  @ParameterizedTest(name = "{0}")
  @MethodSource({NETWORK, HOST, ZKRUN})
  void oneFaultIsOneError(String name, Code code, String word, Consumer<World> spoil) {
    World world = new World(1);
    spoil.accept(world);
    Diagnosis diagnosis = Diagnosis.of(List.of(world.facts()));
    assertThat(diagnosis.errors()).as(name).extracting(Finding::code).containsExactly(code);
    assertThat(diagnosis.verdict()).isEqualTo("errors");
    Finding error = diagnosis.errors().get(0);
    assertThat(error.message() + error.evidence() + error.mend()).contains(word);
    assertThat(error.evidence()).isNotEmpty();
    assertThat(error.mend()).isNotBlank();
    assertThat(diagnosis.checks()).anyMatch(each -> each.state() == Check.State.finding);
    // A server that is down is in no row well, whatever explains that.
    assertThat(diagnosis.checks())
        .noneMatch(
            each -> each.state() == Check.State.passed && each.text().startsWith("noConnection"));
  }

  /** From a host that runs no server, and knows of zoo.cfg by what the servers say. */
  @ParameterizedTest(name = "{0}")
  @MethodSource({NETWORK, ZKRUN})
  void theSameFromOutside(String name, Code code, String word, Consumer<World> spoil) {
    World world = new World(1);
    world.isServer = false;
    world.addresses = List.of("10.77.0.77", "127.0.0.1");
    spoil.accept(world);
    List<Finding> errors = Diagnosis.of(List.of(world.facts())).errors();
    if (name.startsWith("own firewall")) {
      assertThat(errors).isNotEmpty();
    } else {
      assertThat(errors).extracting(Finding::code).containsExactly(code);
    }
  }

  @Test
  void aHealthyEnsembleHasNoFinding() {
    for (int me = 1; me <= 3; me++) {
      Diagnosis diagnosis = Diagnosis.of(List.of(new World(me).facts()));
      assertThat(diagnosis.findings()).isEmpty();
      assertThat(diagnosis.verdict()).isEqualTo("healthy");
      assertThat(diagnosis.checks()).hasSizeGreaterThan(10);
      assertThat(diagnosis.checks()).allMatch(each -> each.state() == Check.State.passed);
    }
  }

  @Test
  void warningsAreNoErrors() {
    World world = new World(1);
    world.data(true, true, false, true);
    world.config += "server.4=vm4:2888:3888\n";
    world.names.put("vm4", List.of("10.77.0.4"));
    world.servers.put(4, World.serving(4));
    List<String> members =
        Stream.concat(World.members().stream(), Stream.of("server.4=vm4:2888:3888")).toList();
    for (int id = 1; id <= 4; id++) {
      world.words(id, World.words(id, id == 2 ? "leader" : "follower", members));
    }
    Diagnosis diagnosis = Diagnosis.of(List.of(world.facts()));
    assertThat(diagnosis.findings())
        .extracting(Finding::code)
        .containsExactly(Code.evenServers, Code.dataDirInTmp);
    assertThat(diagnosis.verdict()).isEqualTo("warnings");
    assertThat(diagnosis.errors()).isEmpty();
  }

  @Test
  void wordsThatAreNotAllowedAreNoError() {
    World world = new World(1);
    world.words(
        3,
        new Words(
            Kind.notAllowed, null, null, null, null, List.of(), List.of("srvr", "mntr"), null));
    Diagnosis diagnosis = Diagnosis.of(List.of(world.facts()));
    assertThat(diagnosis.errors()).isEmpty();
    assertThat(diagnosis.findings())
        .singleElement()
        .satisfies(
            each -> {
              assertThat(each.code()).isEqualTo(Code.wordsNotAllowed);
              assertThat(each.severity()).isEqualTo(Severity.UNSEEN);
              assertThat(each.mend()).contains("4lw.commands.whitelist");
            });
  }

  private static void assertErrors(World world, Code... codes) {
    assertThat(Diagnosis.of(List.of(world.facts())).errors())
        .extracting(Finding::code)
        .containsExactly(codes);
  }

  @Test
  void twoFaultsAreTwoErrors() {
    assertErrors(
        new World(1).myid(null).down(1).port(3, Use.election, dropped),
        Code.myidMissing,
        Code.firewallDropped);
    assertErrors(
        new World(1).config("clientPort=", "cleintPort=").data(true, true, true, false),
        Code.unknownKey,
        Code.diskFull);
    assertErrors(
        new World(1).down(3).zkrun(null, false, 0, 4, 9),
        Code.nothingListening,
        Code.noMaster,
        Code.noWorkers);
    assertErrors(
        new World(1).port(2, Use.election, rejected).port(3, Use.peer, dropped),
        Code.firewallDropped,
        Code.firewallRejected);
  }

  @Test
  void aFaultThatExplainsOneServerDoesNotHideThatTheOthersAreDown() {
    assertErrors(new World(1).myid(null).down(1, 2, 3), Code.myidMissing, Code.noQuorum);
    assertErrors(
        new World(1).myid(null).down(1, 3).notServing(2), Code.myidMissing, Code.nothingListening);
  }
}
