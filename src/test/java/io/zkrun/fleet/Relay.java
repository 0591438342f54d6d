package io.zkrun.fleet;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Stands between a client and a ZooKeeper server, counts the client's requests, and cuts the
 * connection once, at one of them.
 */
final class Relay implements AutoCloseable {
  static final int NEVER = Integer.MAX_VALUE;

  /** Where in the exchange of one request and its answer. */
  enum Cut {
    BEFORE_THE_REQUEST,
    INSIDE_THE_REQUEST,
    BEFORE_THE_ANSWER
  }

  private final ServerSocket listener;
  private final int serverPort;
  private final int cutAt;
  private final Cut cut;
  private final boolean forEver;
  private final List<Pair> pairs = new CopyOnWriteArrayList<>();
  private int requests;
  private boolean done;

  /**
   * @param cutAt the number of the request, from 1; that of the connection itself is the first
   * @param forEver whether nobody gets through any more afterwards
   */
  Relay(int serverPort, int cutAt, Cut cut, boolean forEver) {
    this.serverPort = serverPort;
    this.cutAt = cutAt;
    this.cut = cut;
    this.forEver = forEver;
    try {
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    run(this::accept);
  }

  String connect() {
    return "127.0.0.1:" + listener.getLocalPort();
  }

  synchronized boolean hasCut() {
    return done;
  }

  private static void run(Runnable work) {
    Thread thread = new Thread(work, "relay");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        if (forEver && hasCut()) {
          client.close();
          continue;
        }
        Pair pair = new Pair(client, new Socket(InetAddress.getLoopbackAddress(), serverPort));
        pairs.add(pair);
        run(pair::up);
        run(pair::down);
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  /** Whether this request is the one. */
  private synchronized boolean isTheOne() {
    requests++;
    boolean now = !done && requests == cutAt;
    done |= now;
    return now;
  }

  /** One connection of the client, and ours to the server. */
  private final class Pair {
    private static final int CONNECT = Integer.MIN_VALUE;

    private final Socket client;
    private final Socket server;
    private boolean connected;

    /** Whose answer is not passed on. */
    private volatile Integer withheld;

    Pair(Socket client, Socket server) {
      this.client = client;
      this.server = server;
    }

    void up() {
      try (DataInputStream in = new DataInputStream(client.getInputStream())) {
        DataOutputStream out = new DataOutputStream(server.getOutputStream());
        boolean first = true;
        while (true) {
          byte[] request = in.readNBytes(in.readInt());
          int xid = first ? CONNECT : ByteBuffer.wrap(request).getInt();
          first = false;
          pass(request, xid, out);
        }
      } catch (IOException e) {
        close();
      }
    }

    private void pass(byte[] request, int xid, DataOutputStream out) throws IOException {
      byte[] all =
          ByteBuffer.allocate(4 + request.length).putInt(request.length).put(request).array();
      if (isTheOne()) {
        switch (cut) {
          case BEFORE_THE_REQUEST -> throw new IOException("cut");
          case INSIDE_THE_REQUEST -> {
            out.write(all, 0, all.length / 2);
            out.flush();
            throw new IOException("cut");
          }
          case BEFORE_THE_ANSWER -> withheld = xid;
        }
      }
      out.write(all);
      out.flush();
    }

    void down() {
      try (DataInputStream in = new DataInputStream(server.getInputStream())) {
        DataOutputStream out = new DataOutputStream(client.getOutputStream());
        while (true) {
          byte[] answer = in.readNBytes(in.readInt());
          int xid = connected ? ByteBuffer.wrap(answer).getInt() : CONNECT;
          connected = true;
          Integer unwanted = withheld;
          if (unwanted != null && unwanted == xid) {
            throw new IOException("cut");
          }
          out.writeInt(answer.length);
          out.write(answer);
          out.flush();
        }
      } catch (IOException e) {
        close();
      }
    }

    void close() {
      try {
        client.close();
        server.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    pairs.forEach(Pair::close);
  }
}
