package io.zkrun.znode;

import io.zkrun.znode.MemoryNodes.Change;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A session with a {@link MemoryServer}. Requests reach the server in order by its loop, answers
 * and events the owner in order by the owner's. The faults are called by whoever drives the time.
 */
public final class MemoryTree implements Tree {
  /** What becomes of the requests that are on their way when the connection is lost. */
  public enum Fate {
    /** They never arrive. */
    DROPPED,
    /** They have been carried out, and the answers are lost. */
    DONE,
    /**
     * They are carried out later, while the session lives: by {@link #arriveLate}, or before the
     * next {@code sync} or write of the session, since a server keeps the order of these.
     */
    LATE
  }

  static final long NO_TIMEOUT = 0;

  private final MemoryServer server;
  private final Loop owner;
  private final long id;
  private final Consumer<TreeEvent> events;
  private final long timeoutMillis;
  private final List<Request<?>> sent = new ArrayList<>();
  private final List<Request<?>> late = new ArrayList<>();
  private final MemoryWatches watches = new MemoryWatches();
  private boolean connected;

  /** What a server that is cut off from its leader still has; null for a server that is not. */
  private @Nullable MemoryNodes stranded;

  /** What a server that is behind the others has; null for one that is not. */
  private @Nullable MemoryNodes lagging;

  /** What such a server has still to do. */
  private final Deque<MemoryServer.Commit> backlog = new ArrayDeque<>();

  private long lagMillis;

  /** Whether a request waits at such a server: then all behind it wait too. */
  private boolean blocked;

  private final Interference interference = new Interference();
  private boolean over;

  /** Counts connections: what belongs to one before is not delivered. */
  private long connection;

  /** Counts when the servers stopped hearing of it, and when they heard of it again. */
  private long silences;

  MemoryTree(
      MemoryServer server, Loop owner, long id, Consumer<TreeEvent> events, long timeoutMillis) {
    this.server = server;
    this.owner = owner;
    this.id = id;
    this.events = events;
    this.timeoutMillis = timeoutMillis;
  }

  public long sessionId() {
    return id;
  }

  public boolean isConnected() {
    return connected;
  }

  /** Whether requests are on their way. */
  public boolean isSending() {
    return !sent.isEmpty();
  }

  @Override
  public void get(String path, Consumer<Answer<Node>> then) {
    send(true, () -> read(path, nodes -> nodes.get(path)), then);
  }

  @Override
  public void children(String path, Consumer<Answer<Children>> then) {
    send(true, () -> read(path, nodes -> nodes.children(path)), then);
  }

  @Override
  public void multi(List<Write> writes, Consumer<Answer<List<Written>>> then) {
    List<Write> copy = List.copyOf(writes);
    interference.before();
    send(
        false,
        () -> {
          if (interference.cuts(copy)) {
            disconnect(Fate.DROPPED);
            return new Answer.Failed<>(Failure.CONNECTION_LOSS, -1, "cut");
          }
          arriveLate();
          Answer<List<Written>> answer = server.commit(id, copy);
          catchUp();
          return answer;
        },
        then);
    interference.after();
  }

  @Override
  public void sync(Consumer<Answer<Void>> then) {
    send(
        false,
        () -> {
          arriveLate();
          catchUp();
          return done();
        },
        then);
  }

  @Override
  public void watch(String path, boolean recursive, Consumer<Answer<Void>> then) {
    if (isOver(then)) {
      return;
    }
    add(watches.add(path, recursive, then));
  }

  @Override
  public void unwatch(String path, Consumer<Answer<Void>> then) {
    Runnable removed = watches.remove(path);
    send(
        true,
        () -> {
          removed.run();
          return done();
        },
        then);
  }

  @Override
  public void close() {
    if (!over) {
      over = true;
      boolean arrives = timeoutMillis == NO_TIMEOUT || (connected && stranded == null);
      connection++;
      if (arrives) {
        server.loop().execute(this::sayGoodbye);
      } else {
        silence();
      }
    }
  }

