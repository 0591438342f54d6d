package io.zkrun.cli;

import io.zkrun.client.Client;
import io.zkrun.client.ClientSettings;
import io.zkrun.config.ZooKeeperSettings;
import io.zkrun.zk.ThreadLoop;
import io.zkrun.zk.ZkTrees;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The {@code zkrun} command. */
public final class Main {
  /** A client whose answer is out waits no longer than this for its session's end. */
  private static final long SESSION_END_MILLIS = 300;

  private static final long DIAGNOSIS_MILLIS = 2_500;
  private static final List<Sessions> OPENED = new ArrayList<>();

  private Main() {}

  public static void main(String[] args) {
    Signals.ignore();
    PrintStream err =
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
    Terminal terminal =
        new Terminal(
            Terminal.input(),
            new FileOutputStream(FileDescriptor.out),
            err,
            System.getenv(),
            Terminal.isTerminal(2));
    int code = new Cli(terminal, Main::open).run(RawText.arguments(args));
    if (Interrupt.isPending()) {
      Interrupt.await();
    }
    endSessions();
    Runtime.getRuntime().halt(code);
  }

  /** Else the server would keep each for its whole timeout, and log a broken connection. */
  private static void endSessions() {
    try {
      for (Sessions sessions : OPENED) {
        sessions.end(SESSION_END_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Client open(ZooKeeperSettings settings) {
    ThreadLoop loop = new ThreadLoop("client", Main::unexpected);
    Sessions sessions =
        new Sessions(
            new ZkTrees(
                settings.connect().toString(),
                (int) settings.sessionTimeout().client().toMillis(),
                settings.juteMaxBufferBytes()));
    OPENED.add(sessions);
    return new Client(
        sessions,
        loop,
        new ClientSettings(
            reachMillis(settings.connectTimeout().toMillis()),
            ClientSettings.DEFAULT_RESOLVE_MILLIS,
            System.getProperty("user.name") + "@" + Host.name()),
        () -> UUID.randomUUID().toString());
  }

  /** Leaves time to find out what is wrong, so that the answer comes within the whole. */
  private static long reachMillis(long connectTimeoutMillis) {
    return Math.max(connectTimeoutMillis / 2, connectTimeoutMillis - DIAGNOSIS_MILLIS);
  }

  private static void unexpected(Throwable error) {
    System.err.println("zkrun: unexpected: " + error);
  }
}
