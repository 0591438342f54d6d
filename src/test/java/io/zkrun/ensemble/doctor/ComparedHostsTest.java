package io.zkrun.ensemble.doctor;

import static io.zkrun.ensemble.doctor.Facts.Reach.dropped;
import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.ensemble.doctor.Facts.Use;
import io.zkrun.znode.Json;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What shows only where several hosts are judged together, and the bundles that they are packed in.
 */
class ComparedHostsTest {
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

  @Test
  void comparedHostsOfWhichOneTakesAnotherForElsewhere() {
    List<World> worlds = three();
    worlds.get(0).names.put("vm3", List.of("10.77.0.9"));
    worlds.get(0).set(3, Facts.Words.none(Facts.Kind.noConnection), dropped, dropped, dropped);
    assertCompared(worlds, Code.addressWrong, "vm3 itself has 10.77.0.3", "vm3 is 10.77.0.9 here");
  }

  @Test
  void comparedHostsOfTheSameName() {
    World other = new World(2);
    World one = new World(2);
    one.isServer = false;
    other.isServer = false;
    other.addresses = List.of("10.77.0.9", "127.0.0.1");
    assertCompared(List.of(one, other), Code.hostTwice, "10.77.0.2", "10.77.0.9");
  }

  /** Whoever translates addresses gives each host an address that it does not know of. */
  @Test
  void anAddressThatIsTranslatedOnTheWayIsNoFault() {
    List<World> worlds = three();
    for (World world : worlds) {
      world.config += "quorumListenOnAllIPs=true\n";
      world.listening.add(":::3888");
      world.names.put("vm1", List.of("203.0.113.1"));
    }
    Diagnosis diagnosis = Diagnosis.of(worlds.stream().map(World::facts).toList());
    assertThat(diagnosis.findings()).isEmpty();
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