  /** What was sent before comes first. */
  private void sayGoodbye() {
    List<Request<?>> before = List.copyOf(sent);
    sent.clear();
    if (server.isAlive(id)) {
      before.forEach(Request::carryOut);
      server.end(id);
    }
  }

  /** What tests do to its writes. */
  public Interference interference() {
    return interference;
  }

  /** Cuts the connection: what is unanswered is answered CONNECTION_LOSS. */
  public void disconnect(Fate fate) {
    if (!connected) {
      return;
    }
    connected = false;
    connection++;
    List<Request<?>> lost = List.copyOf(sent);
    sent.clear();
    boolean arrives = stranded == null && server.isAlive(id);
    stranded = null;
    lagging = null;
    backlog.clear();
    blocked = false;
    for (Request<?> request : lost) {
      if (arrives && fate == Fate.DONE) {
        request.carryOut();
      } else if (arrives && fate == Fate.LATE) {
        late.add(request);
      }
    }
    lost.forEach(Request::lose);
    post(new TreeEvent.Disconnected("cut"));
    silence();
  }

  /** Its process is gone: nobody connects again. */
  public void die(Fate fate) {
    disconnect(fate);
    over = true;
    silence();
  }

  /** The servers hear nothing of its process from now on: its timeout begins. */
  public void silence() {
    long mine = ++silences;
    if (timeoutMillis != NO_TIMEOUT) {
      Loop.Timer unused =
          server
              .loop()
              .after(
                  timeoutMillis,
                  () -> {
                    if (mine == silences) {
                      server.expire(this);
                    }
                  });
    }
  }

  /** They hear of it again, or cannot count the time. */
  public void heard() {
    silences++;
  }

  /**
   * The server that this session is connected to is cut off from its leader: it answers reads as
   * things stood and tells of no change; whatever must be committed, and all behind it, is not
   * answered. Until {@link #disconnect}; the leader may expire the session meanwhile.
   */
  public void strand() {
    if (connected) {
      stranded = (lagging == null ? server.nodes() : lagging).snapshot();
      lagging = null;
      backlog.clear();
      silence();
    }
  }

  /**
   * The server that this session is connected to does everything so much later than the others,
   * until {@link #disconnect}, or 0. It is healthy: a {@code sync} or a write, which comes after
   * all that was committed before, makes it catch up.
   */
  public void lag(long byMillis) {
    lagMillis = byMillis;
    if (byMillis == 0) {
      catchUp();
      lagging = null;
    } else if (connected && stranded == null && lagging == null) {
      lagging = server.nodes().snapshot();
    }
  }

  private void catchUp() {
    while (!backlog.isEmpty()) {
      doNext();
    }
  }

  /** Of its backlog the server does the first. */
  private void doNext() {
    MemoryServer.Commit next = backlog.remove();
    if (lagging != null) {
      next.redo(lagging);
      tell(next.changes());
    }
  }

  public boolean isStranded() {
    return stranded != null;
  }

  /** Carries out what was left behind by {@link Fate#LATE}, if the session lives. */
  public void arriveLate() {
    List<Request<?>> arrived = List.copyOf(late);
    late.clear();
    if (server.isAlive(id)) {
      arrived.forEach(Request::carryOut);
    }
  }

  /** Connects again, to the same session or to the news of its end. */
  public void reconnect() {
    if (over || connected) {
      return;
    }
    if (server.isAlive(id)) {
      accepted();
    } else {
      expired();
    }
  }

  void accepted() {
    if (over) {
      server.end(id);
      return;
    }
    connected = true;
    heard();
    watches.toAdd().forEach(this::add);
    post(new TreeEvent.Connected(id));
  }

  void endedByServer() {
    late.clear();
    if (!over && connected && stranded == null) {
      disconnect(Fate.DROPPED);
      expired();
    }
  }

