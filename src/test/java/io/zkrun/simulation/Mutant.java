package io.zkrun.simulation;

import io.zkrun.core.Assignment;
import io.zkrun.core.Bytes;
import io.zkrun.core.SchedulerOptions;
import io.zkrun.znode.Answer;
import io.zkrun.znode.AssignmentNode;
import io.zkrun.znode.ForwardingTree;
import io.zkrun.znode.Loop;
import io.zkrun.znode.Node;
import io.zkrun.znode.ResultNode;
import io.zkrun.znode.Stat;
import io.zkrun.znode.Tree;
import io.zkrun.znode.TreeEvent;
import io.zkrun.znode.Write;
import io.zkrun.znode.Written;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Masters and workers without one of the rules that they live by: what is lost with it is seen. */
enum Mutant {
  NONE,
  /** A master writes without proving that it still leads. */
  NO_EPOCH_CHECK {
    @Override
    Tree wrap(Host host, Tree tree) {
      return host instanceof MasterHost ? new Without(tree, Mutant::withoutChecks) : tree;
    }
  },
  /** A worker writes without proving that it is still registered. */
  NO_INCARNATION_CHECK {
    @Override
    Tree wrap(Host host, Tree tree) {
      return host instanceof WorkerHost ? new Without(tree, Mutant::withoutChecks) : tree;
    }
  },
  /** A worker writes a result and leaves its assignment. */
  ASSIGNMENT_LEFT {
    @Override
    Tree wrap(Host host, Tree tree) {
      return host instanceof WorkerHost ? new Without(tree, Mutant::withoutDeletion) : tree;
    }
  },
  /** A master takes its watches for complete, though the connection was lost in between. */
  NO_RESYNC {
    @Override
    Consumer<TreeEvent> deafen(Host host, Consumer<TreeEvent> events) {
      boolean[] connected = new boolean[1];
      return event -> {
        boolean first = event instanceof TreeEvent.Connected && !connected[0];
        connected[0] |= first;
        boolean heard =
            !(event instanceof TreeEvent.Connected || event instanceof TreeEvent.Disconnected);
        if (heard || first || !(host instanceof MasterHost)) {
          events.accept(event);
        }
      };
    }
  },
  /** A worker takes a server's answer to a read for a proof of its lease. */
  LEASE_FROM_PING {
    @Override
    Tree wrap(Host host, Tree tree) {
      return host instanceof WorkerHost worker ? new Pinging(tree, worker.worker) : tree;
    }
  },
  /** A worker takes a run for that of an assignment because the task is called the same. */
  ADOPTION_BY_NAME {
    @Override
    Tree wrap(Host host, Tree tree) {
      return host instanceof WorkerHost ? new Nameless(tree) : tree;
    }
  },
  /** After a reconnect no timer of a master rings: nothing is declared lost, tried again, over. */
  TIMERS_LOST {
    @Override
    Tree wrap(Host host, Tree tree) {
      return tree;
    }

    @Override
    Loop loop(MasterHost host, Loop loop) {
      return new Forgetful(host, loop);
    }
  },
  /** A master takes every assignment that has vanished for one that it has asked back. */
  VANISHED_FORGOTTEN {
    @Override
    Tree wrap(Host host, Tree tree) {
      return host instanceof MasterHost ? new Misread(tree, "/assign/", Mutant::askedBack) : tree;
    }
  },
  /** A master lets all stand that a person has given to a second worker. */
  SURPLUS_KEPT {
    @Override
    Tree wrap(Host host, Tree tree) {
      return host instanceof MasterHost ? new Without(tree, Mutant::withoutAskingBack) : tree;
    }
  },
  /** A master purges what is younger than it may. */
  MIN_AGE_IGNORED {
    @Override
    SchedulerOptions scheduling(SchedulerOptions options) {
      SchedulerOptions.Retention retention = options.retention();
      return new SchedulerOptions(
          options.workerLostAfterMillis(),
          options.lostLimit(),
          options.onLost(),
          new SchedulerOptions.Retention(
              0, retention.maxAgeMillis(), retention.maxCount(), retention.maxBytes()));
    }
  },
  /** A task is tried once more than it asks for. */
  RETRIED_TOO_OFTEN {
    @Override
    Tree wrap(Host host, Tree tree) {
      return misreadsTasks(host, tree, WorkerHost.class, "\"retries\":1,", "\"retries\":2,");
    }
  },
  /** A task is tried once less. */
  RETRIED_TOO_SELDOM {
    @Override
    Tree wrap(Host host, Tree tree) {
      return misreadsTasks(host, tree, WorkerHost.class, "\"retries\":1,", "\"retries\":0,");
    }
  },
  /** A failed task is tried again at once. */
  RETRIED_TOO_SOON {
    @Override
    Tree wrap(Host host, Tree tree) {
      return misreadsTasks(
          host, tree, MasterHost.class, "\"retryDelaySeconds\":2.", "\"retryDelaySeconds\":0.");
    }
  },
  /** A task is passed on that has been lost too often. */
  LOST_LIMIT_IGNORED {
    @Override
    SchedulerOptions scheduling(SchedulerOptions options) {
      return new SchedulerOptions(
          options.workerLostAfterMillis(), 100, options.onLost(), options.retention());
    }
  },
  /** A master does not wait for the lease of a worker that is gone. */
  LEASE_NOT_WAITED_FOR {
    @Override
    SchedulerOptions scheduling(SchedulerOptions options) {
      return new SchedulerOptions(
          1_000, options.lostLimit(), options.onLost(), options.retention());
    }

    @Override
    Tree wrap(Host host, Tree tree) {
      return host instanceof MasterHost
          ? new Misread(
              tree,
              "/assign/",
              data -> replace(data, "\"leaseSeconds\":13.0", "\"leaseSeconds\":0.5"))
          : tree;
    }
  },
  /** The keeper lets commands live for longer than the lease. */
  KEEPER_LATE {
    @Override
    long killAt(long millis) {
      return millis + World.LEASE_MILLIS;
    }
  },
  /** A master gives a task to a worker that has not what it requires. */
  LABELS_IGNORED {
    @Override
    Tree wrap(Host host, Tree tree) {
      return misreadsTasks(host, tree, MasterHost.class, "\"requires\"", "\"env\"");
    }
  },
  /** A master knows no priority. */
  PRIORITY_IGNORED {
    @Override
    Tree wrap(Host host, Tree tree) {
      return misreadsTasks(host, tree, MasterHost.class, "\"priority\":1,", "\"priority\":0,");
    }
  },
  /** A master lets nothing expire. */
  EXPIRY_IGNORED {
    @Override
    Tree wrap(Host host, Tree tree) {
      return misreadsTasks(
          host, tree, MasterHost.class, "\"startWithinSeconds\":", "\"startWithinSeconds\":9");
    }
  },
  /** A master does not hear that a worker is drained. */
  DRAIN_IGNORED {
    @Override
    Consumer<TreeEvent> deafen(Host host, Consumer<TreeEvent> events) {
      return event -> {
        if (!(event instanceof TreeEvent.Changed changed)
            || !changed.path().startsWith("/drain/")
            || !(host instanceof MasterHost)) {
          events.accept(event);
        }
      };
    }
  },
  /** A master does not pass on that a task is to end. */
  CANCEL_FORGOTTEN {
    @Override
    Tree wrap(Host host, Tree tree) {
      return host instanceof MasterHost ? new Without(tree, Mutant::withoutCancel) : tree;
    }
  },
  /** A master purges what it could not keep. */
  HISTORY_IGNORED {
    @Override
    boolean forgetsHistory() {
      return true;
    }
  },
  /** A worker writes the same again and again. */
  WRITTEN_FOR_EVER {
    @Override
    Tree wrap(Host host, Tree tree) {
      return host instanceof WorkerHost ? new Repeating(tree) : tree;
    }
  };

