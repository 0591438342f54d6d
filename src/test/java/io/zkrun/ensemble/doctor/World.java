package io.zkrun.ensemble.doctor;

import io.zkrun.ensemble.doctor.Facts.Clock;
import io.zkrun.ensemble.doctor.Facts.Closed;
import io.zkrun.ensemble.doctor.Facts.Folder;
import io.zkrun.ensemble.doctor.Facts.Kind;
import io.zkrun.ensemble.doctor.Facts.MyId;
import io.zkrun.ensemble.doctor.Facts.Name;
import io.zkrun.ensemble.doctor.Facts.Own;
import io.zkrun.ensemble.doctor.Facts.Port;
import io.zkrun.ensemble.doctor.Facts.Reach;
import io.zkrun.ensemble.doctor.Facts.Server;
import io.zkrun.ensemble.doctor.Facts.Snapshot;
import io.zkrun.ensemble.doctor.Facts.Strayed;
import io.zkrun.ensemble.doctor.Facts.Unseen;
import io.zkrun.ensemble.doctor.Facts.Use;
import io.zkrun.ensemble.doctor.Facts.Waits;
import io.zkrun.ensemble.doctor.Facts.Words;
import io.zkrun.ensemble.doctor.Facts.Zkrun;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What host vmN of three sees where all is well, to be spoilt step by step. */
final class World {
  static final String CONFIG =
      """
      tickTime=1000
      initLimit=30
      syncLimit=5
      dataDir=/var/lib/zookeeper/data
      dataLogDir=/var/lib/zookeeper/log
      clientPort=2181
      server.1=vm1:2888:3888
      server.2=vm2:2888:3888
      server.3=vm3:2888:3888
      """;

  final int me;
  String config = CONFIG;
  boolean isServer = true;
  List<String> addresses;
  String myid;
  boolean myidExists = true;
  final Map<String, List<String>> names = new TreeMap<>();
  List<String> listening = new ArrayList<>();
  String java = "17.0.12";
  List<String> log = new ArrayList<>();
  Snapshot snapshot = new Snapshot("/var/lib/zookeeper/data/version-2/snapshot.0", true, "fits");
  Folder data = folder("dataDir", "/var/lib/zookeeper/data");
  Folder dataLog = folder("dataLogDir", "/var/lib/zookeeper/log");
  final Map<Integer, Server> servers = new TreeMap<>();
  Zkrun zkrun = new Zkrun(true, "vm1", false, 3, 12, 40, 300, List.of(), List.of(), List.of());
  Clock clock = new Clock(3, 2);
  final List<Unseen> unseen = new ArrayList<>();
  final List<String> peers = new ArrayList<>();
  final List<Closed> closed = new ArrayList<>();
  Folder spool = folder("worker.spool", "/var/lib/zkrun/spool");
  private Folder closedData;

  World(int me) {
    this.me = me;
    addresses = List.of("10.77.0." + me, "127.0.0.1");
    myid = me + "\n";
    for (int id = 1; id <= 3; id++) {
      names.put("vm" + id, List.of("10.77.0." + id));
      servers.put(id, serving(id));
    }
  }

  private static Folder folder(String key, String path) {
    return new Folder(
        key, path, true, true, true, "zookeeper rwxr-x---", "zookeeper", 1L << 30, false, false);
  }

  static List<String> members() {
    return List.of(
        "server.1=vm1:2888:3888:participant;0.0.0.0:2181",
        "server.2=vm2:2888:3888:participant;0.0.0.0:2181",
        "server.3=vm3:2888:3888:participant;0.0.0.0:2181");
  }

  static Words words(int id, String mode, List<String> members) {
    return new Words(Kind.serves, null, mode, "3.9.5", id, members, List.of(), null);
  }

  /** Server 2 leads. */
  static Server serving(int id) {
    boolean leads = id == 2;
    return server(
        id,
        words(id, leads ? "leader" : "follower", members()),
        Reach.open,
        leads ? Reach.open : Reach.refused,
        Reach.open);
  }