  private void expired() {
    over = true;
    owner.execute(() -> events.accept(new TreeEvent.Expired()));
    Answer<Void> answer = new Answer.Failed<>(Failure.SESSION_EXPIRED, -1, "over");
    watches.all().forEach(watch -> owner.execute(() -> watch.answer(answer)));
  }

  /** Called within the commit, so that the event comes before every answer that has seen it. */
  void committed(MemoryServer.Commit commit) {
    if (lagging != null) {
      backlog.add(commit);
      Loop.Timer unused =
          server
              .loop()
              .after(
                  lagMillis,
                  () -> {
                    if (backlog.contains(commit)) {
                      while (!commit.equals(backlog.peek())) {
                        doNext();
                      }
                      doNext();
                    }
                  });
    } else if (stranded == null) {
      tell(commit.changes());
    }
  }

  private void tell(List<Change> changes) {
    if (connected) {
      changes.forEach(change -> watches.eventsOf(change).forEach(this::post));
    }
  }

  private void post(TreeEvent event) {
    owner.execute(
        () -> {
          if (!over) {
            events.accept(event);
          }
        });
  }

  private void add(MemoryWatches.Watch watch) {
    Request<Void> request =
        new Request<>(
            true,
            () -> {
              watch.stand();
              return done();
            },
            answer -> {
              // What was lost is added again at the next connection.
              if (answer.failure() != Failure.CONNECTION_LOSS) {
                watch.answer(answer);
              }
            });
    if (connected) {
      request.send();
    }
  }

  private <T> void send(boolean local, Supplier<Answer<T>> work, Consumer<Answer<T>> then) {
    if (isOver(then)) {
      return;
    }
    Request<T> request = new Request<>(local, work, then);
    if (connected) {
      request.send();
    } else {
      request.lose();
    }
  }

  private <T> boolean isOver(Consumer<Answer<T>> then) {
    if (over) {
      owner.execute(() -> then.accept(new Answer.Failed<>(Failure.SESSION_EXPIRED, -1, "over")));
    }
    return over;
  }

  private <T> Answer<T> read(String path, Function<MemoryNodes, @Nullable T> from) {
    if (!server.mayRead(path)) {
      return new Answer.Failed<>(Failure.OTHER, -1, "NOAUTH");
    }
    if (interference.throttles(path)) {
      return new Answer.Failed<>(Failure.OTHER, -1, "THROTTLEDOP");
    }
    MemoryNodes behind = stranded == null ? lagging : stranded;
    T value = from.apply(behind == null ? server.nodes() : behind);
    return value == null
        ? new Answer.Failed<>(Failure.NO_NODE, -1, "NONODE")
        : new Answer.Ok<>(value);
  }

  private static Answer<Void> done() {
    return new Answer.Ok<>(null);
  }

  private final class Request<T> {
    private final boolean local;
    private final Supplier<Answer<T>> work;
    private final Consumer<Answer<T>> then;

    /**
     * @param local whether the server answers it without its leader
     */
    Request(boolean local, Supplier<Answer<T>> work, Consumer<Answer<T>> then) {
      this.local = local;
      this.work = work;
      this.then = then;
    }

    void send() {
      long by = connection;
      sent.add(this);
      server
          .loop()
          .execute(
              () -> {
                if (by != connection || isHeldUp()) {
                  return;
                }
                // In order: it is the first.
                if (sent.remove(this)) {
                  Answer<T> answer = work.get();
                  owner.execute(() -> then.accept(answer));
                }
              });
    }

    private boolean isHeldUp() {
      blocked |= stranded != null && !local;
      return blocked;
    }

    void carryOut() {
      Answer<T> unused = work.get();
    }

    void lose() {
      owner.execute(() -> then.accept(new Answer.Failed<>(Failure.CONNECTION_LOSS, -1, "lost")));
    }
  }
}
