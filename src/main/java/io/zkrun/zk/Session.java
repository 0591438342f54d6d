package io.zkrun.zk;

import io.zkrun.znode.Answer;
import io.zkrun.znode.Failure;
import io.zkrun.znode.Loop;
import io.zkrun.znode.TreeEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.WatcherType;
import org.apache.zookeeper.ZooDefs.Ids;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One session with the ensemble, through as many {@link Connection}s as it takes.
 *
 * <p>The library reports a session as expired when the server has said so, but also when it has had
 * no connection for 4/3 of the timeout, while the session may live on at the server: a leader that
 * was elected meanwhile starts its time anew. Both look the same except for the order of things:
 * what was asked for while there is no connection is answered before the report of a guess, and
 * after the report of the server's word. So while there is no connection one cheap read, the probe,
 * is always pending; where it is not when the report comes, the same session is asked for again,
 * and the server decides.
 */
final class Session {
  private static final Logger LOG = LoggerFactory.getLogger(Session.class);
  private static final byte[] NO_DATA = {};

  private final ZkTrees settings;
  private final Chroot chroot;
  private final Loop loop;
  private final Consumer<TreeEvent> events;
  private final PlainClientConfig config;
  private final Watches watches;
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile Connection connection;
  private volatile boolean closed;
  private boolean expired;

  /** Tells events of the present connection from those of one before. */
  private @Nullable Object current;

  /** By the library's last word. */
  private boolean connected;

  /** By what the owner was told. */
  private boolean announced;

  private boolean chrootStands;
  private @Nullable Object probe;

  /** Counts connections that were lost, so that each is waited for on its own. */
  private long losses;

  @SuppressWarnings("NullAway.Init")
  Session(ZkTrees settings, Chroot chroot, Loop loop, Consumer<TreeEvent> events) {
    this.settings = settings;
    this.chroot = chroot;
    this.loop = loop;
    this.events = events;
    config = new PlainClientConfig(settings.juteMaxBufferBytes());
    watches = new Watches(this, chroot, loop);
    chrootStands = chroot.path().isEmpty();
    connect(null);
  }

  Connection connection() {
    return connection;
  }

  boolean isOver() {
    return closed || expired;
  }

  boolean isConnected() {
    return connected;
  }

  /** The session's end is what its server says, not what its library makes of it. */
  Failure failure(int rc) {
    return expired && rc == Code.SESSIONEXPIRED.intValue()
        ? Failure.SESSION_EXPIRED
        : Answers.failure(rc);
  }

  @SuppressWarnings("NullAway")
  static Answer<Void> done() {
    return new Answer.Ok<>(null);
  }

  void watch(String path, boolean recursive, Consumer<Answer<Void>> then) {
    watches.add(path, recursive, then);
  }

  void unwatch(String path, Consumer<Answer<Void>> then) {
    watches.remove(path);
    connection.removeAllWatches(
        chroot.full(path),
        WatcherType.Any,
        true,
        (rc, p, ctx) ->
            loop.execute(
                () ->
                    then.accept(
                        rc == 0 || rc == Code.NOWATCHER.intValue()
                            ? done()
                            : new Answer.Failed<>(failure(rc), -1, Answers.message(rc)))),
        null);
  }