  Tree wrap(Host host, Tree tree) {
    return tree;
  }

  Consumer<TreeEvent> deafen(Host host, Consumer<TreeEvent> events) {
    return events;
  }

  Loop loop(MasterHost host, Loop loop) {
    return loop;
  }

  SchedulerOptions scheduling(SchedulerOptions options) {
    return options;
  }

  /** What the keeper is told for a deadline. */
  long killAt(long millis) {
    return millis;
  }

  boolean forgetsHistory() {
    return false;
  }

  private static List<Write> withoutChecks(List<Write> writes) {
    return writes.stream().filter(write -> !(write instanceof Write.Check)).toList();
  }

  private static List<Write> withoutDeletion(List<Write> writes) {
    boolean results =
        writes.stream()
            .anyMatch(
                write ->
                    write instanceof Write.Create
                        && write.path().endsWith("/" + ResultNode.STATUS));
    return results
        ? writes.stream().filter(write -> !(write instanceof Write.Delete)).toList()
        : writes;
  }

  private static Bytes replace(Bytes data, String what, String by) {
    String text = data.lossy();
    return text.contains(what) ? Bytes.utf8(text.replace(what, by)) : data;
  }

  private static Tree misreadsTasks(
      Host host, Tree tree, Class<? extends Host> who, String what, String by) {
    return who.isInstance(host)
        ? new Misread(tree, "/tasks/", data -> replace(data, what, by))
        : tree;
  }

