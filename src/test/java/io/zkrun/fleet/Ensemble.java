package io.zkrun.fleet;

import static org.awaitility.Awaitility.await;

import io.zkrun.ensemble.FourLetterWords;
import io.zkrun.ensemble.WordAnswer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Three ZooKeeper servers, each a process of its own with an address of its own: 127.0.0.1 to
 * 127.0.0.3. They end with their {@link Fleet}.
 */
public final class Ensemble {
  public static final int SIZE = 3;
  private static final Duration ANSWER = Duration.ofSeconds(2);

  private final Fleet fleet;
  private final String name;
  private final int clientPort = Fleet.freePort();
  private final int peerPort = Fleet.freePort();
  private final int electionPort = Fleet.freePort();
  private final Map<Integer, Proc> servers = new TreeMap<>();

  /**
   * @param name tells it from others of the same fleet
   */
  public Ensemble(Fleet fleet, String name) {
    this.fleet = fleet;
    this.name = name;
  }

  public static String host(int id) {
    return "127.0.0." + id;
  }

  public String address(int id) {
    return host(id) + ":" + clientPort;
  }

  public String connect() {
    return IntStream.rangeClosed(1, SIZE).mapToObj(this::address).collect(Collectors.joining(","));
  }

  public int clientPort() {
    return clientPort;
  }

  public Path dataDir(int id) {
    return fleet.dir().resolve(name + "-data-" + id);
  }

  public Proc server(int id) {
    return servers.get(id);
  }

  /** Starts all three, and waits until they serve. */
  public Ensemble start() {
    IntStream.rangeClosed(1, SIZE).forEach(this::start);
    awaitServing(1, 2, 3);
    return this;
  }

  /** Starts one on whatever data it has; it need not serve yet. */
  public Proc start(int id, String... moreLines) {
    try {
      Files.createDirectories(dataDir(id));
      Files.writeString(dataDir(id).resolve("myid"), id + "\n");
      Path config = fleet.dir().resolve(name + "-" + id + ".cfg");
      Files.write(config, config(id, moreLines));
      Proc server =
          fleet.daemon(
              "zookeeper-" + name + "-" + id, List.of("zookeeper", "--config", config.toString()));
      servers.put(id, server);
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> config(int id, String... moreLines) {
    List<String> lines =
        new ArrayList<>(
            List.of(
                "tickTime=500",
                "initLimit=40",
                "syncLimit=8",
                "dataDir=" + dataDir(id),
                "clientPort=" + clientPort,
                "clientPortAddress=" + host(id),
                "maxSessionTimeout=60000",
                "maxClientCnxns=0",
                "admin.enableServer=false",
                "4lw.commands.whitelist=*"));
    for (int each = 1; each <= SIZE; each++) {
      lines.add("server." + each + "=" + host(each) + ":" + peerPort + ":" + electionPort);
    }
    lines.addAll(List.of(moreLines));
    return lines;
  }

  public void kill(int... ids) {
    for (int id : ids) {
      servers.get(id).kill();
    }
  }

  /** SIGTERM, and waits for the end. */
  public void stop(int id) {
    servers.get(id).terminate();
    int unused = servers.get(id).awaitExit();
  }

  /** As if its disk had been replaced by a new one. */
  public void wipe(int id) {
    try (Stream<Path> files = Files.walk(dataDir(id))) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public boolean serves(int id) {
    return FourLetterWords.ask(host(id), clientPort, "srvr", ANSWER) instanceof WordAnswer.Text;
  }

  public void awaitServing(int... ids) {
    for (int id : ids) {
      await("server " + id + " of " + name + " to serve")
          .atMost(Duration.ofMinutes(1))
          .until(() -> serves(id));
    }
  }

  public int leader() {
    return IntStream.rangeClosed(1, SIZE)
        .filter(id -> mode(id).contains("Mode: leader"))
        .findFirst()
        .orElseThrow();
  }

  private String mode(int id) {
    return FourLetterWords.ask(host(id), clientPort, "srvr", ANSWER) instanceof WordAnswer.Text text
        ? text.text()
        : "";
  }
}
