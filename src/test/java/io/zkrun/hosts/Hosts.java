package io.zkrun.hosts;

import io.zkrun.exec.RunFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * Hosts {@code vm1}, {@code vm2} … at 10.77.0.1, 10.77.0.2 … on one switch. Nothing of them can be
 * seen in the machine's own network. Closing ends every process on them and removes them; so does
 * the end of this JVM, and where that was killed, the next set that is made.
 */
public final class Hosts implements AutoCloseable {
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final String name = Lab.name(COUNT.incrementAndGet());
  private final String network = name + "-switch";
  private final Path folder = Path.of("/tmp", name);
  private final Path installation = folder.resolve("zkrun");
  private final List<Host> all = new ArrayList<>();
  private final Thread hook = new Thread(this::remove, "hosts");

  public Hosts(int count) {
    Lab.removeStale();
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      Files.createDirectory(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
      Installation.unpackTo(installation);
      Root.run("ip", "netns", "add", network);
      Root.run("ip", "-n", network, "link", "set", "lo", "up");
      Root.run("ip", "-n", network, "link", "add", "sw", "type", "bridge");
      Root.run("ip", "-n", network, "link", "set", "sw", "up");
      for (int number = 1; number <= count; number++) {
        all.add(new Host(this, number));
      }
      all.forEach(Host::nameEverybody);
    } catch (IOException e) {
      remove();
      throw new UncheckedIOException(e);
    } catch (RuntimeException | AssertionError e) {
      remove();
      throw e;
    }
  }

  /**
   * @param number from 1
   */
  public Host host(int number) {
    return all.get(number - 1);
  }

  public List<Host> all() {
    return List.copyOf(all);
  }

  /** All of them at a port, as a connect string. */
  public String connect(int port) {
    return all.stream().map(host -> host.name() + ":" + port).collect(Collectors.joining(","));
  }

  /** Holds what the hosts wrote; removed with them. */
  public Path folder() {
    return folder;
  }

  /** Where zkrun is unpacked, the same for all hosts. */
  public Path installation() {
    return installation;
  }

  String name() {
    return name;
  }

  String network() {
    return network;
  }

  @Override
  public void close() {
    remove();
    try {
      boolean unused = Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is going down, and has removed them itself.
    }
  }

  private synchronized void remove() {
    all.forEach(host -> Lab.removeNamespace(host.namespace()));
    Lab.removeNamespace(network);
    if (Files.exists(folder)) {
      try {
        // Who would have removed the cgroups of their spools was killed with them.
        RunFixture.cleanUpBelow(folder);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } finally {
        Lab.removeFolder(folder);
      }
    }
  }
}
