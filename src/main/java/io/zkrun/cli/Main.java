package io.zkrun.cli;

import io.zkrun.client.Client;
import io.zkrun.client.ClientSettings;
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
  private static final int SESSION_TIMEOUT_MILLIS = 15_000;

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

  private static Client open(String connect) {
    ThreadLoop loop = new ThreadLoop("client", Main::unexpected);
    return new Client(
        new ZkTrees(connect, SESSION_TIMEOUT_MILLIS),
        loop,
        new ClientSettings(
            ClientSettings.DEFAULT_REACH_MILLIS,
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
