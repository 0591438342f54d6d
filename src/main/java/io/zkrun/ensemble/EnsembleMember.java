package io.zkrun.ensemble;

import io.zkrun.core.Secrets;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.Collectors;
import org.apache.zookeeper.server.DatadirCleanupManager;
import org.apache.zookeeper.server.quorum.QuorumPeerConfig;
import org.apache.zookeeper.util.ServiceUtils;
import org.jspecify.annotations.Nullable;

/**
 * The ZooKeeper server that a {@code zoo.cfg} describes, in this process: a member of an ensemble,
 * or one that serves alone. One for a process.
 */
public final class EnsembleMember {
  private static final int ENDED = 0;
  private static final int PROBE_MILLIS = 500;

  private final ZooCfg cfg;
  private final Listener listener;
  private @Nullable FileChannel lockFile;
  private @Nullable Server server;
  private @Nullable DatadirCleanupManager cleanup;
  private volatile boolean stopping;

  /** Hears how the server fares, on any thread. */
  public interface Listener {
    /** It can't go on; the message says why and what to do. */
    void failed(String message);
  }

  /** What runs. */
  interface Server {
    /** Until the end. */
    void run(QuorumPeerConfig config) throws Exception;

    void stop();

    View view();
  }

  /**
   * What the server sees of its ensemble.
   *
   * @param role {@code leader}, {@code follower}, {@code observer} or {@code standalone}; null
   *     while it does not serve
   * @param leader the id of the one that leads, or -1
   * @param missing the other servers that it has no election channel to
   */
  public record View(@Nullable String role, long leader, List<Integer> missing) {
    public View {
      missing = List.copyOf(missing);
    }
  }

  public EnsembleMember(ZooCfg cfg, Listener listener) {
    this.cfg = cfg;
    this.listener = listener;
  }

  /**
   * Begins; returns soon.
   *
   * @throws IOException when it can't; the message says why and what to do
   */
  public void start() throws IOException {
    Path dataDir =
        cfg.dataDir().orElseThrow(() -> new IOException(cfg.name() + ": 'dataDir' is not set"));
    lockFile = lock(dataDir);
    ServiceUtils.setSystemExitProcedure(this::exits);
    // Jetty is not on board; without this, each start would log its absence at length.
    if (System.getProperty("zookeeper.admin.enableServer") == null) {
      System.setProperty("zookeeper.admin.enableServer", "false");
    }
    QuorumPeerConfig config = new QuorumPeerConfig();
    try {
      config.parse(cfg.name());
    } catch (QuorumPeerConfig.ConfigException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      String why = Secrets.withoutSecrets(String.valueOf(cause.getMessage()));
      throw new IOException("ZooKeeper refuses " + cfg.name() + ": " + why, e);
    }
    cleanup =
        new DatadirCleanupManager(
            config.getDataDir(),
            config.getDataLogDir(),
            config.getSnapRetainCount(),
            config.getPurgeInterval());
    cleanup.start();
    Server begun = config.isDistributed() ? new QuorumServer(peers()) : new LoneServer();
    server = begun;
    Thread thread = new Thread(() -> run(begun, config), "zookeeper");
    thread.setDaemon(true);
    thread.start();
  }

  private SortedMap<Integer, ServerLine> peers() {
    return cfg.servers();
  }

  private static FileChannel lock(Path dataDir) throws IOException {
    FileChannel file =
        FileChannel.open(
            dataDir.resolve(DataFolder.LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (file.tryLock() != null) {
        return file;
      }
    } catch (OverlappingFileLockException e) {
      // Held in this process.
    }
    file.close();
    throw new IOException(
        "another server already runs on the data folder "
            + dataDir
            + "; end it, or give this one a dataDir of its own");
  }

  private void run(Server begun, QuorumPeerConfig config) {
    try {
      begun.run(config);
      if (!stopping) {
        listener.failed("the ZooKeeper server ended by itself; its log above says why");
      }
    } catch (Exception e) {
      listener.failed("the ZooKeeper server failed: " + Failure.text(e));
    }
  }

  /** ZooKeeper wants the process to end. */
  private void exits(int code) {
    if (code != ENDED && !stopping) {
      listener.failed("the ZooKeeper server gave up (its code " + code + "); its log says why");
    }
  }

  /** What it sees; a server that has not begun sees nothing. */
  public View view() {
    Server begun = server;
    return begun == null ? new View(null, -1, List.of()) : begun.view();
  }

  /**
   * Names servers for messages, and what an attempt to connect to each one's election port comes
   * to: {@code vm2:3888 (2: refused, nothing listens there), vm3:3888 (3: no answer)}. Blocks for
   * up to {@value #PROBE_MILLIS} ms for each.
   */
  public String obstacles(List<Integer> ids) {
    return ids.stream().map(this::name).collect(Collectors.joining(", "));
  }

  private String name(int id) {
    ServerLine line = cfg.servers().get(id);
    return line == null
        ? "server " + id
        : ServerLine.bracketed(line.host())
            + ":"
            + line.electionPort()
            + " ("
            + id
            + ": "
            + obstacle(line.host(), line.electionPort())
            + ")";
  }

  private static String obstacle(String host, int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getByName(host), port), PROBE_MILLIS);
      return "it listens there, and takes no part in the election so far";
    } catch (UnknownHostException e) {
      return "the name has no address here";
    } catch (SocketTimeoutException e) {
      return "no answer";
    } catch (ConnectException e) {
      return "refused, nothing listens there";
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** The host of a server, or its number where none is known. */
  public String host(long id) {
    ServerLine line = cfg.servers().get((int) id);
    return line == null ? Long.toString(id) : line.host();
  }

  /** Ends; the data stay. It may take a while, and is safe to be cut off. */
  public void stop() {
    stopping = true;
    if (cleanup != null) {
      cleanup.shutdown();
    }
    if (server != null) {
      server.stop();
    }
  }

  /** Whether a lock is held: it ends with the process. */
  boolean isLocked() {
    return lockFile != null && lockFile.isOpen();
  }
}