  static Server server(int id, Words words, Reach client, Reach peer, Reach election) {
    return new Server(
        id,
        "vm" + id,
        true,
        List.of(
            new Port(Use.client, 2181, client, 1, null),
            new Port(Use.peer, 2888, peer, 1, null),
            new Port(Use.election, 3888, election, 1, null)),
        words);
  }

  World set(int id, Words words, Reach client, Reach peer, Reach election) {
    servers.put(id, server(id, words, client, peer, election));
    return this;
  }

  World down(int... ids) {
    for (int id : ids) {
      set(id, Words.none(Kind.noConnection), Reach.refused, Reach.refused, Reach.refused);
    }
    return this;
  }

  World notServing(int... ids) {
    for (int id : ids) {
      set(id, Words.none(Kind.notServing), Reach.open, Reach.refused, Reach.open);
    }
    return this;
  }

  /** The server keeps serving: its words are as before. */
  World port(int id, Use use, Reach reach) {
    Server before = servers.get(id);
    List<Port> ports = new ArrayList<>();
    for (Port each : before.ports()) {
      ports.add(each.use() == use ? new Port(use, each.port(), reach, 2200, null) : each);
    }
    servers.put(id, new Server(id, before.host(), true, ports, before.words()));
    return this;
  }

  World words(int id, Words words) {
    Server before = servers.get(id);
    servers.put(id, new Server(id, before.host(), true, before.ports(), words));
    return this;
  }

  World config(String line, String instead) {
    if (!config.contains(line)) {
      throw new IllegalArgumentException(line);
    }
    config = config.replace(line, instead);
    return this;
  }

  World data(boolean exists, Boolean writable, boolean full, boolean cleared) {
    data =
        new Folder(
            "dataDir",
            data.path(),
            exists,
            exists,
            writable,
            "root rwxr-xr-x",
            "zookeeper",
            0,
            full,
            cleared);
    return this;
  }

  World myid(String text) {
    myid = text;
    myidExists = text != null;
    return this;
  }

  World zkrun(String master, boolean byHand, int workers, long next, long list, Waits... waits) {
    zkrun =
        new Zkrun(
            true, master, byHand, workers, 12, next, list, List.of(waits), List.of(), List.of());
    return this;
  }

  World strayed(String worker, long aheadMillis) {
    zkrun =
        new Zkrun(
            true,
            "vm1",
            false,
            3,
            12,
            40,
            300,
            List.of(),
            List.of(new Strayed(worker, aheadMillis, "task-1 was started before it was submitted")),
            List.of());
    return this;
  }

  World notReady(String code) {
    zkrun =
        new Zkrun(
            true,
            "vm1",
            false,
            3,
            12,
            40,
            300,
            List.of(),
            List.of(),
            List.of(new Facts.Unready("w7", "vm7.dc1", code, "no space left on the disk")));
    return this;
  }

  /** Somebody else's files in the folder of the data. */
  World closedData() {
    closedData =
        new Folder(
            "dataDir",
            data.path() + "/version-2",
            true,
            true,
            false,
            "root rwxr-xr-x",
            "zookeeper",
            1L << 30,
            false,
            false);
    return this;
  }

  World withoutSession() {
    zkrun = null;
    clock = null;
    unseen.add(new Unseen(Unseen.TREE, "it took too long", "zkrun list"));
    return this;
  }

  Facts facts() {
    Own own =
        new Own(
            "/opt/zkrun/conf/zoo.cfg",
            config,
            closedData == null ? List.of(data, dataLog) : List.of(data, closedData, dataLog),
            new MyId("/var/lib/zookeeper/data/myid", myidExists, myid),
            names.entrySet().stream().map(e -> new Name(e.getKey(), e.getValue())).toList(),
            listening,
            java,
            log,
            snapshot,
            peers,
            closed);
    return new Facts(
        Facts.SCHEMA,
        "vm" + me,
        "2026-11-25T00:00:00Z",
        addresses,
        "zookeeper",
        isServer ? own : null,
        List.copyOf(servers.values()),
        zkrun,
        clock,
        unseen,
        spool);
  }
}
