package io.zkrun.simulation;

import io.zkrun.core.Bytes;
import io.zkrun.znode.Answer;
import io.zkrun.znode.ForwardingTree;
import io.zkrun.znode.Node;
import io.zkrun.znode.ResultNode;
import io.zkrun.znode.Stat;
import io.zkrun.znode.Tree;
import io.zkrun.znode.TreeEvent;
import io.zkrun.znode.Write;
import io.zkrun.znode.Written;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
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
  };

  Tree wrap(Host host, Tree tree) {
    return tree;
  }

  Consumer<TreeEvent> deafen(Host host, Consumer<TreeEvent> events) {
    return events;
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
