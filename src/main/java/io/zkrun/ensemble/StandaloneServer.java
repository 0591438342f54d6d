package io.zkrun.ensemble;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.zookeeper.server.DatadirCleanupManager;
import org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.zookeeper.server.ServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;
import org.apache.zookeeper.server.persistence.FileTxnSnapLog;
import org.jspecify.annotations.Nullable;

/**
 * One ZooKeeper server inside this process: what {@code zkrun standalone} and {@code zkrun run
 * --local} stand on. Its data are durable; two servers never share a folder.
 */
public final class StandaloneServer implements AutoCloseable {
  private static final int TICK_MILLIS = 500;
  private static final int MAX_SESSION_MILLIS = 10 * 60 * 1000;
  private static final int SNAPSHOTS_KEPT = 3;
  private static final int PURGE_EVERY_HOURS = 1;

  private final FileChannel lockFile;
  private final FileTxnSnapLog log;
  private final ServerCnxnFactory connections;
  private final DatadirCleanupManager cleanup;

  private StandaloneServer(
      FileChannel lockFile,
      FileTxnSnapLog log,
      ServerCnxnFactory connections,
      DatadirCleanupManager cleanup) {
    this.lockFile = lockFile;
    this.log = log;
    this.connections = connections;
    this.cleanup = cleanup;
  }

  /**
   * Starts a server and returns once it serves.
   *
   * @param address where it listens; port 0 for any free one
   * @param dataDir for its data and log; made when missing
   * @throws IOException when it can't serve; the message says why and what to do
   */
  public static StandaloneServer start(InetSocketAddress address, Path dataDir) throws IOException {
    configureProcess();
    FileChannel lockFile = lock(dataDir);
    try {
      return serve(address, dataDir, lockFile);
    } catch (BindException e) {
      lockFile.close();
      throw new IOException(
          "cannot listen on "
              + address.getHostString()
              + ":"
              + address.getPort()
              + ": "
              + e.getMessage()
              + "; end what listens there ('ss -ltnp' tells) or choose another port with --port",
          e);
    } catch (IOException e) {
      lockFile.close();
      throw e;
    }
  }

  /** What ZooKeeper's server takes from system properties alone. */
  private static void configureProcess() {
    System.setProperty("zookeeper.admin.enableServer", "false");
    System.setProperty("zookeeper.4lw.commands.whitelist", "ruok,srvr,stat,mntr,conf,cons,isro");
    if (System.getProperty("jute.maxbuffer") == null) {
      // A request's bound stays ZooKeeper's own; stated, so that nothing else moves it.
      System.setProperty("jute.maxbuffer", Integer.toString(0xfffff));
    }
  }

  private static FileChannel lock(Path dataDir) throws IOException {
    try {
      Files.createDirectories(dataDir);
    } catch (IOException e) {
      throw new IOException(
          "cannot make the data folder " + dataDir + " (" + e + "); choose another with --data-dir",
          e);
    }
    FileChannel lockFile;
    try {
      lockFile =
          FileChannel.open(
              dataDir.resolve("zkrun.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new IOException(
          "cannot write to the data folder " + dataDir + " (" + e + "); check its owner and rights",
          e);
    }
    if (!tryLock(lockFile)) {
      lockFile.close();
      throw new IOException(
          "another server already runs on the data folder "
              + dataDir
              + "; end it, or choose another folder with --data-dir");
    }
    return lockFile;
  }

  private static boolean tryLock(FileChannel lockFile) throws IOException {
    try {
      @Nullable FileLock lock = lockFile.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private static StandaloneServer serve(
      InetSocketAddress address, Path dataDir, FileChannel lockFile) throws IOException {
    FileTxnSnapLog log = new FileTxnSnapLog(dataDir.toFile(), dataDir.toFile());
    ZooKeeperServer server = new ZooKeeperServer(log, TICK_MILLIS, "");
    server.setMaxSessionTimeout(MAX_SESSION_MILLIS);
    NIOServerCnxnFactory connections = new NIOServerCnxnFactory();
    try {
      connections.configure(address, 0);
      connections.startup(server);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      connections.shutdown();
      log.close();
      throw new IOException("interrupted while starting the server", e);
    } catch (IOException e) {
      connections.shutdown();
      log.close();
      throw e;
    }
    DatadirCleanupManager cleanup =
        new DatadirCleanupManager(
            dataDir.toFile(), dataDir.toFile(), SNAPSHOTS_KEPT, PURGE_EVERY_HOURS);
    cleanup.start();
    return new StandaloneServer(lockFile, log, connections, cleanup);
  }

  /** The port that it listens on. */
  public int port() {
    return connections.getLocalPort();
  }

  /** Stops serving; the data stay. */
  @Override
  public void close() throws IOException {
    cleanup.shutdown();
    connections.shutdown();
    log.close();
    lockFile.close();
  }
}
