package io.zkrun.cli;

import io.zkrun.ensemble.EnsembleMember;
import io.zkrun.ensemble.EnsembleMember.View;
import io.zkrun.ensemble.ZooCfg;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A ZooKeeper server in this process, and what it tells people about its ensemble. */
final class ZookeeperDaemon implements Daemon {
  private static final Logger LOG = LoggerFactory.getLogger("zkrun");
  private static final long LOOK_MILLIS = 100;
  private static final long FIRST_WORD_MILLIS = 3_000;
  private static final long NEXT_WORD_MILLIS = 60_000;

  /** A server that hangs on its way down is cut off: what it has answered is on disk. */
  private static final long STOP_MILLIS = 3_000;

  private final ZooCfg cfg;
  private final ScheduledExecutorService looker =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "ensemble");
            thread.setDaemon(true);
            return thread;
          });
  private @Nullable EnsembleMember member;

  // Of the looker's thread.
  private String told = "";
  private long waitingSince = System.nanoTime();
  private long nextWordMillis = FIRST_WORD_MILLIS;
  private List<Integer> toldMissing = List.of();

  ZookeeperDaemon(ZooCfg cfg) {
    this.cfg = cfg;
  }

  @Override
  public String name() {
    return "zookeeper";
  }

  @Override
  public void start(Life life) throws IOException {
    EnsembleMember begun = new EnsembleMember(cfg, life::fatal);
    begun.start();
    member = begun;
    var unused =
        looker.scheduleWithFixedDelay(
            () -> look(begun, life), 0, LOOK_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void look(EnsembleMember begun, Life life) {
    View view = begun.view();
    String role = view.role();
    if (role != null) {
      serves(begun, view, role, life);
    } else {
      waits(begun, view);
    }
  }

  private void serves(EnsembleMember begun, View view, String role, Life life) {
    String text =
        role.equals("standalone")
            ? "serves alone at " + port()
            : "serves at " + port() + " as " + role + leader(begun, view, role);
    if (!text.equals(told)) {
      told = text;
      life.ready(text);
    }
    waitingSince = System.nanoTime();
    nextWordMillis = FIRST_WORD_MILLIS;
  }

  private static String leader(EnsembleMember begun, View view, String role) {
    return role.equals("leader") ? "" : " of " + begun.host(view.leader());
  }

  private String port() {
    return "port " + (cfg.clientPort().isPresent() ? cfg.clientPort().getAsInt() : "of its line");
  }

  private void waits(EnsembleMember begun, View view) {
    if (!told.isEmpty()) {
      LOG.warn("serves no longer; looks for a quorum");
      told = "";
      waitingSince = System.nanoTime();
    }
    long waited = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - waitingSince);
    boolean news =
        nextWordMillis > FIRST_WORD_MILLIS && !Objects.equals(toldMissing, view.missing());
    if (cfg.isDistributed() && (waited >= nextWordMillis || news)) {
      nextWordMillis = waited + NEXT_WORD_MILLIS;
      toldMissing = view.missing();
      LOG.warn("{}", waiting(begun, view));
    }
  }

  private String waiting(EnsembleMember begun, View view) {
    long voters = cfg.servers().values().stream().filter(server -> server.votes()).count();
    String quorum = "waits for a quorum (" + (voters / 2 + 1) + " of " + voters + " servers); ";
    return view.missing().isEmpty()
        ? quorum + "has a channel to every other, and elects"
        : quorum
            + "no election channel to "
            + begun.obstacles(view.missing())
            + "; start them, or see 'zkrun doctor'";
  }

  @Override
  public void stop(boolean endCommands) throws InterruptedException {
    looker.shutdownNow();
    EnsembleMember begun = member;
    if (begun == null) {
      return;
    }
    Thread stopping = new Thread(begun::stop, "stop");
    stopping.setDaemon(true);
    stopping.start();
    stopping.join(STOP_MILLIS);
    if (stopping.isAlive()) {
      LOG.warn(
          "ZooKeeper did not stop within {} ms; its data are on disk all the same", STOP_MILLIS);
    }
  }
}