  /** Begins the end of the session; idempotent. */
  synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    Thread thread = new Thread(this::end, "zookeeper-close");
    thread.setDaemon(true);
    thread.start();
  }

  boolean awaitEnd(long millis) throws InterruptedException {
    return ended.await(millis, TimeUnit.MILLISECONDS);
  }

  private void end() {
    Connection last = connection;
    try {
      last.endSession();
      ended.countDown();
      last.cleanUp();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void connect(@Nullable Connection before) {
    if (closed) {
      return;
    }
    Object token = new Object();
    String hosts = Chroot.hosts(settings.connect());
    int timeout = settings.sessionTimeoutMillis();
    current = token;
    try {
      connection =
          before == null
              ? new Connection(hosts, timeout, event -> post(token, event), config)
              : new Connection(hosts, timeout, event -> post(token, event), config, before);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot set up the ZooKeeper client for " + hosts, e);
    }
    if (before != null) {
      watches.forgetAnswers();
      sendProbe();
    }
  }

  private void post(Object token, WatchedEvent event) {
    loop.execute(
        () -> {
          if (token == current && !isOver()) {
            handle(event);
          }
        });
  }

  private void handle(WatchedEvent event) {
    if (event.getPath() != null) {
      changed(event);
      return;
    }
    switch (event.getState()) {
      case SyncConnected -> onConnected();
      case Disconnected -> onDisconnected();
      case Expired -> onExpired();
      default -> LOG.warn("unexpected state of the ZooKeeper session: {}", event.getState());
    }
  }

  private void changed(WatchedEvent event) {
    TreeEvent.@Nullable Kind kind =
        switch (event.getType()) {
          case NodeCreated -> TreeEvent.Kind.CREATED;
          case NodeDeleted -> TreeEvent.Kind.DELETED;
          case NodeDataChanged -> TreeEvent.Kind.DATA;
          case NodeChildrenChanged -> TreeEvent.Kind.CHILDREN;
          default -> null;
        };
    if (kind != null) {
      events.accept(new TreeEvent.Changed(kind, chroot.strip(event.getPath())));
    }
  }

  private void onConnected() {
    connected = true;
    watches.addMissing();
    if (chrootStands) {
      announce();
    } else {
      Connection asked = connection;
      asked.exists(
          chroot.path(),
          false,
          (rc, p, ctx, stat) -> loop.execute(() -> chrootAnswered(asked, rc)),
          null);
    }
  }

  private void chrootAnswered(Connection asked, int rc) {
    if (rc == Code.NONODE.intValue()) {
      makeChroot(asked, chroot.chain().iterator());
    } else if (Answers.failure(rc) != Failure.CONNECTION_LOSS) {
      chrootStands = true;
      announce();
    }
  }

  private void makeChroot(Connection asked, Iterator<String> paths) {
    String path = paths.next();
    asked.create(
        path,
        NO_DATA,
        Ids.OPEN_ACL_UNSAFE,
        CreateMode.PERSISTENT,
        (rc, p, ctx, name) ->
            loop.execute(
                () -> {
                  if (rc == 0 || rc == Code.NODEEXISTS.intValue()) {
                    if (paths.hasNext()) {
                      makeChroot(asked, paths);
                    } else {
                      chrootAnswered(asked, 0);
                    }
                  } else if (Answers.failure(rc) != Failure.CONNECTION_LOSS) {
                    LOG.error("cannot make the chroot {}: {}", path, Answers.message(rc));
                  }
                }),
        null);
  }

  private void announce() {
    if (connected && !announced && !isOver()) {
      announced = true;
      events.accept(new TreeEvent.Connected(connection.getSessionId()));
    }
  }

  private void onDisconnected() {
    if (connected) {
      connected = false;
      askAnewLater();
    }
    sendProbe();
    if (announced) {
      announced = false;
      events.accept(new TreeEvent.Disconnected("the connection to ZooKeeper is gone"));
    }
  }

  /**
   * A server that knows less than this connection has seen turns it away, and the library goes on
   * for ever: after a wiped or restored ensemble no server may ever know more. A new object has
   * seen nothing, so the server answers what has become of the session.
   */
  private void askAnewLater() {
    long loss = ++losses;
    Object lost = current;
    loop.after(
        settings.sessionTimeoutMillis() * 4L / 3,
        () -> {
          if (loss == losses && lost == current && !connected && !isOver()) {
            LOG.info("no server takes the session up again; asking whether it still lives");
            Connection before = connection;
            connect(before);
            Thread thread = new Thread(before::cleanUp, "zookeeper-clean-up");
            thread.setDaemon(true);
            thread.start();
          }
        });
  }

  private void onExpired() {
    if (probe != null) {
      expired = true;
      watches.expired();
      events.accept(new TreeEvent.Expired());
    } else {
      LOG.info(
          "no connection for longer than the session's timeout; asking whether it still lives");
      onDisconnected();
      connect(connection);
    }
  }

  private void sendProbe() {
    Object sent = new Object();
    probe = sent;
    Connection asked = connection;
    asked.exists(
        "/", false, (rc, p, ctx, stat) -> loop.execute(() -> probeAnswered(asked, sent, rc)), null);
    if (!asked.getState().isAlive()) {
      probe = null; // It came too late to prove anything.
    }
  }

  private void probeAnswered(Connection asked, Object sent, int rc) {
    if (probe == sent) {
      probe = null;
      if (!connected && asked == connection && rc == Code.CONNECTIONLOSS.intValue()) {
        sendProbe();
      }
    }
  }
}