  /** Not running, and to be given back. */
  private static Bytes askedBack(Bytes data) {
    return data.lossy().startsWith("{\"attempt\":")
        ? AssignmentNode.encode(
            Assignment.ofAttempt(AssignmentNode.decode(data).attempt()).withGiveBack())
        : data;
  }

  private static List<Write> withoutAskingBack(List<Write> writes) {
    return withoutAssignments(writes, Assignment::giveBack);
  }

  private static List<Write> withoutCancel(List<Write> writes) {
    return withoutAssignments(writes, data -> data.cancel() != null);
  }

  private static List<Write> withoutAssignments(List<Write> writes, Predicate<Assignment> which) {
    return writes.stream()
        .filter(
            write ->
                !(write instanceof Write.SetData set
                    && set.path().startsWith("/assign/")
                    && which.test(AssignmentNode.decode(set.data()))))
        .toList();
  }

  /** Once its master has been connected for a second time, nothing rings. */
  private static final class Forgetful implements Loop {
    private final MasterHost host;
    private final Loop loop;
    private long session;
    private boolean cut;

    Forgetful(MasterHost host, Loop loop) {
      this.host = host;
      this.loop = loop;
    }

    private boolean forgets() {
      if (session != host.session()) {
        session = host.session();
        cut = false;
      }
      cut |= host.tree != null && !host.tree.isConnected() && host.leads();
      return cut;
    }

    @Override
    public void execute(Runnable task) {
      loop.execute(task);
    }

