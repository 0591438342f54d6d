package io.zkrun.worker;

import io.zkrun.core.ClusterId;
import io.zkrun.core.FoundRun;
import io.zkrun.core.Moment;
import io.zkrun.core.NotReady;
import io.zkrun.core.Reason;
import io.zkrun.core.Registration;
import io.zkrun.core.RunEnd;
import io.zkrun.core.RunKey;
import io.zkrun.core.StopMode;
import io.zkrun.core.TaskId;
import io.zkrun.core.WorkerDecision;
import io.zkrun.core.WorkerEvent;
import io.zkrun.core.WorkerMachine;
import io.zkrun.core.WorkerPolicy;
import io.zkrun.metrics.WorkerMetrics;
import io.zkrun.znode.Loop;
import io.zkrun.znode.OncePerPath;
import io.zkrun.znode.Tree;
import io.zkrun.znode.TreeEvent;
import io.zkrun.znode.WorkerNode;
import io.zkrun.znode.ZnodePath;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker: what its session and its runs tell becomes events for the {@link WorkerMachine}, what
 * that decides is done. The protocol is told there and at {@link Registration}. All of it belongs
 * to one loop; {@link #start} and {@link #stop} may be called from anywhere.
 */
public final class Worker {
  private static final Logger log = LoggerFactory.getLogger(Worker.class);

  /** Before everything is read again after what cannot be. */
  private static final long AFTER_BUG_MILLIS = 1_000;

  private final WorkerOptions options;
  private final Tree.Opener opener;
  private final Loop loop;
  private final Runs runs;
  private final WorkerMetrics metrics;
  private final Listener listener;
  private final Standing standing;
  private final WorkerMachine machine;
  private final Registrar registrar;
  private final AssignmentReader reader;
  private final Reporter reporter;

  private final Deque<WorkerEvent> events = new ArrayDeque<>();
  private final OncePerPath foreign = new OncePerPath();

  /** Assignments that changed while this worker registered: its look may be older than they are. */
  private final Set<TaskId> unread = new LinkedHashSet<>();

  private @Nullable Tree tree;
  private Loop.@Nullable Timer timer;
  private long timerAt = Long.MAX_VALUE;
  private boolean handling;

  /** Whether everything is to be read again soon. */
  private boolean doubts;

  private boolean closed;

  /**
   * @param opener opens a session of {@link WorkerOptions#sessionTimeoutMillis}
   * @param runs on the same loop
   */
  public Worker(
      WorkerOptions options,
      Tree.Opener opener,
      Loop loop,
      Runs runs,
      WorkerMetrics metrics,
      Listener listener) {
    this.options = options;
    this.opener = opener;
    this.loop = loop;
    this.runs = runs;
    this.metrics = metrics;
    this.listener = listener;
    standing = new Standing(listener);
    List<FoundRun> found = runs.found();
    this.machine =
        new WorkerMachine(
            new WorkerPolicy(
                options.name(),
                options.slots(),
                options.leaseMillis(),
                options.killAfterMillis(),
                options.onLost()),
            found);
    this.registrar = new Registrar(options, runs, loop, new Registered());
    this.reader =
        new AssignmentReader(options.name(), loop, machine::knows, this::on, standing::refused);
    this.reporter =
        new Reporter(options, loop, metrics, this::on, registrar::lost, registrar::doubt);
    if (!found.isEmpty()) {
      log.info("found {} runs of an earlier daemon in the spool", found.size());
    }
  }

  /** Begins. */
  public void start() {
    loop.execute(
        () -> {
          runs.listen(new RunEvents());
          open();
        });
  }

  /** Ends; {@link Listener#stopped} tells when. Asked again, it may end the commands too. */
  public void stop(StopMode mode) {
    loop.execute(() -> on(new WorkerEvent.StopAsked(mode)));
  }

  // ---- the session

  private void open() {
    standing.disconnected();
    Session session = new Session();
    session.tree = opener.open(loop, session::on);
    tree = session.tree;
    reporter.open(session.tree, registrar::header);
  }

  /** One session; events of one that was replaced say nothing. */
  private final class Session {
    private @Nullable Tree tree;

    void on(TreeEvent event) {
      if (closed || tree == null || tree != Worker.this.tree) {
        return;
      }
      if (event instanceof TreeEvent.Connected connected) {
        registrar.connected(tree, connected.sessionId());
      } else if (event instanceof TreeEvent.Disconnected lost) {
        log.warn("lost the connection to ZooKeeper: {}", lost.reason());
        suspend();
        registrar.disconnected();
        standing.disconnected();
      } else if (event instanceof TreeEvent.Expired) {
        log.warn("the session with ZooKeeper has expired; opening another");
        suspend();
        registrar.disconnected();
        tree.close();
        open();
      } else if (event instanceof TreeEvent.Changed changed) {
        changed(tree, changed.kind(), changed.path());
      }
    }
  }

  private void suspend() {
    reader.cancel();
    on(new WorkerEvent.Suspended());
  }

  private void changed(Tree at, TreeEvent.Kind kind, String path) {
    ZnodePath parsed = ZnodePath.parse(path);
    if (parsed instanceof ZnodePath.Assign) {
      if (kind != TreeEvent.Kind.CHILDREN) {
        registrar.clusterChanged();
      }
    } else if (parsed instanceof ZnodePath.Assignment assignment) {
      assignmentChanged(at, kind, assignment.task());
    } else if (parsed instanceof ZnodePath.WorkerAssign || path.equals(ownPath())) {
      if (registrar.isRegistered() && kind != TreeEvent.Kind.CHILDREN) {
        ownChanged(kind);
      } else {
        registrar.poke();
      }
    } else if (foreign.isNew(path)) {
      log.warn("{} is not zkrun's; it is left alone", Reason.of(path));
    }
  }

  private String ownPath() {
    return WorkerNode.path(options.name());
  }

  private void ownChanged(TreeEvent.Kind kind) {
    if (kind == TreeEvent.Kind.DELETED) {
      log.warn("somebody deleted the registration of this worker; registering again");
    }
    registrar.doubt();
  }

  private void assignmentChanged(Tree at, TreeEvent.Kind kind, TaskId task) {
    if (!registrar.isRegistered()) {
      unread.add(task);
      registrar.poke();
    } else if (kind == TreeEvent.Kind.DELETED) {
      reader.deleted(task);
      on(new WorkerEvent.AssignmentGone(task));
    } else {
      reader.read(at, task);
    }
  }

  // ---- events and decisions

  /** Takes in one event after the other, also those that a decision brings about. */
  private void on(WorkerEvent event) {
    if (closed) {
      return;
    }
    events.add(event);
    if (handling) {
      return;
    }
    handling = true;
    try {
      for (WorkerEvent next = events.poll(); next != null && !closed; next = events.poll()) {
        handle(next);
      }
    } finally {
      handling = false;
    }
    if (!closed) {
      metrics.running(machine.liveCount());
      wakeInTime();
    }
  }

  private void handle(WorkerEvent event) {
    List<WorkerDecision> decisions;
    try {
      decisions = machine.on(event, new Moment(loop.bootMillis(), loop.now()));
    } catch (IllegalStateException e) {
      bug(event, e);
      return;
    }
    decisions.forEach(this::perform);
    if (event instanceof WorkerEvent.RunEnded || event instanceof WorkerEvent.RunRefused) {
      registrar.poke();
    } else if (event instanceof WorkerEvent.Reconciled && !closed) {
      standing.ready();
    }
  }

  /**
   * What was thought of the tree and of the runs does not agree with what happens: the tree is
   * looked at again, a moment later, should that bring the same about.
   */
  private void bug(WorkerEvent event, IllegalStateException why) {
    String what = event.getClass().getSimpleName() + ": " + why.getMessage();
    log.error(
        "this is a bug: {}; it is passed over, and all assignments are read again", what, why);
    listener.impossible(why);
    if (!doubts) {
      doubts = true;
      loop.after(
          AFTER_BUG_MILLIS,
          () -> {
            doubts = false;
            registrar.doubt();
          });
    }
  }

  private void perform(WorkerDecision decision) {
    if (decision instanceof WorkerDecision.Start start) {
      metrics.started();
      runs.start(start);
    } else if (decision instanceof WorkerDecision.Adopt adopt) {
      runs.adopt(adopt.key(), adopt.killAfterSeconds());
    } else if (decision instanceof WorkerDecision.End end) {
      log.info("ending {}: {}", end.key().task(), Reason.of(end.reason()));
      runs.end(end.key(), end.cause(), end.reason());
    } else if (decision instanceof WorkerDecision.SetDeadline deadline) {
      runs.deadline(deadline.termAt(), deadline.killAt());
    } else if (decision instanceof WorkerDecision.KeepOutputs keep) {
      runs.keepOutputs(keep.key());
    } else if (decision instanceof WorkerDecision.Delivered delivered) {
      runs.delivered(delivered.key());
    } else if (decision instanceof WorkerDecision.Warn warn) {
      log.warn("{}", Reason.of(warn.message()));
    } else if (decision instanceof WorkerDecision.Publish publish) {
      standing.host(publish.notReady());
      registrar.publish(publish.notReady());
    } else if (decision instanceof WorkerDecision.Probe) {
      runs.probe();
    } else if (decision instanceof WorkerDecision.GiveUp given) {
      close();
      listener.fatal(given.message());
    } else if (decision instanceof WorkerDecision.Stopped) {
      close();
      listener.stopped();
    } else {
      write(decision);
    }
  }

  private void write(WorkerDecision decision) {
    if (decision instanceof WorkerDecision.Report report) {
      reporter.report(report);
    } else if (decision instanceof WorkerDecision.Remove remove) {
      reporter.remove(remove);
    } else if (decision instanceof WorkerDecision.Mark mark) {
      reporter.mark(mark);
    } else if (decision instanceof WorkerDecision.Renew) {
      reporter.renew();
    } else if (decision instanceof WorkerDecision.Read read && tree != null) {
      reader.read(tree, read.task());
    }
  }

  private void wakeInTime() {
    long at = machine.wakeAt();
    if (at == timerAt) {
      return;
    }
    timerAt = at;
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
    if (at != Long.MAX_VALUE) {
      timer = loop.after(Math.max(1, at - loop.bootMillis()), this::tick);
    }
  }

  private void tick() {
    timerAt = Long.MAX_VALUE;
    on(new WorkerEvent.Ticked());
  }

  private void close() {
    closed = true;
    reader.cancel();
    if (timer != null) {
      timer.cancel();
    }
    if (tree != null) {
      tree.close();
    }
  }

  private final class RunEvents implements Runs.Events {
    @Override
    public void started(RunKey key, Instant at, long pid) {
      on(new WorkerEvent.RunStarted(key, at, pid));
    }

    @Override
    public void ended(RunKey key, RunEnd end) {
      on(new WorkerEvent.RunEnded(key, end));
    }

    @Override
    public void refused(RunKey key, NotReady why) {
      on(new WorkerEvent.RunRefused(key, why));
    }

    @Override
    public void probed(@Nullable NotReady why) {
      on(new WorkerEvent.Probed(why));
    }

    @Override
    public void hangs(@Nullable String why) {
      standing.spool(why);
      if (why != null) {
        on(new WorkerEvent.SpoolStuck(why));
      } else {
        on(new WorkerEvent.SpoolMoves());
        // What it could not take on is looked at again, and then it is ready.
        registrar.doubt();
      }
    }
  }

  private final class Registered implements Registrar.Owner {
    @Override
    public void registered(ClusterId cluster, long sentAt, List<TaskId> tasks) {
      Tree at = tree;
      if (at != null) {
        metrics.registered();
        reporter.open(at, registrar::header);
        on(new WorkerEvent.Registered(cluster, sentAt));
        list(at, tasks);
      }
    }

    @Override
    public void confirmed(List<TaskId> tasks) {
      Tree at = tree;
      if (at != null) {
        on(new WorkerEvent.Confirmed());
        list(at, tasks);
        reporter.resume();
      }
    }

    private void list(Tree at, List<TaskId> tasks) {
      standing.reads();
      unread.addAll(tasks);
      List<TaskId> all = List.copyOf(unread);
      unread.clear();
      on(new WorkerEvent.Listed(all));
      reader.cancel();
      reader.readAll(at, all);
    }

    @Override
    public void suspended() {
      suspend();
    }

    @Override
    public void away(String reason) {
      standing.away(reason);
    }

    @Override
    public void clusterNamed(ClusterId cluster) {
      on(new WorkerEvent.ClusterNamed(cluster));
    }

    @Override
    public void endFenced() {
      on(new WorkerEvent.LossDeclared());
    }

    @Override
    public void endAll() {
      on(new WorkerEvent.TreeWiped());
    }

    @Override
    public Registration.Alive alive() {
      if (machine.hasFencedLive()) {
        return Registration.Alive.FENCED;
      }
      return machine.hasLive() ? Registration.Alive.HOLD_ONLY : Registration.Alive.NOTHING;
    }

    @Override
    public void refused(String message) {
      close();
      listener.fatal(message);
    }
  }
}
