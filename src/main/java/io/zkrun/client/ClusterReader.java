package io.zkrun.client;

import io.zkrun.client.ClusterView.Assigned;
import io.zkrun.client.MasterView.State;
import io.zkrun.core.TaskId;
import io.zkrun.core.WorkerInfo;
import io.zkrun.core.WorkerName;
import io.zkrun.znode.AssignmentNode;
import io.zkrun.znode.Children;
import io.zkrun.znode.ClusterNode;
import io.zkrun.znode.IncarnationNode;
import io.zkrun.znode.MasterNode;
import io.zkrun.znode.Node;
import io.zkrun.znode.RequestNode;
import io.zkrun.znode.StandbyNode;
import io.zkrun.znode.WorkerNode;
import io.zkrun.znode.ZnodePath;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Reads who is there and who has what. */
final class ClusterReader {
  private final Session session;
  private final Gate gate;

  ClusterReader(Session session, Gate gate) {
    this.session = session;
    this.gate = gate;
  }

  private record Registered(WorkerInfo info, Instant since) {}

  /** The one that leads. */
  CompletableFuture<Optional<MasterView>> master() {
    return session.get(MasterNode.PATH).thenApply(node -> node.map(ClusterReader::leader));
  }

  private static MasterView leader(Node node) {
    boolean elected = node.stat().version() == MasterNode.ELECTED_VERSION;
    return view(node, elected ? State.LEADS : State.BY_HAND);
  }

  private static MasterView view(Node node, State state) {
    Instant since = Instant.ofEpochMilli(node.stat().ctime());
    return new MasterView(MasterNode.decode(node.data()), state, since);
  }

  /** The one that leads, and then those that stand by, in the order in which they came. */
  CompletableFuture<List<MasterView>> masters() {
    CompletableFuture<List<Node>> present =
        names(StandbyNode.ROOT)
            .thenCompose(names -> gate.all(names, name -> session.get(StandbyNode.path(name))))
            .thenApply(nodes -> nodes.stream().flatMap(Optional::stream).toList());
    return present.thenCompose(
        nodes -> session.get(MasterNode.PATH).thenApply(leader -> masters(leader, nodes)));
  }

  private static List<MasterView> masters(Optional<Node> leader, List<Node> present) {
    long leads = leader.map(node -> node.stat().ephemeralOwner()).orElse(0L);
    List<MasterView> all = new ArrayList<>();
    leader.ifPresent(node -> all.add(leader(node)));
    present.stream()
        .filter(node -> node.stat().ephemeralOwner() != leads)
        .sorted(Comparator.comparingLong(node -> node.stat().czxid()))
        .forEach(node -> all.add(view(node, State.STANDS_BY)));
    return all;
  }

  CompletableFuture<ClusterView> read() {
    CompletableFuture<Optional<MasterView>> master = master();
    CompletableFuture<Map<String, Registered>> registered = registered();
    CompletableFuture<List<Assigned>> assigned = assigned();
    CompletableFuture<Map<String, String>> drains = drains();
    return CompletableFuture.allOf(master, registered, assigned, drains)
        .thenApply(
            all ->
                new ClusterView(
                    master.join(),
                    workers(registered.join(), assigned.join(), drains.join()),
                    byTask(assigned.join())));
  }

  private CompletableFuture<Map<String, Registered>> registered() {
    return each(
        WorkerNode.ROOT,
        WorkerNode::path,
        node ->
            new Registered(
                WorkerNode.decode(node.data()), Instant.ofEpochMilli(node.stat().ctime())));
  }

  private CompletableFuture<Map<String, String>> drains() {
    return each(
        RequestNode.DRAIN_ROOT,
        RequestNode::drainPath,
        node -> RequestNode.decodeReason(node.data()));
  }

  /** What stands below {@code parent} for each valid worker's name. */
  private <T> CompletableFuture<Map<String, T>> each(
      String parent, Function<String, String> path, Function<Node, T> decode) {
    Map<String, T> found = new TreeMap<>();
    return names(parent)
        .thenCompose(
            names ->
                gate.all(
                    names.stream().filter(WorkerName::isValid).toList(),
                    name ->
                        session
                            .get(path.apply(name))
                            .thenAccept(
                                node -> node.ifPresent(n -> found.put(name, decode.apply(n))))))
        .thenApply(all -> found);
  }

  private CompletableFuture<List<Assigned>> assigned() {
    return names(ClusterNode.PATH)
        .thenCompose(workers -> gate.all(workers, this::assignedTo))
        .thenApply(lists -> lists.stream().flatMap(List::stream).toList())
        .thenCompose(paths -> gate.all(paths, this::assignment))
        .thenApply(found -> found.stream().flatMap(Optional::stream).toList());
  }

  private CompletableFuture<List<ZnodePath.Assignment>> assignedTo(String worker) {
    String parent = IncarnationNode.path(worker);
    return names(parent)
        .thenApply(
            names ->
                names.stream()
                    .map(name -> ZnodePath.parse(parent + "/" + name))
                    .filter(ZnodePath.Assignment.class::isInstance)
                    .map(ZnodePath.Assignment.class::cast)
                    .toList());
  }

  private CompletableFuture<Optional<Assigned>> assignment(ZnodePath.Assignment path) {
    return session
        .get(AssignmentNode.path(path.worker(), path.task()))
        .thenApply(
            node ->
                node.map(
                    found ->
                        new Assigned(
                            path.task(),
                            path.worker(),
                            AssignmentNode.decode(found.data()),
                            found.stat())));
  }

  private CompletableFuture<List<String>> names(String path) {
    return session
        .children(path)
        .thenApply(children -> children.map(Children::names).orElse(List.of()));
  }

  private static Map<TaskId, Assigned> byTask(List<Assigned> all) {
    Map<TaskId, Assigned> byTask = new HashMap<>();
    for (Assigned each : all) {
      byTask.merge(each.task(), each, (a, b) -> a.stat().czxid() < b.stat().czxid() ? a : b);
    }
    return byTask;
  }

  private static List<WorkerView> workers(
      Map<String, Registered> registered, List<Assigned> assigned, Map<String, String> drains) {
    Map<String, int[]> counts = new HashMap<>();
    for (Assigned each : assigned) {
      counts.computeIfAbsent(each.worker(), name -> new int[2])[each.assignment().held() ? 1 : 0]++;
    }
    TreeSet<String> names = new TreeSet<>(registered.keySet());
    names.addAll(counts.keySet());
    return names.stream()
        .map(
            name -> {
              int[] count = counts.getOrDefault(name, new int[2]);
              Registered there = registered.get(name);
              return new WorkerView(
                  name,
                  count[0],
                  count[1],
                  there == null ? null : there.info(),
                  there == null ? null : there.since(),
                  drains.get(name));
            })
        .toList();
  }
}
