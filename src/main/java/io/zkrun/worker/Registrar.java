package io.zkrun.worker;

import io.zkrun.core.ClusterId;
import io.zkrun.core.Incarnation;
import io.zkrun.core.NotReady;
import io.zkrun.core.Registration;
import io.zkrun.core.Registration.Alive;
import io.zkrun.core.Registration.Memory;
import io.zkrun.core.Registration.Step;
import io.zkrun.core.Registration.Version;
import io.zkrun.core.TaskId;
import io.zkrun.core.WorkerInfo;
import io.zkrun.znode.Answer;
import io.zkrun.znode.Failure;
import io.zkrun.znode.IncarnationNode;
import io.zkrun.znode.Loop;
import io.zkrun.znode.Tree;
import io.zkrun.znode.WorkerNode;
import io.zkrun.znode.Write;
import io.zkrun.znode.Written;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the worker registered: reads what stands, does one {@link Step}, and reads again, until it
 * is. Every read belongs to a generation, so that answers to an older one are not acted on.
 */
final class Registrar {
  private static final Logger log = LoggerFactory.getLogger(Registrar.class);
  private static final long AGAIN_MILLIS = 100;
  private static final long WAIT_MILLIS = 1_000;

  /** Who hears how it goes. */
  interface Owner {
    /** By a write sent at {@code sentAt}, in milliseconds since boot. */
    void registered(ClusterId cluster, long sentAt, List<TaskId> tasks);

    /** The registration was found as it was left. */
    void confirmed(List<TaskId> tasks);

    /** Nothing can be written for now. */
    void suspended();

    /** It is connected and not registered, or not known to be; the reason is one line. */
    void away(String reason);

    /** The tree is the same, and has another UUID, or its first. */
    void clusterNamed(ClusterId cluster);

    void endFenced();

    void endAll();

    Alive alive();

    void refused(String message);
  }

  private enum State {
    /** Not connected. */
    AWAY,
    /** A read or write of the registration is on its way. */
    BUSY,
    /** Something must change first. */
    WAITING,
    REGISTERED
  }

  private final WorkerOptions options;
  private final Runs runs;
  private final Loop loop;
  private final Owner owner;

  /** What the registration is to say. */
  private WorkerInfo info;

  /** What the last one says, or would say that was tried. */
  private WorkerInfo claimed;

  private @Nullable Registry registry;
  private long session;
  private State state = State.AWAY;
  private Memory memory = Memory.NONE;

  /** Whether {@code /assign} has changed, and no answer has told yet to what. */
  private boolean clusterUnread;

  /** Counts the readings of it: only the last one's answer is sure to know of the last change. */
  private long clusterReadings;

  /** Whether, as far as we know, we are registered: after a reconnect it is only looked at. */
  private boolean holds;

  private long claimSentAt;
  private long generation;
  private long waitingSince = -1;
  private String lastWait = "";

  Registrar(WorkerOptions options, Runs runs, Loop loop, Owner owner) {
    this.options = options;
    this.runs = runs;
    this.loop = loop;
    this.owner = owner;
    this.info =
        new WorkerInfo(
            options.host(),
            options.pid(),
            options.slots(),
            options.labels(),
            runs.spoolId(),
            runs.bootId(),
            options.version());
    this.claimed = info;
  }

  /** The checks that prove the registration. */
  List<Write.Check> header() {
    Version last = memory.last();
    return List.of(
        new Write.Check(WorkerNode.path(options.name()), WorkerNode.REGISTERED_VERSION),
        new Write.Check(IncarnationNode.path(options.name()), last == null ? 0 : last.version()));
  }

  void connected(Tree tree, long sessionId) {
    if (registry == null || registry.tree() != tree || session != sessionId) {
      registry =
          new Registry(
              tree,
              options.name(),
              new Incarnation(options.leaseMillis() / 1000.0, runs.spoolId()));
      session = sessionId;
      holds = false;
      memory = new Memory(memory.last(), null, memory.cluster());
      watch(registry);
    }
    look();
  }

