package io.zkrun.verify;

import io.zkrun.exec.Child;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Hosts with a network of their own, on one switch in the network namespace of this process, which
 * the launcher has made for it. Namespaces have no names: each ends with the process that holds it,
 * so nothing of them can be left behind.
 */
final class Network {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Polling LOOKING = new Polling(10);
  private static final String SWITCH_ADDRESS = "10.77.0.254/24";
  private static final String ADDRESSES = "10.77.0.";

  private final Path dir;
  private final List<Child> holders = new ArrayList<>();
  private boolean removed;

  private Network(Path dir) {
    this.dir = dir;
  }

  /**
   * Makes the switch.
   *
   * @param dir for what the commands say
   */
  static Network make(Path dir) throws IOException, InterruptedException {
    Network network = new Network(dir);
    network.run(
        "ip link set lo up && ip link add sw type bridge && ip address add "
            + SWITCH_ADDRESS
            + " dev sw && ip link set sw up");
    return network;
  }

  /** Adds a host, plugged in. */
  synchronized Host add() throws IOException, InterruptedException {
    if (removed) {
      throw new InterruptedException("the network was removed");
    }
    int number = holders.size() + 1;
    // It tells by a file that its namespace is there.
    Path made = dir.resolve("network-" + number);
    Child holder =
        Child.start(
            List.of(
                "unshare",
                "--net",
                "--",
                "/bin/sh",
                "-c",
                ": >\"$0\"; exec sleep 2147483647",
                "" + made),
            Map.of(),
            dir,
            log());
    holders.add(holder);
    // Nobody tells; a file that appears is all there is.
    boolean unused =
        LOOKING.until(PATIENCE.toMillis(), () -> Files.exists(made) || !holder.isAlive());
    if (!Files.exists(made)) {
      throw new IOException("cannot make a network namespace; see " + log());
    }
    long pid = holder.pid();
    String inside = "nsenter --net=/proc/" + pid + "/ns/net ip ";
    run(
        ("ip link add v%1$d type veth peer name eth0 netns %2$d && ip link set v%1$d master sw up"
                + " && %3$s address add %4$s%1$d/24 dev eth0 && %3$s link set lo up"
                + " && %3$s link set eth0 up")
            .formatted(number, pid, inside, ADDRESSES));
    return new Host(ADDRESSES + number, number, pid);
  }

  /** Pulls a host's cable. */
  void cut(Host host) throws IOException, InterruptedException {
    run("ip link set v" + host.number() + " down");
  }

  /** Plugs it in again. */
  void heal(Host host) throws IOException, InterruptedException {
    run("ip link set v" + host.number() + " up");
  }

  private void run(String script) throws IOException, InterruptedException {
    Child child = Child.start(List.of("/bin/sh", "-c", script), Map.of(), dir, log());
    if (!child.awaitEnd(PATIENCE) || child.exitCode() != 0) {
      child.kill();
      throw new IOException("'" + script + "' failed; see " + log());
    }
  }

  private Path log() {
    return dir.resolve("network.log");
  }

  /** Takes it away from all that runs there. */
  synchronized void remove() throws InterruptedException {
    removed = true;
    for (Child holder : holders) {
      holder.kill();
    }
  }
}
