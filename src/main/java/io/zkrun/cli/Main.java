package io.zkrun.cli;

import io.zkrun.client.Client;
import io.zkrun.client.ClientSettings;
import io.zkrun.config.ZooKeeperSettings;
import io.zkrun.zk.ThreadLoop;
import io.zkrun.zk.ZkTrees;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** The {@code zkrun} command. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    PrintStream err =
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
    Terminal terminal =
        new Terminal(
            System.in,
            new FileOutputStream(FileDescriptor.out),
            err,
            System.getenv(),
            Terminal.isTerminal(2));
    int code = new Cli(terminal, Main::open).run(RawText.arguments(args));
    // Not exit: a client that has its answer need not wait for the session's end.
    if (Interrupt.isPending()) {
      Interrupt.await();
    }
    Runtime.getRuntime().halt(code);
  }

  private static Client open(ZooKeeperSettings settings) {
    ThreadLoop loop = new ThreadLoop("client", Main::unexpected);
    return new Client(
        new ZkTrees(
            settings.connect().toString(),
            (int) settings.sessionTimeout().client().toMillis(),
            settings.juteMaxBufferBytes()),
        loop,
        new ClientSettings(
            settings.connectTimeout().toMillis(),
            ClientSettings.DEFAULT_RESOLVE_MILLIS,
            System.getProperty("user.name") + "@" + hostName()),
        () -> UUID.randomUUID().toString());
  }

  private static void unexpected(Throwable error) {
    System.err.println("zkrun: unexpected: " + error);
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (IOException e) {
      return "localhost";
    }
  }
}
