package io.zkrun.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zkrun.core.Bytes;
import io.zkrun.exec.RunFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * One ZooKeeper server, and masters, workers and clients beside it, each a process of its own, on
 * loopback and below one folder. Closing it ends all that it has started.
 */
public final class Fleet implements AutoCloseable {
  private static final int ANSWER_MILLIS = 1_000;

  private static final int LOWEST_PORT = 10_000;
  private static final int PORTS = 20_000;

  /** Elsewhere in each JVM, since two run tests at a time. */
  private static final AtomicInteger NEXT_PORT =
      new AtomicInteger((int) ProcessHandle.current().pid() * 101);

  private final Path dir;
  private final int port = freePort();
  private final List<Proc> procs = new ArrayList<>();
  private final List<Observer> observers = new ArrayList<>();
  private final List<RawTree> raws = new ArrayList<>();

  public Fleet(Path dir) {
    this.dir = dir;
  }

  /**
   * A port that nothing listens on. Below those that the system gives to connections: one of these
   * could be taken before a server has bound it, even by a connection to that very port.
   */
  public static int freePort() {
    while (true) {
      int port = LOWEST_PORT + Math.floorMod(NEXT_PORT.getAndIncrement(), PORTS);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (BindException e) {
        // The next one.
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  public String connect() {
    return "127.0.0.1:" + port;
  }

  public Path dir() {
    return dir;
  }

  /** Starts the server on this fleet's port and data. */
  public Proc zookeeper() {
    Path config = dir.resolve("zoo.cfg");
    write(
        config,
        String.join(
            "\n",
            "tickTime=500",
            "dataDir=" + dir.resolve("zk-data"),
            "clientPort=" + port,
            "clientPortAddress=127.0.0.1",
            "maxSessionTimeout=60000",
            "admin.enableServer=false",
            "maxClientCnxns=0",
            "4lw.commands.whitelist=*",
            ""));
    Proc server =
        java("zookeeper", "org.apache.zookeeper.server.quorum.QuorumPeerMain", config.toString());
    await("the server to answer").atMost(Duration.ofSeconds(60)).until(() -> answers(server));
    return server;
  }

  private boolean answers(Proc server) {
    assertThat(server.isAlive()).as("the server lives:%n%s", server.log()).isTrue();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      // One that came too early may never be answered.
      socket.setSoTimeout(ANSWER_MILLIS);
      socket.getOutputStream().write("srvr".getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
          .contains("Mode: ");
    } catch (IOException e) {
      return false;
    }
  }

  /** A session that looks at the tree; it ends with the fleet. */
  public Observer observer() {
    Observer observer = new Observer(connect());
    observers.add(observer);
    return observer;
  }

  /** The same in the words of ZooKeeper's own client; it ends with the fleet. */
  RawTree raw() throws Exception {
    RawTree raw = new RawTree(connect());
    raws.add(raw);
    return raw;
  }

  /** Starts a master; it is ready when it leads or stands by. */
  public Proc master(String... more) {
    return daemon("master", concat(List.of("master", "--connect", connect()), more))
        .awaitLog("ready: ");
  }

  public Proc worker(String name, int slots, String... more) {
    return daemon("worker-" + name, workerArgs(name, slots, more)).awaitLog("ready: ");
  }

  /** Starts any daemon without waiting for it. */
  public Proc daemon(String name, List<String> args) {
    return start(name, Map.of(), daemonCommand(List.of(), args));
  }

  /**
   * The whole command line of a daemon.
   *
   * @param jvm further options of its JVM
   */
  public static List<String> daemonCommand(List<String> jvm, List<String> args) {
    List<String> command = new ArrayList<>(jvm);
    command.add("-Djdk.lang.Process.launchMechanism=VFORK");
    command.add("io.zkrun.cli.Main");
    command.addAll(args);
    return javaCommand(command);
  }

  /** What a worker of this fleet is started with. */
  public List<String> workerArgs(String name, int slots, String... more) {
    List<String> args =
        List.of(
            "worker",
            "--connect",
            connect(),
            "--name",
            name,
            "--slots",
            "" + slots,
            "--spool",
            spool(name).toString());
    return concat(args, more);
  }

  public Path spool(String worker) {
    return dir.resolve("spool-" + worker);
  }

  /** All in one process, once it serves. */
  Proc standalone(int port, int slots, Path dataDir, String... more) {
    List<String> args = new ArrayList<>(List.of("standalone", "--port", "" + port));
    args.addAll(List.of("--slots", "" + slots, "--data-dir", dataDir.toString()));
    args.addAll(List.of(more));
    return daemon("standalone", args)
        .awaitLog("ready: serves " + slots + " slots at 127.0.0.1:" + port);
  }

  /** A ZooKeeper command line with a session of its own, to type into. */
  public Proc zkCli() {
    return java("zkcli", "org.apache.zookeeper.ZooKeeperMain", "-server", connect())
        .awaitLog("WATCHER::");
  }

  /** Runs one command of ZooKeeper's own command line. */
  public Ran zkCli(String... words) {
    List<String> args = List.of("org.apache.zookeeper.ZooKeeperMain", "-server", connect());
    return run(new byte[0], javaCommand(concat(args, words)));
  }

  /** Runs {@code zkrun} with these words and {@code --connect}. */
  public Ran zkrun(String... words) {
    return zkrunWithInput(new byte[0], words);
  }

  public Ran zkrunWithInput(byte[] input, String... words) {
    return run(input, Map.of(), client(connected(connect(), words)));
  }

  /** The same against another ensemble, or another part of this one's tree. */
  public Ran zkrunAt(String connect, String... words) {
    return run(new byte[0], Map.of(), client(connected(connect, words)));
  }

  private static List<String> connected(String connect, String... words) {
    int command = words[0].equals("ensemble") ? 2 : 1;
    List<String> args = new ArrayList<>(List.of(words).subList(0, command));
    args.addAll(List.of("--connect", connect));
    args.addAll(List.of(words).subList(command, words.length));
    return args;
  }

  /** The whole command line of {@code zkrun} with these words and nothing more. */
  public static List<String> client(List<String> words) {
    List<String> args = new ArrayList<>();
    args.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=error");
    args.add("-Dorg.slf4j.simpleLogger.logFile=System.err");
    args.add("-Dorg.slf4j.simpleLogger.log.org.apache.zookeeper=off");
    args.add("io.zkrun.cli.Main");
    args.addAll(words);
    return javaCommand(args);
  }

  private Ran run(byte[] input, List<String> command) {
    return run(input, Map.of(), command);
  }

  /** Runs any command to its end, with this input and hardly any environment but {@code env}. */
  public Ran run(byte[] input, Map<String, String> env, List<String> command) {
    return Ran.of(dir, input, env, command);
  }

  Proc java(String name, String... args) {
    return start(name, Map.of(), javaCommand(List.of(args)));
  }

  /** Starts any command; it ends with this fleet. */
  public Proc start(String name, Map<String, String> env, List<String> command) {
    Proc proc = Proc.start(name, dir, env, command);
    procs.add(proc);
    return proc;
  }

  /**
   * Does something to each fsync of a process from now on; returns once every thread of it is
   * traced, or strace has ended.
   *
   * @param fault as strace's {@code inject} has it: {@code error=EIO}, say
   */
  public Proc injectIntoSyncs(long pid, String fault) {
    String calls = "fsync,fdatasync";
    String log = dir.resolve("strace.out").toString();
    List<String> command = List.of("strace", "-f", "-qq", "-o", log, "-e", "trace=" + calls, "-e");
    Proc strace =
        start("strace", Map.of(), concat(command, "inject=" + calls + ":" + fault, "-p", "" + pid));
    await("every thread to be traced")
        .atMost(Duration.ofSeconds(40))
        .until(() -> !strace.isAlive() || isTraced(pid));
    return strace;
  }

  private static boolean isTraced(long pid) throws IOException {
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
      for (Path thread : threads.toList()) {
        if (Files.readString(thread.resolve("status")).contains("TracerPid:\t0\n")) {
          return false;
        }
      }
    }
    return true;
  }

  /** Fails if anything of zkrun that ran here has printed a stack trace. */
  public void assertNoStackTraces() {
    try (Stream<Path> files = Files.list(dir)) {
      files
          .filter(Files::isRegularFile)
          .filter(file -> !file.getFileName().toString().startsWith("zookeeper"))
          .forEach(
              file ->
                  assertThat(Bytes.of(read(file)).lossy())
                      .as("%s", file)
                      .doesNotContain("\tat ", "Exception in thread"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Fails if anything of zkrun has printed a stack trace, and closes in any case. */
  public void closeWithoutStackTraces() {
    try {
      assertNoStackTraces();
    } finally {
      close();
    }
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> javaCommand(List<String> args) {
    List<String> command = new ArrayList<>(TestJvm.command());
    command.add("-Xmx256m");
    command.add("-Dzkrun.home=" + Path.of("").toAbsolutePath());
    command.addAll(args);
    return command;
  }

  private static List<String> concat(List<String> first, String... more) {
    List<String> all = new ArrayList<>(first);
    all.addAll(List.of(more));
    return all;
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends every process, the youngest first. */
  @Override
  public void close() {
    observers.forEach(Observer::close);
    raws.forEach(RawTree::close);
    for (int i = procs.size() - 1; i >= 0; i--) {
      procs.get(i).close();
    }
    try {
      RunFixture.cleanUpBelow(dir);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
