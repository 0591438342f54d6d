package io.zkrun.master;

import io.zkrun.core.Bytes;
import io.zkrun.core.Cluster;
import io.zkrun.core.ClusterId;
import io.zkrun.core.MasterInfo;
import io.zkrun.metrics.MasterMetrics;
import io.zkrun.znode.Answer;
import io.zkrun.znode.ClusterNode;
import io.zkrun.znode.Failure;
import io.zkrun.znode.Loop;
import io.zkrun.znode.MasterNode;
import io.zkrun.znode.Node;
import io.zkrun.znode.StandbyNode;
import io.zkrun.znode.TaskNode;
import io.zkrun.znode.Tree;
import io.zkrun.znode.TreeEvent;
import io.zkrun.znode.WorkerNode;
import io.zkrun.znode.Write;
import io.zkrun.znode.Written;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A master: stands for election, leads, and resigns. Everything happens on its loop; all decisions
 * about tasks and workers are {@link io.zkrun.core.Scheduler}'s.
 *
 * <p>It is elected by one multi: create {@code /master}, set its data once (so that it stands at
 * version 1, which no hand-made one does), and set {@code /assign}, whose resulting version is its
 * epoch. Whatever is not clear about a session (whether it was elected, why a check failed) is made
 * clear by ending that session and beginning another.
 */
public final class Master {
  private static final Logger LOG = LoggerFactory.getLogger(Master.class);
  private static final long RETRY_MILLIS = 1_000;
  private static final String READS = "leads; reads the tree";
  private static final List<String> BASE =
      List.of(WorkerNode.ROOT, TaskNode.ROOT, ClusterNode.PATH);

  private final MasterOptions options;
  private final Tree.Opener opener;
  private final Loop loop;
  private final History history;
  private final MasterMetrics metrics;
  private final Listener listener;
  private @Nullable Term term;
  private @Nullable Rehearsal rehearsal;

  /** The tree in which it stood last. */
  private ClusterId cluster = ClusterId.NONE;

  private boolean stopped;

  /** Hears what becomes of a master, on its loop. */
  public interface Listener {
    /** Somebody else leads; this one waits. */
    default void standby(MasterInfo leader) {}

    /** It leads and has read the tree; told again after each reading. */
    default void leading(int epoch) {}

    /** It has no connection to ZooKeeper: not yet, or no longer. */
    default void disconnected() {}

    /** It is connected, and neither leads nor stands by; the reason is one line. */
    default void away(String reason) {}

    /** It no longer leads, or no longer stands by: it will stand again. */
    default void resigned(String reason) {}
  }

  public Master(
      MasterOptions options,
      Tree.Opener opener,
      Loop loop,
      History history,
      MasterMetrics metrics,
      Listener listener) {
    this.options = options;
    this.opener = opener;
    this.loop = loop;
    this.history = history;
    this.metrics = metrics;
    this.listener = listener;
  }

  /** Begins; returns at once. */
  public void start() {
    loop.execute(this::stand);
  }

  /** Ends the session, so that a standby takes over at once. {@code done} runs on the loop. */
  public void stop(Runnable done) {
    loop.execute(
        () -> {
          stopped = true;
          if (rehearsal != null) {
            rehearsal.close();
          }
          if (term != null) {
            term.close();
            term = null;
          }
          done.run();
        });
  }

  private void stand() {
    if (!stopped) {
      term = new Term();
      term.open();
    }
  }

  /** A tree whose name a person has overwritten gets back the one that we know. */
  private ClusterId name(ClusterId found) {
    if (!found.uuid().isEmpty()) {
      return found;
    }
    boolean known = !cluster.uuid().isEmpty() && found.isSameAs(cluster);
    return found.withUuid(known ? cluster.uuid() : options.newClusterUuid().get());
  }

  private static String refused(String what) {
    return "ZooKeeper does not let it read " + what;
  }

  private void termOver(String reason, long pauseMillis) {
    LOG.warn("{}; standing for election again", reason);
    listener.resigned(reason);
    metrics.resigned();
    term = null;
    loop.after(pauseMillis, this::stand);
  }

  /** One session, from its opening to its end. */
  private final class Term {
    private @Nullable Tree tree;
    private @Nullable Reign reign;
    private long session;
    private boolean electing;

