package io.zkrun.ensemble.doctor;

import static io.zkrun.ensemble.doctor.Facts.Reach.dropped;
import static io.zkrun.ensemble.doctor.Facts.Reach.open;
import static io.zkrun.ensemble.doctor.Facts.Reach.refused;
import static io.zkrun.ensemble.doctor.Facts.Reach.rejected;
import static io.zkrun.ensemble.doctor.Facts.Reach.unknownHost;
import static io.zkrun.ensemble.doctor.Facts.Reach.unreachable;
import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.ensemble.doctor.Facts.Clock;
import io.zkrun.ensemble.doctor.Facts.Kind;
import io.zkrun.ensemble.doctor.Facts.Snapshot;
import io.zkrun.ensemble.doctor.Facts.Use;
import io.zkrun.ensemble.doctor.Facts.Waits;
import io.zkrun.ensemble.doctor.Facts.Words;
import io.zkrun.znode.Json;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each fault by itself gives one error, the right one; several do not hide each other. */
class DiagnosisTest {
  private static Arguments fault(String name, Code code, String word, Consumer<World> spoil) {
    return Arguments.of(name, code, word, spoil);
  }

  private static Words none(Kind kind) {
    return Words.none(kind);
  }

  private static Words stranger() {
    return new Words(
        Kind.notZooKeeper, "HTTP/1.1 400", null, null, null, List.of(), List.of(), null);
  }

  static Stream<Arguments> networkFaults() {
    return Stream.of(
        fault("2888 dropped", Code.firewallDropped, "2888", w -> w.port(3, Use.peer, dropped)),
        fault("3888 dropped", Code.firewallDropped, "3888", w -> w.port(3, Use.election, dropped)),
        fault(
            "2181 dropped",
            Code.firewallDropped,
            "2181",
            w -> w.set(3, none(Kind.noConnection), dropped, refused, open)),
        fault("2888 rejected", Code.firewallRejected, "2888", w -> w.port(3, Use.peer, rejected)),
        fault(
            "3888 rejected, and so not serving",
            Code.firewallRejected,
            "3888",
            w -> w.notServing(3).port(3, Use.election, rejected)),
        fault(
            "2181 rejected",
            Code.firewallRejected,
            "2181",
            w -> w.set(3, none(Kind.noConnection), rejected, refused, open)),
        fault(
            "3888 prohibited",
            Code.firewallRejected,
            "3888",
            w -> w.port(3, Use.election, unreachable)),
        fault(
            "own firewall lets nothing out",
            Code.firewallDropped,
            "every other server",
            w -> w.port(2, Use.election, dropped).port(3, Use.election, dropped).notServing(1)),
        fault(
            "own firewall resets, though it listens",
            Code.firewallRejected,
            "3888",
            w -> {
              w.listening.add(":::3888");
              w.port(1, Use.election, refused);
            }),
        fault("down", Code.nothingListening, "server 3 (vm3) does not run", w -> w.down(3)),
        fault(
            "runs, but its election port is elsewhere",
            Code.nothingListening,
            "election port 3888",
            w -> w.port(3, Use.election, refused)),
        fault(
            "host down",
            Code.hostUnreachable,
            "vm3",
            w -> w.set(3, none(Kind.noConnection), dropped, unreachable, dropped)),
        fault(
            "cut off",
            Code.hostUnreachable,
            "cut off",
            w ->
                w.notServing(1)
                    .set(2, none(Kind.noConnection), dropped, dropped, dropped)
                    .set(3, none(Kind.noConnection), dropped, dropped, dropped)),
        fault("two of three down", Code.noQuorum, "2 of 3", w -> w.notServing(1).down(2, 3)),
        fault("all down", Code.noQuorum, "2 of 3", w -> w.down(1, 2, 3)),
        fault("none agrees", Code.noQuorum, "2 of 3", w -> w.notServing(1, 2, 3)),
        fault("serves nobody", Code.serverNotServing, "vm3", w -> w.notServing(3)),
        fault(
            "stopped",
            Code.serverNotServing,
            "hangs",
            w -> w.set(3, none(Kind.silent), open, refused, open)),
        fault(
            "stands alone",
            Code.otherEnsemble,
            "vm3",
            w -> w.set(3, World.words(0, "standalone", List.of()), open, refused, refused)),
        fault(
            "another ensemble",
            Code.otherEnsemble,
            "vm3",
            w ->
                w.set(
                    3,
                    World.words(
                        1, "leader", List.of("server.1=vm3:2888:3888", "server.2=far:2888:3888")),
                    open,
                    open,
                    open)),
        fault(
            "not ZooKeeper",
            Code.notZooKeeper,
            "HTTP",
            w -> w.set(3, stranger(), open, refused, refused)),
        fault(
            "name unknown",
            Code.nameNotResolved,
            "vm3",
            w -> {
              w.names.put("vm3", List.of());
              w.set(3, none(Kind.noConnection), unknownHost, unknownHost, unknownHost);
            }),
        fault(
            "old Java by its words",
            Code.javaTooOld,
            "1.7",
            w ->
                w.words(
                    3,
                    new Words(
                        Kind.serves,
                        null,
                        "follower",
                        "3.9.5",
                        3,
                        World.members(),
                        List.of(),
                        "1.7.0_80"))),
        fault(
            "same number by their words",
            Code.myidDuplicate,
            "2",
            w -> w.words(3, World.words(2, "follower", World.members()))));
  }

