package io.zkrun.ensemble.doctor;

import io.zkrun.ensemble.CfgLine;
import io.zkrun.ensemble.ServerLine;
import io.zkrun.ensemble.ZooCfg;
import io.zkrun.ensemble.doctor.Facts.MyId;
import io.zkrun.ensemble.doctor.Facts.Name;
import io.zkrun.ensemble.doctor.Facts.Own;
import io.zkrun.ensemble.doctor.Facts.Snapshot;
import io.zkrun.ensemble.doctor.Facts.Unseen;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Looks at a server's own host: its files, addresses and process. */
final class HostLook {
  private static final int DEFAULT_CLIENT_PORT = 2181;
  private static final int MYID_SHOWN_CHARS = 40;
  private static final String AS_ROOT = "sudo zkrun doctor --config ";

  private final ZooCfg config;
  private final @Nullable Path log;
  private final @Nullable Path home;
  private final Consumer<Unseen> unseen;

  /**
   * @param home the installation; null where that is not known
   */
  HostLook(ZooCfg config, @Nullable Path log, @Nullable Path home, Consumer<Unseen> unseen) {
    this.config = config;
    this.home = home;
    this.log = log;
    this.unseen = unseen;
  }

  Own look() throws IOException {
    Optional<ServerProcess> process = ServerProcess.find(Path.of(config.name()));
    Optional<String> user = user(process);
    List<Facts.Folder> folders = folders(user);
    MyId myid = myid();
    return new Own(
        config.name(),
        text(),
        folders,
        myid,
        names(),
        Listening.on(ports()),
        process.flatMap(ServerProcess::javaVersion).orElse(null),
        log(process),
        snapshot(),
        Listening.connectedTo(peerPorts()),
        InstallationLook.closed(home, Path.of(config.name()), user));
  }

  /** Of the server that runs, else of the one that has run. */
  private Optional<String> user(Optional<ServerProcess> process) {
    List<Path> all = new ArrayList<>();
    config.dataDir().ifPresent(all::add);
    config.dataLogDir().ifPresent(all::add);
    return process.map(ServerProcess::user).or(() -> FolderLook.userByFiles(all));
  }

  private void missed(String what, String why) {
    unseen.accept(new Unseen(what, why, AS_ROOT + config.name()));
  }

  // ---- zoo.cfg

  /** With the servers of a file of their own at its end, and without secrets. */
  private String text() throws IOException {
    String text = withoutSecrets(Path.of(config.name()));
    Optional<ZooCfg> dynamic = config.dynamic();
    return dynamic.isEmpty() ? text : text + "\n" + withoutSecrets(Path.of(dynamic.get().name()));
  }

  private static String withoutSecrets(Path file) throws IOException {
    return CfgLine.withoutSecrets(
        new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
  }

  private Set<Integer> peerPorts() {
    TreeSet<Integer> ports = new TreeSet<>();
    for (ServerLine line : config.servers().values()) {
      ports.add(line.peerPort());
      ports.add(line.electionPort());
    }
    return ports;
  }

  private Set<Integer> ports() {
    Set<Integer> ports = peerPorts();
    ports.add(config.clientPort().orElse(DEFAULT_CLIENT_PORT));
    for (ServerLine line : config.servers().values()) {
      line.clientPort().ifPresent(ports::add);
    }
    return ports;
  }

  // ---- folders

  private List<Facts.Folder> folders(Optional<String> user) {
    List<Facts.Folder> folders = new ArrayList<>();
    Optional<Path> data = config.dataDir();
    data.ifPresent(path -> folder("dataDir", path, user, folders));
    config
        .dataLogDir()
        .filter(path -> !path.equals(data.orElse(null)))
        .ifPresent(path -> folder("dataLogDir", path, user, folders));
    return folders;
  }

  private void folder(String key, Path path, Optional<String> user, List<Facts.Folder> folders) {
    try {
      Facts.Folder seen = FolderLook.look(key, path.toAbsolutePath(), user);
      folders.add(seen);
      if (!Boolean.FALSE.equals(seen.writable())) {
        FolderLook.closedData(key, path, user).ifPresent(folders::add);
      }
    } catch (AccessDeniedException e) {
      missed(key + " " + path, "the user has no right to look into a folder above it");
    } catch (IOException e) {
      missed(key + " " + path, String.valueOf(e.getMessage()));
    }
  }

  private MyId myid() {
    Path path = config.dataDir().orElse(Path.of(".")).resolve("myid");
    try {
      String text = new String(Files.readAllBytes(path), StandardCharsets.UTF_8);
      return new MyId(
          path.toString(), true, text.substring(0, Math.min(MYID_SHOWN_CHARS, text.length())));
    } catch (NoSuchFileException e) {
      return new MyId(path.toString(), false, null);
    } catch (IOException e) {
      missed(path.toString(), "the user has no right to read it");
      return new MyId(path.toString(), true, null);
    }
  }

  private @Nullable Snapshot snapshot() {
    Path folder = config.dataDir().orElse(Path.of(".")).resolve("version-2");
    try {
      return SnapshotLook.newest(folder).orElse(null);
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      missed("the snapshots in " + folder, "the user has no right to read them");
      return null;
    }
  }

  // ---- names

  private List<Name> names() {
    return config.servers().values().stream()
        .map(ServerLine::host)
        .distinct()
        .map(host -> new Name(host, resolve(host)))
        .toList();
  }

  static List<String> resolve(String host) {
    try {
      return Arrays.stream(InetAddress.getAllByName(host)).map(Gatherer::text).distinct().toList();
    } catch (UnknownHostException e) {
      return List.of();
    }
  }

  // ---- log

  private List<String> log(Optional<ServerProcess> process) {
    Optional<Path> file = Optional.ofNullable(log).or(() -> process.flatMap(ServerProcess::log));
    if (file.isEmpty()) {
      unseen.accept(
          new Unseen(
              "the server's log",
              process.isEmpty()
                  ? "no server that the user may look at runs here with this zoo.cfg"
                  : "it goes to no file, or the user may not look",
              "journalctl -u zkrun-zookeeper > FILE; zkrun doctor --log FILE"));
      return List.of();
    }
    try {
      return LogLook.trouble(file.get());
    } catch (IOException e) {
      missed("the log " + file.get(), "it cannot be read: " + e.getMessage());
      return List.of();
    }
  }
}