    /** Whether its reign, of which it has one at most, has begun to work. */
    private boolean hasLed;

    /** Whether it was refused to look who leads. */
    private boolean mayNotLook;

    private boolean closed;
    private @Nullable String lastLeader;

    /** What kept it from standing for election when that was last logged. */
    private @Nullable String lastTrouble;

    void open() {
      listener.disconnected();
      tree = opener.open(loop, this::hear);
    }

    private Tree tree() {
      if (tree == null) {
        throw new IllegalStateException("a session's event came before the session");
      }
      return tree;
    }

    void close() {
      closed = true;
      if (reign != null) {
        reign.close();
      }
      tree().close();
    }

    private void end(String reason, long pauseMillis) {
      if (!closed) {
        close();
        termOver(reason, pauseMillis);
      }
    }

    private void hear(TreeEvent event) {
      if (closed) {
        return;
      }
      if (event instanceof TreeEvent.Connected connected) {
        connected(connected.sessionId());
      } else if (event instanceof TreeEvent.Disconnected lost) {
        LOG.warn("disconnected from ZooKeeper ({}); waiting to be connected again", lost.reason());
        listener.disconnected();
        lastLeader = null;
        if (reign != null) {
          reign.disconnected();
        }
      } else if (event instanceof TreeEvent.Expired) {
        end("the session with ZooKeeper has expired", 0);
      } else if (event instanceof TreeEvent.Changed changed) {
        changed(changed);
      }
    }

    private void connected(long sessionId) {
      session = sessionId;
      if (reign != null) {
        listener.away(READS);
        reign.load();
      } else if (electing) {
        end("lost the connection during the election", 0);
      } else {
        listener.away("looks for who leads");
        tree().watch(MasterNode.PATH, false, answer -> {});
        tree().sync(answer -> look());
      }
    }

    private void changed(TreeEvent.Changed changed) {
      boolean master = changed.path().equals(MasterNode.PATH);
      if (master && changed.kind() == TreeEvent.Kind.DELETED && reign != null) {
        end("/master was deleted", options.resignMillis());
      } else if (master && reign != null) {
        reign.checkFence(MasterNode.PATH);
      } else if (master && changed.kind() == TreeEvent.Kind.DELETED) {
        look();
      } else if (!master && reign != null) {
        reign.changed(changed);
      }
    }

    /** Is there a leader? */
    private void look() {
      if (closed || reign != null || electing) {
        return;
      }
      tree()
          .get(
              MasterNode.PATH,
              answer -> {
                if (closed || reign != null || electing) {
                  return;
                }
                if (answer instanceof Answer.Ok<Node> leader) {
                  standBy(leader.value());
                } else if (answer.failure() == Failure.NO_NODE) {
                  readCluster();
                } else if (answer instanceof Answer.Failed<Node> failed
                    && failed.failure() == Failure.OTHER) {
                  lastLeader = null;
                  mayNotLook(failed.message());
                  loop.after(RETRY_MILLIS, this::look);
                }
              });
    }

    private void mayNotLook(String why) {
      String reason = refused(MasterNode.PATH + ": " + why);
      if (!mayNotLook) {
        mayNotLook = true;
        LOG.warn("{}; trying until it does", reason);
      }
      listener.away(reason);
    }

    private void standBy(Node leader) {
      if (leader.stat().ephemeralOwner() == session) {
        end("found a /master of this very session", 0);
        return;
      }
      publish(true);
      MasterInfo info = MasterNode.decode(leader.data());
      if (!info.toString().equals(lastLeader)) {
        lastLeader = info.toString();
        lastTrouble = null;
        listener.standby(info);
      }
      if (rehearsal == null && options.rehearsedTasks() > 0) {
        rehearsal = Rehearsal.begin(options, tree(), loop, options.rehearsedTasks());
      }
    }

    /** For people: whether it comes through changes nothing. */
    private void publish(boolean mayMakeRoot) {
      tree()
          .multi(
              List.of(
                  new Write.Create(
                      StandbyNode.path(options.self(), session),
                      MasterNode.encode(options.self()),
                      Write.Mode.EPHEMERAL)),
              answer -> {
                if (answer.failure() == Failure.NO_NODE && mayMakeRoot && !closed) {
                  makeMasters();
                }
              });
    }

