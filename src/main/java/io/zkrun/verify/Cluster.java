package io.zkrun.verify;

import io.zkrun.ensemble.FourLetterWords;
import io.zkrun.ensemble.WordAnswer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The servers, masters and workers of a drill, and where they run. */
final class Cluster {
  private static final Duration ANSWER = Duration.ofSeconds(1);
  private static final int LOWEST_PORT = 10_000;
  private static final int PORTS = 20_000;

  private final DrillOptions options;
  private final Facilities facilities;
  private final Map<String, String> env;
  private final List<Server> servers = new ArrayList<>();
  private final List<Member> masters = new ArrayList<>();
  private final List<Member> workers = new ArrayList<>();
  private final List<Member> gone = new ArrayList<>();
  private final Set<Integer> ports = new HashSet<>();
  private int workersNamed;

  /** A server of the ensemble, and the port for its clients. */
  private record Server(Member member, int port) {}

  /**
   * @param facilities what the daemons get of their own
   * @param tag in the environment of every daemon
   */
  Cluster(DrillOptions options, Facilities facilities, Map<String, String> tag)
      throws IOException, InterruptedException {
    this.options = options;
    this.facilities = facilities;
    env = tag;
    makeServers();
    Files.write(options.dir().resolve("zkrun.conf"), Timing.settings(options.tasks()));
    for (int i = 1; i <= DrillOptions.MASTERS; i++) {
      masters.add(master("master-" + i, host()));
    }
    for (int i = 0; i < options.workers(); i++) {
      workers.add(worker(host()));
    }
  }

  private Host host() throws IOException, InterruptedException {
    Network network = facilities.network();
    return network == null ? Host.LOOPBACK : network.add();
  }

  // ---- servers

  private void makeServers() throws IOException, InterruptedException {
    List<Host> hosts = new ArrayList<>();
    List<Integer> clientPorts = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    for (int id = 1; id <= options.servers(); id++) {
      Host host = host();
      hosts.add(host);
      clientPorts.add(freePort());
      lines.add("server." + id + "=" + host.address() + ":" + freePort() + ":" + freePort());
    }
    for (int id = 1; id <= options.servers(); id++) {
      Host host = hosts.get(id - 1);
      int port = clientPorts.get(id - 1);
      Path data = Files.createDirectory(options.dir().resolve("data-" + id));
      Files.writeString(data.resolve("myid"), id + "\n");
      Path config = options.dir().resolve("zoo-" + id + ".cfg");
      Files.write(config, config(host, port, data, options.servers() == 1 ? List.of() : lines));
      List<String> words = List.of("zookeeper", "--config", config.toString());
      servers.add(new Server(member("zookeeper-" + id, host, words), port));
    }
  }

  private static List<String> config(Host host, int port, Path data, List<String> servers) {
    List<String> lines =
        new ArrayList<>(
            List.of(
                "tickTime=" + Timing.TICK_MILLIS,
                "initLimit=40",
                "syncLimit=8",
                "dataDir=" + data,
                "clientPort=" + port,
                "clientPortAddress=" + host.address(),
                "maxSessionTimeout=60000",
                "maxClientCnxns=0",
                "admin.enableServer=false",
                "4lw.commands.whitelist=srvr"));
    lines.addAll(servers);
    return lines;
  }

