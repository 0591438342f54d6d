package io.zkrun.hosts;

import static org.assertj.core.api.Assertions.assertThat;

import io.zkrun.fleet.Proc;
import io.zkrun.fleet.Ran;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One of {@link Hosts}. Commands run in its network, with its {@code /etc/hosts} and folders. */
public final class Host {
  /** Debian's {@code nobody}. */
  private static final String NOBODY = "65534";

  private final Hosts hosts;
  private final int number;
  private final String namespace;
  private final Path folder;
  private final Map<String, Path> mounts;
  private final boolean root;
  private final Map<String, String> env;

  Host(Hosts hosts, int number) throws IOException {
    this.hosts = hosts;
    this.number = number;
    namespace = hosts.name() + "-vm" + number;
    folder = Files.createDirectory(hosts.folder().resolve("vm" + number));
    mounts = new LinkedHashMap<>();
    root = true;
    env = Map.of("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    Root.run("ip", "netns", "add", namespace);
    Root.run(
        ("ip -n " + hosts.network() + " link add v" + number + " type veth peer name eth0 netns ")
            .concat(namespace)
            .split(" "));
    Root.run("ip", "-n", hosts.network(), "link", "set", "v" + number, "master", "sw", "up");
    Root.run("ip", "-n", namespace, "address", "add", address() + "/24", "dev", "eth0");
    Root.run("ip", "-n", namespace, "link", "set", "lo", "up");
    Root.run("ip", "-n", namespace, "link", "set", "eth0", "up");
  }

  private Host(Host other, boolean root, Map<String, String> env) {
    hosts = other.hosts;
    number = other.number;
    namespace = other.namespace;
    folder = other.folder;
    mounts = other.mounts;
    this.root = root;
    this.env = env;
  }

  void nameEverybody() {
    etcHosts(
        "127.0.0.1 localhost\n"
            + hosts.all().stream()
                .map(each -> each.address() + " " + each.name() + "\n")
                .collect(Collectors.joining()));
  }

  public String name() {
    return "vm" + number;
  }

  public String address() {
    return "10.77.0." + number;
  }

  /** Its own, for its data and logs; the same path on the machine and on the host. */
  public Path folder() {
    return folder;
  }

  String namespace() {
    return namespace;
  }

  /** Replaces its {@code /etc/hosts}, for commands started from now on. */
  public void etcHosts(String text) {
    replace("/etc/hosts", text);
  }

  /**
   * Replaces a file, for commands started from now on.
   *
   * @param path of one that exists on the machine
   */
  public void replace(String path, String text) {
    Path file = folder.resolve("own" + path.replace('/', '-'));
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    mounts.put(path, file);
  }

  /**
   * Gives it a folder of its own at this path, for commands started from now on.
   *
   * @param path a folder that exists on the machine, such as {@code /var/lib}
   * @return where that folder is seen from outside
   */
  public Path ownFolder(String path) {
    try {
      Path own = Files.createDirectories(folder.resolve("own" + path.replace('/', '_')));
      mounts.put(path, own);
      return own;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same host, its commands run by a user without any rights, who owns its folder. */
  public Host asNobody() {
    Root.run("chown", "-R", NOBODY + ":" + NOBODY, folder.toString());
    return new Host(this, false, env);
  }

  /** The same host, its commands with a clock that is off. Their waits are not affected. */
  public Host withClockOff(Duration by) {
    Map<String, String> more = new LinkedHashMap<>(env);
    more.put("LD_PRELOAD", fakeTime().toString());
    more.put("FAKETIME", (by.isNegative() ? "" : "+") + by.toSeconds() + "s");
    more.put("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    more.put("DONT_FAKE_MONOTONIC", "1");
    return new Host(this, root, more);
  }

  private static Path fakeTime() {
    try (Stream<Path> found =
        Files.find(
            Path.of("/usr/lib"),
            3,
            (path, attributes) -> path.endsWith("faketime/libfaketimeMT.so.1"))) {
      return found.findFirst().orElseThrow(() -> new AssertionError("faketime is not installed"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same host, its commands with one more variable in their environment. */
  public Host with(String variable, String value) {
    Map<String, String> more = new LinkedHashMap<>(env);
    more.put(variable, value);
    return new Host(this, root, more);
  }

  /** The variables of its commands, as a crontab sets them. */
  String variables() {
    return env.entrySet().stream()
        .map(each -> each.getKey() + "=" + each.getValue() + "\n")
        .collect(Collectors.joining());
  }

  /** Runs a command on it to its end. */
  public Ran run(String... command) {
    return runWithInput("", command);
  }

  public Ran runWithInput(String input, String... command) {
    return Ran.of(
        hosts.folder(), input.getBytes(StandardCharsets.UTF_8), Map.of(), inside(command));
  }

  /** Runs {@code bin/zkrun} with these words. */
  public Ran zkrun(String... words) {
    return run(zkrunCommand(words));
  }

  /** Starts a command on it. Its pid is the command's own. */
  public Proc start(String name, String... command) {
    return Proc.start(name() + "-" + name, hosts.folder(), Map.of(), inside(command));
  }

  /** Starts {@code bin/zkrun} with these words. */
  public Proc startZkrun(String... words) {
    return start(words[0], zkrunCommand(words));
  }

  /** Starts a ZooKeeper server without zkrun. */
  public Proc startPlainServer(Path zooCfg) {
    return start(
        "server",
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-Xmx256m",
        "-cp",
        hosts.installation().resolve("conf") + ":" + hosts.installation().resolve("lib") + "/*",
        "org.apache.zookeeper.server.quorum.QuorumPeerMain",
        zooCfg.toString());
  }

  private String[] zkrunCommand(String... words) {
    List<String> command = new ArrayList<>();
    command.add(hosts.installation().resolve("bin/zkrun").toString());
    command.addAll(List.of(words));
    return command.toArray(String[]::new);
  }

  /** Every step replaces itself by the next, so that the pid stays. */
  private List<String> inside(String... command) {
    StringBuilder script = new StringBuilder();
    mounts.forEach(
        (path, own) ->
            script.append("mount --bind ").append(own).append(' ').append(path + " && "));
    List<String> all =
        new ArrayList<>(
            List.of("/usr/bin/nsenter", "--net=/run/netns/" + namespace, "unshare", "--mount"));
    all.addAll(List.of("/bin/sh", "-c", script + "cd " + folder + " && exec \"$@\"", "sh"));
    if (!root) {
      all.addAll(
          List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups", "--"));
    }
    all.addAll(List.of("/usr/bin/env", "-i"));
    env.forEach((variable, value) -> all.add(variable + "=" + value));
    all.addAll(List.of(command));
    return all;
  }

  /** Pulls its network cable. */
  public void cut() {
    Root.run("ip", "-n", hosts.network(), "link", "set", "v" + number, "down");
  }

  /** Plugs it in again. */
  public void heal() {
    Root.run("ip", "-n", hosts.network(), "link", "set", "v" + number, "up");
  }

  /** Its firewall drops what comes for this port. */
  public void drop(int port) {
    block(port, "DROP");
  }

  /** Its firewall refuses what comes for this port, as iptables does it by default. */
  public void reject(int port) {
    block(port, "REJECT");
  }

  /** Its firewall refuses what comes for this port, as firewalld does it. */
  public void prohibit(int port) {
    block(port, "REJECT", "--reject-with", "icmp-host-prohibited");
  }

  /** Its firewall refuses every other try, and is silent about the rest: it may not say more. */
  public void rejectSeldom(int port) {
    rule(
        port,
        "--syn",
        "-m",
        "statistic",
        "--mode",
        "nth",
        "--every",
        "2",
        "--packet",
        "0",
        "-j",
        "REJECT");
    rule(port, "--syn", "-j", "DROP");
  }

  private void block(int port, String... target) {
    List<String> words = new ArrayList<>(List.of("-j"));
    words.addAll(List.of(target));
    rule(port, words.toArray(String[]::new));
  }

  private void rule(int port, String... words) {
    List<String> command = new ArrayList<>(List.of("iptables", "-A", "INPUT", "!", "-i", "lo"));
    command.addAll(List.of("-p", "tcp", "--dport", "" + port));
    command.addAll(List.of(words));
    assertThat(asRoot().run(command.toArray(String[]::new)).expect(0).stdout()).isEmpty();
  }

  /** Its firewall lets everything through again. */
  public void unblock() {
    asRoot().run("iptables", "-F", "INPUT").expect(0);
  }

  private Host asRoot() {
    return new Host(this, true, Map.of("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"));
  }

  @Override
  public String toString() {
    return name();
  }
}