  private void watch(Registry through) {
    through.watch(
        answer -> {
          if (answer.failure() == Failure.OTHER) {
            log.warn("cannot watch the worker's znodes: {}; trying again", answer);
            loop.after(
                WAIT_MILLIS,
                () -> {
                  if (through == registry) {
                    watch(through);
                  }
                });
          }
        });
  }

  void disconnected() {
    generation++;
    state = State.AWAY;
  }

  /** A write has shown, or somebody has, that the registration is gone. */
  void lost() {
    holds = false;
    if (state != State.AWAY) {
      owner.suspended();
      look();
    }
  }

  /** Something about the own znodes has changed, or a write was not answered: look at them. */
  void doubt() {
    if (state == State.REGISTERED) {
      owner.suspended();
      look();
    }
  }

  /**
   * Says in the registration whether tasks are taken. It is made anew: its znode must stand at the
   * version that only a registration makes.
   */
  void publish(@Nullable NotReady why) {
    info = info.withNotReady(why);
    doubt();
  }

  /** Something that is waited for may have happened. */
  void poke() {
    if (state == State.WAITING) {
      look();
    }
  }

  void clusterChanged() {
    clusterUnread = true;
    readClusterAgain();
  }

  /** First of all reads, so that no run is begun or adopted under the former name. */
  private void readClusterAgain() {
    Registry at = registry;
    if (!clusterUnread || at == null || state != State.REGISTERED) {
      return;
    }
    long mine = ++clusterReadings;
    at.cluster(
        answer -> {
          if (mine != clusterReadings || state != State.REGISTERED || at != registry) {
            return;
          }
          if (answer instanceof Answer.Ok<ClusterId> id) {
            clusterUnread = false;
            clusterIs(id.value());
          } else {
            loop.after(WAIT_MILLIS, this::readClusterAgain);
          }
        });
  }

  private void clusterIs(ClusterId id) {
    if (!memory.cluster().isSameAs(id)) {
      lost();
    } else if (!memory.cluster().equals(id)) {
      memory = new Memory(memory.last(), memory.attempted(), id);
      owner.clusterNamed(id);
    }
  }

  boolean isRegistered() {
    return state == State.REGISTERED;
  }

  private void look() {
    Registry at = registry;
    if (at == null) {
      return;
    }
    if (state != State.WAITING) {
      owner.away("looks whether it is registered");
    }
    state = State.BUSY;
    long mine = ++generation;
    at.look(answer -> looked(at, mine, answer));
  }

  private void looked(Registry at, long mine, Answer<Registry.Look> answer) {
    proceed(
        mine,
        answer,
        look -> {
          if (!look.workersRoot() || look.cluster() == null || look.incarnation() == null) {
            holds = false;
            at.make(look, made -> proceed(mine, made, ignored -> look(), this::look));
          } else {
            decide(at, mine, look);
          }
        },
        () -> at.lookOn(more -> looked(at, mine, more)));
  }

  private void decide(Registry at, long mine, Registry.Look look) {
    if (isAsLeft(look)) {
      state = State.REGISTERED;
      readClusterAgain();
      clusterIs(look.clusterId());
      owner.confirmed(look.tasks());
      return;
    }
    holds = false;
    var node = look.incarnation();
    if (node == null) {
      lookSoon();
      return;
    }
    Incarnation written = IncarnationNode.decode(node.data());
    boolean foreign = written.spoolId() != null && !written.spoolId().equals(runs.spoolId());
    at.anyUnheld(
        foreign ? look.tasks() : List.of(),
        unheld ->
            proceed(mine, unheld, any -> act(at, mine, look, written.spoolId(), any), this::look));
  }

  private boolean isAsLeft(Registry.Look look) {
    Registration.Holder holder = look.holder();
    return holds
        && claimed.equals(info)
        && holder != null
        && holder.owner() == session
        && holder.registered()
        && look.incarnation() != null
        && Registry.Look.version(look.incarnation()).equals(memory.last())
        && memory.cluster().isSameAs(look.clusterId());
  }