  /** Below those that the system gives to connections. */
  private int freePort() throws IOException {
    for (int i = 0; i < PORTS; i++) {
      int port =
          LOWEST_PORT
              + Math.floorMod(ProcessHandle.current().pid() * 101 + ports.size() + i, PORTS);
      if (!ports.contains(port) && isFree(port)) {
        ports.add(port);
        return port;
      }
    }
    throw new IOException("no port of loopback is free");
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** All servers, for clients. */
  String connect() {
    return servers.stream()
        .map(server -> server.member().host().address() + ":" + server.port())
        .collect(Collectors.joining(","));
  }

  List<Member> servers() {
    return servers.stream().map(Server::member).toList();
  }

  boolean serves(Member member) {
    return servers.stream().anyMatch(each -> each.member() == member && mode(each) != null);
  }

  /** What it says to be, such as {@code leader}; null where it does not serve. */
  private static @Nullable String mode(Server server) {
    String host = server.member().host().address();
    return FourLetterWords.ask(host, server.port(), "srvr", ANSWER)
            instanceof WordAnswer.Text answer
        ? answer
            .text()
            .lines()
            .filter(line -> line.startsWith("Mode: "))
            .map(line -> line.substring("Mode: ".length()))
            .findFirst()
            .orElse(null)
        : null;
  }

  /** The servers that serve, the leader first. */
  List<Member> leaderFirst() {
    List<Member> sorted = new ArrayList<>();
    for (Server server : servers) {
      String mode = mode(server);
      if (mode != null) {
        sorted.add(mode.equals("leader") ? 0 : sorted.size(), server.member());
      }
    }
    return sorted;
  }

  // ---- masters and workers

  List<Member> masters() {
    return masters;
  }

  synchronized List<Member> workers() {
    return List.copyOf(workers);
  }

  /** Those that never come back. */
  synchronized Set<String> goneWorkers() {
    return gone.stream().map(Member::name).collect(Collectors.toSet());
  }

  /** For what the drill's own programs say. */
  Path dir() {
    return options.dir();
  }

  /** Where the masters keep what they purge. */
  List<Path> histories() {
    return masters.stream().map(master -> history(master.name())).toList();
  }

  private Path history(String master) {
    return options.dir().resolve(master + "-history.jsonl");
  }

  private Member master(String name, Host host) {
    return member(
        name,
        host,
        List.of(
            "master",
            "--connect",
            connect(),
            "--config",
            options.dir().resolve("zkrun.conf").toString(),
            "-Dmaster.history.file=" + history(name)));
  }

  private Path spool(String worker) {
    return options.dir().resolve("spool-" + worker);
  }

  /** Takes all the space that the spool of this worker has. */
  Disks.Filler fillSpool(Member worker) throws IOException {
    return Disks.fill(spool(worker.name()));
  }

  private Member worker(Host host) throws IOException, InterruptedException {
    String name = "worker-" + ++workersNamed;
    Disks disks = facilities.disks();
    if (disks != null) {
      disks.add(spool(name));
    }
    return member(
        name,
        host,
        List.of(
            "worker",
            "--connect",
            connect(),
            "--config",
            options.dir().resolve("zkrun.conf").toString(),
            "--name",
            name,
            "--slots",
            Integer.toString(DrillOptions.SLOTS),
            "--spool",
            spool(name).toString()));
  }

  private Member member(String name, Host host, List<String> words) {
    List<String> command = new ArrayList<>(options.daemon());
    command.addAll(words);
    return new Member(name, host, command, env, options.dir());
  }

  /**
   * Takes a worker for one fault, until it gives itself back; null where none can be hit now. Where
   * there are several, one that lives is left alone: else nothing would go on meanwhile.
   */
  synchronized @Nullable Member takeWorker(int pick) {
    long free = workers.stream().filter(each -> each.isAlive() && !each.isTaken()).count();
    if (free == 1 && workers.size() > 1) {
      return null;
    }
    return rotated(workers, pick).stream().filter(Member::take).findFirst().orElse(null);
  }

  /** The same, another one first. */
  static List<Member> rotated(List<Member> members, int pick) {
    List<Member> all = new ArrayList<>(members);
    Collections.rotate(all, pick);
    return all;
  }

  /**
   * Another worker takes the place of one that never comes back. It is not started yet, and taken
   * until somebody gives it back: until it works it is no reason to hit another.
   */
  synchronized Member replace(Member worker) throws IOException, InterruptedException {
    worker.leave();
    Member fresh = worker(worker.host());
    fresh.keepFromFaults();
    workers.set(workers.indexOf(worker), fresh);
    gone.add(worker);
    return fresh;
  }

  void start() throws IOException {
    for (Member member : all()) {
      member.start();
    }
  }

  synchronized List<Member> mastersAndWorkers() {
    return Stream.of(masters, workers).flatMap(List::stream).toList();
  }

  /** Servers first, workers last; without those that never come back. */
  synchronized List<Member> all() {
    return Stream.of(servers(), masters, workers).flatMap(List::stream).toList();
  }
}
