package io.zkrun.cli;

import io.zkrun.client.Client;
import io.zkrun.client.ClientSettings;
import io.zkrun.core.Bytes;
import io.zkrun.znode.Answer;
import io.zkrun.znode.ForwardingTree;
import io.zkrun.znode.Loop;
import io.zkrun.znode.MemoryServer;
import io.zkrun.znode.MemoryTree;
import io.zkrun.znode.MemoryTree.Fate;
import io.zkrun.znode.VirtualTime;
import io.zkrun.znode.Write;
import io.zkrun.znode.Written;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The command line over a ZooKeeper in memory, all on the caller's thread: each call of the client
 * runs the virtual time on until everything is decided, timeouts included.
 */
final class CliWorld {
  private static final long LONG_MILLIS = 400_000;

  private final VirtualTime time = new VirtualTime(1);
  private final MemoryServer server = new MemoryServer(time);
  private int multis;
  private int nonce;

  byte[] in = {};
  boolean watched;

  /** So many calls of the client arrive together, once it is connected. */
  int together = 1;

  /** Which write, from 1, is the last thing that is sent before the network fails for good. */
  int lastMulti = Integer.MAX_VALUE;

  OutputStream out = new ByteArrayOutputStream();

  /** What a command has left. */
  record Left(int code, String out, String err) {}

  MemoryServer server() {
    return server;
  }

  void write(String path, String data) {
    MemoryTree own = server.open(time.loop("person"), event -> {});
    time.settle();
    own.multi(
        List.of(new Write.Create(path, Bytes.utf8(data), Write.Mode.PERSISTENT)), answer -> {});
    time.settle();
  }

  Left zkrun(String... words) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal =
        new Terminal(
            new ByteArrayInputStream(in),
            out,
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Map.of(),
            watched);
    multis = 0;
    int code =
        new Cli(
                terminal,
                settings ->
                    new Client(
                        (owner, events) -> new Cut(server.open(owner, events)),
                        new Driven(time.loop("client")),
                        new ClientSettings(10_000, 120_000, "user@vm1"),
                        () -> "nonce-" + nonce++))
            .run(words);
    String printed = out.toString();
    if (out instanceof ByteArrayOutputStream bytes) {
      bytes.reset();
    }
    return new Left(code, printed, err.toString(StandardCharsets.UTF_8));
  }

  /** A loop that runs the world whenever somebody outside of it asks for something. */
  private final class Driven implements Loop {
    private final Loop loop;
    private boolean running;
    private int waiting = Integer.MAX_VALUE - 1; // to connect is a call of its own

    Driven(Loop loop) {
      this.loop = loop;
    }

    @Override
    public void execute(Runnable task) {
      loop.execute(task);
      if (!running && ++waiting >= together) {
        waiting = 0;
        running = true;
        time.advance(LONG_MILLIS);
        running = false;
      }
    }

    @Override
    public Loop.Timer after(long millis, Runnable task) {
      return loop.after(millis, task);
    }

    @Override
    public long millis() {
      return loop.millis();
    }

    @Override
    public long bootMillis() {
      return loop.bootMillis();
    }

    @Override
    public Instant now() {
      return loop.now();
    }
  }

  /** A tree whose network fails for good after a certain write. */
  private final class Cut extends ForwardingTree {
    private final MemoryTree tree;

    Cut(MemoryTree tree) {
      super(tree);
      this.tree = tree;
    }

    @Override
    public void multi(List<Write> writes, Consumer<Answer<List<Written>>> then) {
      super.multi(writes, then);
      if (++multis == lastMulti) {
        tree.disconnect(Fate.DONE);
      }
    }
  }
}