  static Stream<Arguments> hostFaults() {
    return Stream.of(
        fault("misspelt", Code.unknownKey, "dataDir", w -> w.config("dataDir=", "dataDri=")),
        fault(
            "misspelt, and so down",
            Code.unknownKey,
            "line 4",
            w -> w.down(1).myid(null).config("dataDir=", "dataDri=")),
        fault(
            "duplicate id",
            Code.duplicateId,
            "line 9",
            w -> w.down(1).config("server.3=", "server.2=")),
        fault(
            "equal ports",
            Code.samePorts,
            "2888",
            w -> w.config("server.1=vm1:2888:3888", "server.1=vm1:2888:2888").down(1)),
        fault(
            "a server missing",
            Code.serverMissing,
            "server.3",
            w -> w.config("server.3=vm3:2888:3888\n", "")),
        fault(
            "its own line missing",
            Code.serverMissing,
            "server.1",
            w -> w.down(1).config("server.1=vm1:2888:3888\n", "")),
        fault(
            "differing lines",
            Code.serversDiffer,
            ":3889",
            w -> w.config("server.3=vm3:2888:3888", "server.3=vm3:2888:3889")),
        fault(
            "no data folder",
            Code.dataDirMissing,
            "/var/lib/zookeeper/data",
            w -> w.down(1).myid(null).data(false, null, false, false)),
        fault(
            "not writable",
            Code.dataDirNotWritable,
            "zookeeper",
            w -> w.down(1).data(true, false, false, false)),
        fault("full", Code.diskFull, "full", w -> w.down(1).data(true, true, true, false)),
        fault("no myid", Code.myidMissing, "myid", w -> w.down(1).myid(null)),
        fault("empty myid", Code.myidEmpty, "empty", w -> w.down(1).myid("\n")),
        fault("wordy myid", Code.myidNotNumber, "vm1", w -> w.down(1).myid("vm1\n")),
        fault("another's myid", Code.myidMismatch, "server.1", w -> w.down(1).myid("3\n")),
        fault("an unknown myid", Code.myidMismatch, "server.1", w -> w.down(1).myid("7\n")),
        fault(
            "address elsewhere",
            Code.addressNotHere,
            "10.77.0.9",
            w -> {
              w.names.put("vm1", List.of("10.77.0.9"));
              w.set(1, none(Kind.noConnection), dropped, dropped, dropped);
            }),
        fault(
            "loopback",
            Code.addressLoopback,
            "quorumListenOnAllIPs",
            w -> w.names.put("vm1", List.of("127.0.1.1"))),
        fault(
            "another is loopback here",
            Code.addressLoopback,
            "vm2",
            w -> {
              w.names.put("vm2", List.of("127.0.1.1"));
              w.down(2);
            }),
        fault("old Java", Code.javaTooOld, "11.0.2", w -> w.java = "11.0.2"),
        fault(
            "damaged snapshot",
            Code.snapshotCorrupt,
            "snapshot.5",
            w -> {
              w.snapshot = new Snapshot("/d/version-2/snapshot.5", false, "checksum");
              w.down(1);
            }));
  }

