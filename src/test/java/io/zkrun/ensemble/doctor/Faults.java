package io.zkrun.ensemble.doctor;

import static io.zkrun.ensemble.doctor.Facts.Reach.dropped;
import static io.zkrun.ensemble.doctor.Facts.Reach.open;
import static io.zkrun.ensemble.doctor.Facts.Reach.refused;
import static io.zkrun.ensemble.doctor.Facts.Reach.rejected;
import static io.zkrun.ensemble.doctor.Facts.Reach.unknownHost;
import static io.zkrun.ensemble.doctor.Facts.Reach.unreachable;

import io.zkrun.ensemble.doctor.Facts.Clock;
import io.zkrun.ensemble.doctor.Facts.Kind;
import io.zkrun.ensemble.doctor.Facts.Snapshot;
import io.zkrun.ensemble.doctor.Facts.Use;
import io.zkrun.ensemble.doctor.Facts.Waits;
import io.zkrun.ensemble.doctor.Facts.Words;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** Each fault that doctor knows, as one change of what a host sees where all is well. */
final class Faults {
  private Faults() {}

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
            "its name leads to a dead address, though it listens on all",
            Code.addressNotHere,
            "10.77.0.9",
            w -> {
              w.config += "quorumListenOnAllIPs=true\n";
              w.listening.add(":::3888");
              w.names.put("vm1", List.of("10.77.0.9"));
              w.set(1, none(Kind.noConnection), dropped, dropped, dropped);
            }),
        fault(
            "its name leads to another server, though it listens on all",
            Code.addressNotHere,
            "10.77.0.2",
            w -> {
              w.config += "quorumListenOnAllIPs=true\n";
              w.names.put("vm1", List.of("10.77.0.2"));
              w.set(1, World.words(2, "leader", World.members()), open, open, open);
            }),
        fault(
            "another's name leads to a third server",
            Code.addressWrong,
            "vm3 is 10.77.0.2",
            w -> {
              w.names.put("vm3", List.of("10.77.0.2"));
              w.set(3, World.words(2, "leader", World.members()), open, open, open);
            }),
        fault(
            "another's name leads to this server",
            Code.addressWrong,
            "vm3 is 10.77.0.1",
            w -> {
              w.names.put("vm3", List.of("10.77.0.1"));
              w.set(3, World.words(1, "follower", World.members()), open, refused, open);
            }),
        fault(
            "another's name leads nowhere, and it is connected from elsewhere",
            Code.addressWrong,
            "10.77.0.3 is connected",
            w -> {
              w.peers.addAll(List.of("10.77.0.2", "10.77.0.3"));
              w.names.put("vm3", List.of("10.77.0.9"));
              w.set(3, none(Kind.noConnection), dropped, unreachable, dropped);
            }),
        fault(
            "two hosts of one name",
            Code.hostTwice,
            "10.77.0.3, 10.77.0.9",
            w -> {
              w.names.put("vm3", List.of("10.77.0.3", "10.77.0.9"));
              w.set(3, none(Kind.noConnection), refused, refused, refused);
            }),
        fault(
            "data of another owner",
            Code.dataDirNotWritable,
            "version-2 is not writable by zookeeper",
            w -> w.down(1).closedData()),
        fault(
            "a closed installation",
            Code.installationNotReadable,
            "/root/zkrun",
            w -> {
              w.closed.add(new Facts.Closed("/root/zkrun/lib", "zkrun", "root root rwx------"));
              w.down(1);
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
        fault(
            "a worker's clock is behind",
            Code.clockOff,
            "worker w7 is at least 90.0 s behind",
            w -> w.strayed("w7", -90_000)),
        fault(
            "a worker's spool is full",
            Code.spoolFull,
            "worker w7 on vm7.dc1",
            w -> w.notReady("spoolFull")),
        fault(
            "a worker's host starts nothing",
            Code.workerNotReady,
            "no space left",
            w -> w.notReady("noProcesses")),
        fault(
            "spool full",
            Code.spoolFull,
            "/var/lib/zkrun/spool",
            w ->
                w.spool =
                    new Facts.Folder(
                        "worker.spool",
                        "/var/lib/zkrun/spool",
                        true,
                        true,
                        true,
                        null,
                        null,
                        0,
                        true,
                        false)),
        fault("no session", Code.noSession, "too long", World::withoutSession),
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
}