  private void act(
      Registry at, long mine, Registry.Look look, @Nullable String spoolId, boolean unheld) {
    var node = look.incarnation();
    if (node == null) {
      return;
    }
    Registration registration =
        new Registration(
            runs.spoolId(), runs.bootId(), session, 2 * options.sessionTimeoutMillis());
    Step step =
        registration.next(
            memory,
            new Registration.Seen(
                look.holder(), Registry.Look.version(node), spoolId, unheld, look.clusterId()),
            owner.alive(),
            waitingSince < 0 ? 0 : loop.millis() - waitingSince);
    if (step instanceof Step.Claim claim) {
      claim(at, mine, claim, look);
    } else if (step instanceof Step.Confirm confirm) {
      registered(confirm.incarnation(), look, claimSentAt);
    } else if (step instanceof Step.EndFenced) {
      log.warn("this worker was declared lost; what must not outlive that is ended");
      memory = new Memory(null, null, memory.cluster());
      owner.endFenced();
      look();
    } else if (step instanceof Step.EndAll) {
      log.warn("this is another tree than before; everything of the old one is ended");
      memory = new Memory(null, null, look.clusterId());
      owner.endAll();
      look();
    } else if (step instanceof Step.Wait wait) {
      waitFor(mine, wait.why(), this::look);
    } else if (step instanceof Step.Refuse refuse) {
      owner.refused(refuse.message());
    }
  }

  private void waitFor(long mine, String why, Runnable then) {
    state = State.WAITING;
    if (waitingSince < 0) {
      waitingSince = loop.millis();
    }
    owner.away("is not registered: " + why);
    if (!why.equals(lastWait)) {
      lastWait = why;
      log.warn("worker {} waits to register: {}", options.name(), why);
    }
    loop.after(WAIT_MILLIS, () -> ifCurrent(mine, then));
  }

  private void claim(Registry at, long mine, Step.Claim claim, Registry.Look look) {
    memory = new Memory(memory.last(), claim.expected(), memory.cluster());
    claimSentAt = loop.bootMillis();
    claimed = info;
    at.claim(
        claim,
        info,
        answer -> {
          if (mine != generation) {
            return;
          }
          if (answer instanceof Answer.Ok<List<Written>> ok) {
            int version = ok.value().get(ok.value().size() - 1).version();
            registered(new Version(claim.expected().czxid(), version), look, claimSentAt);
          } else if (answer.failure() == Failure.CONNECTION_LOSS) {
            lookSoon();
          } else if (answer.failure() != Failure.SESSION_EXPIRED) {
            memory = new Memory(memory.last(), null, memory.cluster());
            lookSoon();
          }
        });
  }

  private void registered(Version incarnation, Registry.Look look, long sentAt) {
    memory = new Memory(incarnation, null, look.clusterId());
    holds = true;
    if (!claimed.equals(info)) {
      // It says what holds no longer.
      look();
      return;
    }
    waitingSince = -1;
    lastWait = "";
    state = State.REGISTERED;
    readClusterAgain();
    log.info("registered worker {}, incarnation {}", options.name(), incarnation.version());
    owner.registered(look.clusterId(), sentAt, look.tasks());
  }

  private void lookSoon() {
    long mine = ++generation;
    loop.after(AGAIN_MILLIS, () -> ifCurrent(mine, this::look));
  }

  private void ifCurrent(long mine, Runnable then) {
    if (mine == generation) {
      then.run();
    }
  }

  /**
   * @param again what is done a moment after ZooKeeper has refused it
   */
  private <T> void proceed(long mine, Answer<T> answer, Consumer<T> then, Runnable again) {
    if (mine != generation) {
      return;
    }
    if (answer instanceof Answer.Ok<T> ok) {
      then.accept(ok.value());
    } else if (answer instanceof Answer.Failed<T> failed && failed.failure() == Failure.OTHER) {
      String why = "ZooKeeper refuses to read or write its znodes: " + failed.message();
      waitFor(mine, why, again);
    } else if (answer.failure() != Failure.SESSION_EXPIRED) {
      // After a lost connection too, should nobody be told of its loss.
      lookSoon();
    }
  }
}
