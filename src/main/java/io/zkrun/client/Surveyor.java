package io.zkrun.client;

import io.zkrun.core.Bytes;
import io.zkrun.znode.Children;
import io.zkrun.znode.ClusterNode;
import io.zkrun.znode.TaskNode;
import io.zkrun.znode.WorkerNode;
import io.zkrun.znode.Write;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Counts what stands in the tree, and reads the leader's clock off a znode of its own. */
final class Surveyor {
  /** Of an answer with names: its header and their number. */
  private static final int LIST_HEAD_BYTES = 20;

  private static final int NAME_HEAD_BYTES = 4;

  private final Session session;
  private final Gate gate;
  private final String scratch;

  /**
   * @param nonce names the scratch znode, which ends with the session at the latest
   */
  Surveyor(Session session, Gate gate, String nonce) {
    this.session = session;
    this.gate = gate;
    scratch = "/zkrun-clock-" + nonce;
  }

  private record Clocks(Instant before, Instant server, Instant after) {}

  private record Base(boolean workers, boolean assign, Optional<Children> tasks) {}

  CompletableFuture<Survey> survey() {
    CompletableFuture<ClusterView> cluster = new ClusterReader(session, gate).read();
    CompletableFuture<Base> base = base();
    CompletableFuture<Clocks> clocks = clocks();
    return CompletableFuture.allOf(cluster, base, clocks)
        .thenApply(all -> survey(cluster.join(), base.join(), clocks.join()));
  }

  private CompletableFuture<Base> base() {
    CompletableFuture<Optional<Children>> tasks = session.children(TaskNode.ROOT);
    CompletableFuture<Boolean> workers =
        session.get(WorkerNode.ROOT).thenApply(Optional::isPresent);
    CompletableFuture<Boolean> assign =
        session.get(ClusterNode.PATH).thenApply(Optional::isPresent);
    return CompletableFuture.allOf(tasks, workers, assign)
        .thenApply(all -> new Base(workers.join(), assign.join(), tasks.join()));
  }

  private CompletableFuture<Clocks> clocks() {
    Instant before = session.loop().now();
    return session
        .writeAgain(new Write.Create(scratch, Bytes.EMPTY, Write.Mode.EPHEMERAL))
        .thenCompose(
            created -> {
              if (created.failure() != null) {
                throw Session.refused("cannot make " + scratch, created);
              }
              Instant after = session.loop().now();
              return session
                  .get(scratch)
                  .thenCompose(
                      node -> {
                        Instant server =
                            node.map(found -> Instant.ofEpochMilli(found.stat().ctime()))
                                .orElse(before);
                        return session
                            .writeAgain(new Write.Delete(scratch, Write.ANY_VERSION))
                            .thenApply(deleted -> new Clocks(before, server, after));
                      });
            });
  }

  private static Survey survey(ClusterView cluster, Base base, Clocks clocks) {
    List<String> names = base.tasks().map(Children::names).orElse(List.of());
    boolean used =
        cluster.master().isPresent() || base.workers() || base.assign() || base.tasks().isPresent();
    return new Survey(
        used,
        cluster.master(),
        cluster.workers(),
        names.size(),
        base.tasks().map(found -> found.stat().created()).orElse(0L),
        listBytes(names),
        clocks.server(),
        clocks.before(),
        clocks.after());
  }

  private static long listBytes(List<String> names) {
    return LIST_HEAD_BYTES
        + names.stream()
            .mapToLong(name -> NAME_HEAD_BYTES + name.getBytes(StandardCharsets.UTF_8).length)
            .sum();
  }
}