  static Stream<Arguments> zkrunFaults() {
    Waits label =
        new Waits("noWorkerWithLabel", "none of the 3 has gpu=true", 2, "task-0000000007");
    Waits nobody = new Waits("noWorkers", "no worker is up", 2, "task-0000000007");
    Waits noMaster = new Waits("noMaster", "no master leads", 2, "task-0000000007");
    long many = (1L << 30) + 1;
    return Stream.of(
        fault("ahead", Code.clockOff, "1.5 s ahead", w -> w.clock = new Clock(1500, 3)),
        fault("behind", Code.clockOff, "90.0 s behind", w -> w.clock = new Clock(-90_000, 3)),
        fault("no master", Code.noMaster, "master", w -> w.zkrun(null, false, 3, 4, 9, noMaster)),
        fault("by hand", Code.masterByHand, "by hand", w -> w.zkrun("niubike3", true, 3, 4, 9)),
        fault("no worker", Code.noWorkers, "worker", w -> w.zkrun("vm1", false, 0, 4, 9, nobody)),
        fault(
            "no such worker",
            Code.tasksWaitForNobody,
            "gpu=true",
            w -> w.zkrun("vm1", false, 3, 4, 9, label)),
        fault("counter", Code.counterHigh, "2^30", w -> w.zkrun("vm1", false, 3, many, 9)),
        fault(
            "list", Code.tasksTooManyToList, "1048576", w -> w.zkrun("vm1", false, 3, 4, 1 << 20)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"networkFaults", "hostFaults", "zkrunFaults"})
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
  }

  /** From a host that runs no server, and knows of zoo.cfg by what the servers say. */
  @ParameterizedTest(name = "{0}")
  @MethodSource({"networkFaults", "zkrunFaults"})
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

  // ---- several hosts

  private static void assertCompared(List<World> worlds, Code code, String... words) {
    Diagnosis diagnosis = Diagnosis.of(worlds.stream().map(World::facts).toList());
    assertThat(diagnosis.errors()).extracting(Finding::code).containsExactly(code);
    assertThat(diagnosis.errors().get(0).evidence().toString()).contains(words);
  }

  private static List<World> three() {
    return Arrays.asList(new World(1), new World(2), new World(3));
  }

  @Test
  void comparedHealthyHostsHaveNoFinding() {
    Diagnosis diagnosis = Diagnosis.of(three().stream().map(World::facts).toList());
    assertThat(diagnosis.findings()).isEmpty();
  }

  @Test
  void comparedFilesThatDiffer() {
    List<World> worlds = three();
    worlds.get(1).config("server.1=vm1:2888:3888", "server.1=vm1:2889:3888");
    assertCompared(worlds, Code.serversDiffer, "vm2", "2889");
  }

  @Test
  void comparedFilesOfWhichOneLacksAServer() {
    List<World> worlds = three();
    worlds.get(2).config("server.2=vm2:2888:3888\n", "");
    assertCompared(worlds, Code.serverMissing, "server.2", "vm3");
  }

  @Test
  void comparedHostsWithTheSameNumber() {
    List<World> worlds = three();
    worlds.get(2).myid("2\n");
    worlds.forEach(each -> each.down(3));
    assertCompared(worlds, Code.myidDuplicate, "vm2", "vm3");
  }

  @Test
  void theSameFaultSeenByAllIsOneError() {
    List<World> worlds = three();
    worlds.get(0).port(3, Use.election, dropped);
    worlds.get(1).port(3, Use.election, dropped);
    assertCompared(worlds, Code.firewallDropped, "vm1 to vm3", "vm2 to vm3");
  }

  // ---- bundles

  @Test
  void aBundleHoldsAllFacts() throws IOException {
    Facts facts = new World(2).facts();
    assertThat(Json.readRecord(Facts.class, Json.writeRecord(facts))).isEqualTo(facts);
  }

  @Test
  void aBundleOfALaterVersionIsReadAsFarAsItIsKnown() throws IOException {
    Facts facts = Json.readRecord(Facts.class, "{\"schema\":1,\"host\":\"vm1\",\"new\":[1]}");
    assertThat(facts.servers()).isEmpty();
    assertThat(facts.own()).isNull();
  }
}
