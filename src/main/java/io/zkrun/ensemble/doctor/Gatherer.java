package io.zkrun.ensemble.doctor;

import io.zkrun.client.Client;
import io.zkrun.ensemble.EnsemblePlan;
import io.zkrun.ensemble.ServerLine;
import io.zkrun.ensemble.ZooCfg;
import io.zkrun.ensemble.doctor.Facts.Own;
import io.zkrun.ensemble.doctor.Facts.Server;
import io.zkrun.ensemble.doctor.Facts.Unseen;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** Looks at everything that can be seen from this host, at once and within bounded time. */
public final class Gatherer {
  private final Asked asked;
  private final ExecutorService pool;
  private final List<Unseen> unseen = Collections.synchronizedList(new ArrayList<>());

  /**
   * What is to be looked at.
   *
   * @param config this host's zoo.cfg; null where it is no server's host
   * @param log of this host's server; null to look for it
   * @param connect {@code host:port} of each server to be asked where there is no config
   * @param chroot of zkrun's tree; empty for none
   * @param sessions opens a client for a connect string
   * @param home the installation; null where that is not known
   * @param spool where a worker of this host has its commands, if there is one
   */
  public record Asked(
      @Nullable Path config,
      @Nullable Path log,
      List<String> connect,
      String chroot,
      Function<String, Client> sessions,
      @Nullable Path home,
      @Nullable Path spool) {
    public Asked {
      connect = List.copyOf(connect);
    }
  }

  private Gatherer(Asked asked, ExecutorService pool) {
    this.asked = asked;
    this.pool = pool;
  }

  /**
   * Takes about a second where all is well, and at most some ten where everything hangs.
   *
   * @throws IOException when the zoo.cfg can't be read
   */
  public static Facts gather(Asked asked) throws IOException, InterruptedException {
    // Several threads that log for the first time at once would make it complain.
    Object unused = LoggerFactory.getILoggerFactory();
    ExecutorService pool =
        Executors.newCachedThreadPool(
            work -> {
              Thread thread = new Thread(work, "doctor");
              thread.setDaemon(true);
              return thread;
            });
    try {
      return new Gatherer(asked, pool).gather();
    } finally {
      pool.shutdownNow();
    }
  }

  private Facts gather() throws IOException, InterruptedException {
    List<String> addresses = addresses();
    ZooCfg config = asked.config() == null ? null : ZooCfg.read(asked.config());
    Bounded<Own> own =
        Bounded.start(
            pool,
            () ->
                config == null
                    ? null
                    : new HostLook(config, asked.log(), asked.home(), unseen::add).look());
    List<Server> servers = new NetworkLook(pool, config, asked.connect()).look();
    TreeLook tree = new TreeLook(servers, asked.chroot(), asked.sessions(), unseen::add);
    tree.look();
    Own seen = own.orNull(3_000);
    if (config != null && seen == null) {
      unseen.add(new Unseen("this host's files", "they took too long", "zkrun doctor, once more"));
    }
    return new Facts(
        Facts.SCHEMA,
        host(addresses, seen, config),
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        addresses,
        String.valueOf(System.getProperty("user.name")),
        seen,
        servers,
        tree.zkrun(),
        tree.clock(),
        List.copyOf(unseen),
        spool());
  }

  private Facts.@Nullable Folder spool() {
    Path spool = asked.spool();
    try {
      return spool != null && Files.isDirectory(spool)
          ? FolderLook.look("worker.spool", spool, Optional.empty())
          : null;
    } catch (IOException e) {
      unseen.add(new Unseen("the worker's spool " + spool, "no right", "sudo zkrun doctor"));
      return null;
    }
  }

  /** Whether a zoo.cfg names this host, or the data that it speaks of are here. */
  public static boolean concernsThisHost(Path file) {
    try {
      ZooCfg config = ZooCfg.read(file);
      if (EnsemblePlan.isExample(Files.readString(file, StandardCharsets.ISO_8859_1))) {
        return false;
      }
      List<String> addresses = addresses();
      boolean hasData = config.dataDir().filter(Files::isDirectory).isPresent();
      return hasData
          || config.servers().values().stream()
              .flatMap(line -> HostLook.resolve(line.host()).stream())
              .anyMatch(each -> Picture.isLoopback(each) || addresses.contains(each));
    } catch (IOException e) {
      return false;
    }
  }

  /** As zoo.cfg calls this host, else as it calls itself. */
  private static String host(List<String> addresses, @Nullable Own own, @Nullable ZooCfg config) {
    if (own != null && config != null) {
      Facts alone =
          new Facts(1, "", "", addresses, "", own, List.of(), null, null, List.of(), null);
      Integer me = Picture.me(alone, own, config);
      ServerLine line = me == null ? null : config.servers().get(me);
      if (line != null) {
        return line.host();
      }
    }
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException e) {
      return "this host";
    }
  }

  private static List<String> addresses() throws SocketException {
    return NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .map(Gatherer::text)
        .distinct()
        .sorted()
        .toList();
  }

  /** Without the interface that may follow an address of IPv6. */
  static String text(InetAddress address) {
    return address.getHostAddress().replaceFirst("%.*", "");
  }
}
