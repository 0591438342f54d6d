package io.zkrun.ensemble.doctor;

import static org.awaitility.Awaitility.await;

import io.zkrun.fleet.Proc;
import io.zkrun.fleet.Ran;
import io.zkrun.hosts.Host;
import io.zkrun.hosts.Hosts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An ensemble on three hosts with a master and a worker of zkrun, to be spoilt and mended: server 2
 * leads, server 3 is the one that is spoilt. All runs as a user without rights.
 */
final class EnsembleOnHosts implements AutoCloseable {
  static final String CONFIG = "/var/lib/zookeeper/zoo.cfg";
  static final Duration PATIENCE = Duration.ofSeconds(60);
  static final String ZOO_CFG =
      """
      tickTime=500
      initLimit=20
      syncLimit=5
      dataDir=/var/lib/zookeeper/data
      dataLogDir=/var/lib/zookeeper/log
      clientPort=2181
      server.1=vm1:2888:3888
      server.2=vm2:2888:3888
      server.3=vm3:2888:3888
      4lw.commands.whitelist=srvr,ruok,mntr,stat,conf,isro
      admin.enableServer=false
      maxClientCnxns=500
      autopurge.snapRetainCount=5
      autopurge.purgeInterval=1
      """;

  final Hosts hosts = new Hosts(3);
  final Host vm1;
  final Host vm2;
  final Host vm3;

  private final Map<Integer, Proc> servers = new HashMap<>();
  private final Map<Integer, Path> varLib = new HashMap<>();
  private Proc master;
  private Proc worker;

  EnsembleOnHosts() {
    for (int id = 1; id <= 3; id++) {
      Path folder = hosts.host(id).ownFolder("/var/lib").resolve("zookeeper");
      varLib.put(id, folder);
      makeFolders(folder);
      configure(id, ZOO_CFG);
      number(id, id + "\n");
    }
    vm1 = hosts.host(1).asNobody();
    vm2 = hosts.host(2).asNobody();
    vm3 = hosts.host(3).asNobody();
  }

  private static void makeFolders(Path folder) {
    try {
      Files.createDirectories(folder.resolve("data"));
      Files.createDirectories(folder.resolve("log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Host host(int id) {
    return List.of(vm1, vm2, vm3).get(id - 1);
  }

  /** A server's folder, as seen from outside. */
  Path folder(int id) {
    return varLib.get(id);
  }

  String connect() {
    return hosts.connect(2181);
  }

  void configure(int id, String text) {
    write(varLib.get(id).resolve("zoo.cfg"), text);
  }

  void number(int id, String text) {
    write(varLib.get(id).resolve("data/myid"), text);
  }

  static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ---- servers and daemons

  void start(int id) {
    start(id, host(id));
  }

  /**
   * @param on the server's host, as it is to be seen by the server
   */
  private void start(int id, Host on) {
    servers.put(id, on.startPlainServer(Path.of(CONFIG)));
  }

  void stop(int id) {
    Proc server = servers.remove(id);
    if (server != null) {
      server.kill();
    }
  }

  Proc server(int id) {
    return servers.get(id);
  }

  /** All of it, server 2 in the lead. */
  void startAll() {
    startAll(Duration.ZERO);
  }

  /** All of it, server 2 in the lead, the servers' clocks so much ahead of everybody else's. */
  void startAll(Duration ahead) {
    start(1, ahead.isZero() ? vm1 : vm1.withClockOff(ahead));
    start(2, ahead.isZero() ? vm2 : vm2.withClockOff(ahead));
    awaitServing(2);
    start(3, ahead.isZero() ? vm3 : vm3.withClockOff(ahead));
    awaitServing(3);
    startMaster();
    startWorker();
  }

  void startMaster() {
    master = vm1.startZkrun("master", "--connect", connect()).awaitLog("ready: ");
  }

  void stopMaster() {
    master.terminate();
    int unused = master.awaitExit();
  }

  void startWorker() {
    String spool = vm1.folder().resolve("spool").toString();
    worker =
        vm1.startZkrun("worker", "--connect", connect(), "--name", "vm1", "--spool", spool)
            .awaitLog("ready: ");
  }

  void stopWorker() {
    worker.terminate();
    int unused = worker.awaitExit();
  }

  void stopAll() {
    stopWorker();
    stopMaster();
    List.of(1, 2, 3).forEach(this::stop);
  }

  /** Takes down every firewall, and starts every server that does not run. */
  void mend() {
    hosts.all().forEach(Host::unblock);
    for (int id = 1; id <= 3; id++) {
      if (!servers.containsKey(id) || !servers.get(id).isAlive()) {
        start(id);
      }
    }
    for (int id = 1; id <= 3; id++) {
      awaitServing(id);
    }
  }

  void awaitServing(int id) {
    await("server " + id + " to serve")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> serves(id));
  }

  boolean serves(int id) {
    return ask(id, "srvr").contains("Mode: ");
  }

  /** What a server says on its own host, or nothing. */
  String ask(int id, String word) {
    String line = "exec 3<>/dev/tcp/127.0.0.1/2181 && printf " + word + " >&3 && timeout 2 cat <&3";
    return hosts.host(id).run("/bin/bash", "-c", line).stdout();
  }

  boolean listens(int id) {
    return hosts.host(id).run("/bin/bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/2181").code() == 0;
  }

  // ---- doctor

  static DoctorReport doctor(Host on) {
    return new DoctorReport(on.zkrun("doctor", "--config", CONFIG, "--output", "json"));
  }

  static Ran doctorInWords(Host on) {
    return on.zkrun("doctor", "--config", CONFIG);
  }

  @Override
  public void close() {
    hosts.close();
  }
}