    private void makeMasters() {
      tree()
          .multi(
              List.of(new Write.Create(StandbyNode.ROOT, Bytes.EMPTY, Write.Mode.PERSISTENT)),
              answer -> {
                if (!closed) {
                  publish(false);
                }
              });
    }

    private void readCluster() {
      electing = true;
      if (rehearsal != null) {
        rehearsal.close();
      }
      tree()
          .get(
              ClusterNode.PATH,
              answer -> {
                if (closed) {
                  return;
                }
                if (answer instanceof Answer.Ok<Node> assign) {
                  elect(assign.value());
                } else if (answer.failure() == Failure.NO_NODE) {
                  makeBase();
                } else {
                  again(answer);
                }
              });
    }

    private void makeBase() {
      Deque<String> missing = new ArrayDeque<>(BASE);
      makeNext(missing);
    }

    private void makeNext(Deque<String> missing) {
      String path = missing.poll();
      if (path == null) {
        electing = false;
        look();
        return;
      }
      tree()
          .multi(
              List.of(new Write.Create(path, Bytes.EMPTY, Write.Mode.PERSISTENT)),
              answer -> {
                if (closed) {
                  return;
                }
                if (answer instanceof Answer.Ok || answer.failure() == Failure.NODE_EXISTS) {
                  makeNext(missing);
                } else {
                  again(answer);
                }
              });
    }

    private void elect(Node assign) {
      cluster = name(ClusterNode.id(assign));
      String name = options.self().host() + ":" + options.self().pid();
      Bytes self = MasterNode.encode(options.self());
      tree()
          .multi(
              List.of(
                  new Write.Create(MasterNode.PATH, self, Write.Mode.EPHEMERAL),
                  new Write.SetData(MasterNode.PATH, self, 0),
                  new Write.SetData(
                      ClusterNode.PATH,
                      ClusterNode.encode(new Cluster(cluster.uuid(), name)),
                      assign.stat().version())),
              this::elected);
    }

    private void elected(Answer<List<Written>> answer) {
      if (closed) {
        return;
      }
      electing = false;
      if (answer instanceof Answer.Ok<List<Written>> ok) {
        int epoch = ok.value().get(2).version();
        lastTrouble = null;
        LOG.info("elected in epoch {}; reading the tree", epoch);
        listener.away(READS);
        Reign begun =
            new Reign(
                options,
                tree(),
                loop,
                history,
                metrics,
                new Fence(epoch, session, cluster),
                reason -> end(reason, options.resignMillis()),
                stuckAt -> listener.away("leads, but " + refused(stuckAt)),
                () -> leads(epoch));
        reign = begun;
        makeMissing(begun);
      } else if (answer.failure() == Failure.CONNECTION_LOSS) {
        electing = true;
      } else if (answer.failure() == Failure.OTHER) {
        again(answer);
      } else {
        look();
      }
    }

    private void leads(int epoch) {
      if (!hasLed) {
        hasLed = true;
        metrics.elected();
      }
      listener.leading(epoch);
    }

    /** {@code /assign} is there; the others may have been deleted by hand. */
    private void makeMissing(Reign begun) {
      for (String path : List.of(WorkerNode.ROOT, TaskNode.ROOT)) {
        tree()
            .multi(
                List.of(new Write.Create(path, Bytes.EMPTY, Write.Mode.PERSISTENT)), answer -> {});
      }
      begun.load();
    }

    /** After a lost connection the reconnect goes on; after anything else, a moment later. */
    private void again(Answer<?> answer) {
      if (answer.failure() == Failure.CONNECTION_LOSS
          || answer.failure() == Failure.SESSION_EXPIRED) {
        return;
      }
      String trouble = "cannot stand for election: " + answer;
      if (!trouble.equals(lastTrouble)) {
        LOG.error("{}; trying every {} ms", trouble, RETRY_MILLIS);
      }
      lastTrouble = trouble;
      lastLeader = null;
      listener.away(trouble);
      electing = false;
      loop.after(RETRY_MILLIS, this::look);
    }
  }
}