    @Override
    public Timer after(long millis, Runnable task) {
      return loop.after(
          millis,
          () -> {
            if (!forgets()) {
              task.run();
            }
          });
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

  /** Sees other data than there is. */
  private static final class Misread extends ForwardingTree {
    private final String below;
    private final UnaryOperator<Bytes> change;

    Misread(Tree tree, String below, UnaryOperator<Bytes> change) {
      super(tree);
      this.below = below;
      this.change = change;
    }

    @Override
    public void get(String path, Consumer<Answer<Node>> then) {
      super.get(
          path,
          answer ->
              then.accept(
                  answer instanceof Answer.Ok<Node> ok && path.startsWith(below)
                      ? new Answer.Ok<>(
                          new Node(change.apply(ok.value().data()), ok.value().stat()))
                      : answer));
    }
  }

  /** Writes what an assignment says more than once. */
  private static final class Repeating extends ForwardingTree {
    private static final int TIMES = 300;

    Repeating(Tree tree) {
      super(tree);
    }

    @Override
    public void multi(List<Write> writes, Consumer<Answer<List<Written>>> then) {
      if (writes.stream().anyMatch(Write.SetData.class::isInstance)) {
        List<Write> again = new ArrayList<>();
        for (Write write : writes) {
          if (write instanceof Write.Check) {
            again.add(write);
          } else if (write instanceof Write.SetData set && set.path().indexOf('/', 8) > 0) {
            again.add(write);
          }
        }
        for (int i = 0; i < TIMES && again.size() == 3; i++) {
          super.multi(again, answer -> {});
        }
      }
      super.multi(writes, then);
    }
  }

  /** Leaves some of the writes out, and says that they were done. */
  private static final class Without extends ForwardingTree {
    private final UnaryOperator<List<Write>> keep;

    Without(Tree tree, UnaryOperator<List<Write>> keep) {
      super(tree);
      this.keep = keep;
    }

    @Override
    public void multi(List<Write> writes, Consumer<Answer<List<Written>>> then) {
      List<Write> kept = keep.apply(writes);
      super.multi(kept, answer -> then.accept(asIfAll(writes, kept, answer)));
    }

    private static Answer<List<Written>> asIfAll(
        List<Write> writes, List<Write> kept, Answer<List<Written>> answer) {
      if (answer instanceof Answer.Ok<List<Written>> ok) {
        List<Written> all = new ArrayList<>();
        for (Write write : writes) {
          int at = indexOf(kept, write);
          all.add(at < 0 ? new Written(write.path(), -1) : ok.value().get(at));
        }
        return new Answer.Ok<>(all);
      }
      Answer.Failed<List<Written>> failed = (Answer.Failed<List<Written>>) answer;
      int member =
          failed.member() < 0 ? failed.member() : indexOf(writes, kept.get(failed.member()));
      return new Answer.Failed<>(failed.failure(), member, failed.message());
    }

    /** By identity: equal ones may occur twice. */
    private static int indexOf(List<Write> writes, Write write) {
      for (int i = 0; i < writes.size(); i++) {
        if (writes.get(i) == write) {
          return i;
        }
      }
      return -1;
    }
  }

  /** Reads where it should have something committed. */
  private static final class Pinging extends ForwardingTree {
    private final String worker;

    Pinging(Tree tree, String worker) {
      super(tree);
      this.worker = worker;
    }

    @Override
    public void multi(List<Write> writes, Consumer<Answer<List<Written>>> then) {
      if (writes.stream().allMatch(Write.Check.class::isInstance)) {
        super.get(
            "/workers/" + worker,
            answer ->
                then.accept(
                    answer instanceof Answer.Failed<Node> failed
                        ? new Answer.Failed<>(failed.failure(), 0, failed.message())
                        : new Answer.Ok<>(
                            writes.stream().map(write -> new Written(write.path(), -1)).toList())));
      } else {
        super.multi(writes, then);
      }
    }
  }

  /** Sees the same identity in whatever bears the same name. */
  private static final class Nameless extends ForwardingTree {
    Nameless(Tree tree) {
      super(tree);
    }

    @Override
    public void get(String path, Consumer<Answer<Node>> then) {
      long czxid = path.startsWith("/tasks/") ? 1 : path.startsWith("/assign/") ? 2 : 0;
      super.get(
          path,
          answer ->
              then.accept(
                  answer instanceof Answer.Ok<Node> ok && czxid != 0
                      ? new Answer.Ok<>(of(ok.value(), czxid))
                      : answer));
    }

    private static Node of(Node node, long czxid) {
      Stat stat = node.stat();
      Bytes data = node.data();
      return new Node(
          data,
          new Stat(
              czxid,
              stat.mzxid(),
              stat.ctime(),
              stat.mtime(),
              stat.version(),
              stat.cversion(),
              stat.ephemeralOwner(),
              stat.children()));
    }
  }
}
