package io.zkrun.ensemble.doctor;

import io.zkrun.ensemble.FourLetterWords;
import io.zkrun.ensemble.ServerLine;
import io.zkrun.ensemble.ServerStatus;
import io.zkrun.ensemble.WordAnswer;
import io.zkrun.ensemble.ZooCfg;
import io.zkrun.ensemble.doctor.Facts.Kind;
import io.zkrun.ensemble.doctor.Facts.Port;
import io.zkrun.ensemble.doctor.Facts.Reach;
import io.zkrun.ensemble.doctor.Facts.Server;
import io.zkrun.ensemble.doctor.Facts.Use;
import io.zkrun.ensemble.doctor.Facts.Words;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Tries every port of every server from here. */
final class NetworkLook {
  private static final int DEFAULT_CLIENT_PORT = 2181;

  /** Time for a packet that was lost once: Linux sends a second one after 1 s. */
  private static final int CONNECT_MILLIS = 2_200;

  private static final Duration ANSWER = Duration.ofMillis(2_500);

  /** Servers that have just been started need a moment to elect their leader. */
  private static final long ELECTION_NANOS = TimeUnit.SECONDS.toNanos(4);

  private final ExecutorService pool;
  private final @Nullable ZooCfg config;
  private final List<String> connect;

  NetworkLook(ExecutorService pool, @Nullable ZooCfg config, List<String> connect) {
    this.pool = pool;
    this.config = config;
    this.connect = connect;
  }

  /** A server to be tried; ports 0 where they are not known. */
  private record Target(int id, String host, boolean votes, int client, int peer, int election) {}

  List<Server> look() throws InterruptedException {
    List<Target> targets = config == null ? List.of() : targets(config);
    if (targets.isEmpty()) {
      targets = targetsOfConnect();
    }
    long end = System.nanoTime() + ELECTION_NANOS;
    List<Server> servers = look(targets);
    while (servers.stream().anyMatch(each -> each.words().kind() == Kind.notServing)
        && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(250);
      servers = look(targets);
    }
    return servers.stream().map(Doubt::settle).toList();
  }

  private List<Target> targets(ZooCfg cfg) {
    int fallback = cfg.clientPort().orElse(DEFAULT_CLIENT_PORT);
    List<Target> targets = new ArrayList<>();
    for (ServerLine line : cfg.servers().values()) {
      targets.add(
          new Target(
              line.id(),
              line.host(),
              line.votes(),
              line.clientPort().orElse(fallback),
              line.peerPort(),
              line.electionPort()));
    }
    // One that is named alone elects nobody, and has no number: ZooKeeper passes over its line.
    if (!cfg.isDistributed() && targets.size() == 1) {
      Target only = targets.get(0);
      return List.of(new Target(0, only.host(), true, only.client(), 0, 0));
    }
    if (targets.isEmpty()) {
      String host = cfg.value("clientPortAddress").map(each -> each.value()).orElse("127.0.0.1");
      targets.add(new Target(0, host, true, fallback, 0, 0));
    }
    return targets;
  }

  /** The members that a server of the connect string knows, else that string's own. */
  private List<Target> targetsOfConnect() throws InterruptedException {
    List<Target> named =
        connect.stream()
            .map(
                each -> {
                  int colon = each.lastIndexOf(':');
                  String host = each.substring(0, colon).replaceAll("[\\[\\]]", "");
                  int port = Integer.parseInt(each.substring(colon + 1));
                  return new Target(0, host, true, port, 0, 0);
                })
            .toList();
    List<Server> seen = look(named);
    for (int i = 0; i < seen.size(); i++) {
      List<String> members = seen.get(i).words().members();
      if (members.size() > 1) {
        String text =
            "clientPort=" + named.get(i).client() + "\n" + String.join("\n", members) + "\n";
        return targets(ZooCfg.parse(text, "conf"));
      }
    }
    return named;
  }

  private List<Server> look(List<Target> targets) throws InterruptedException {
    List<Bounded<Server>> looks = new ArrayList<>();
    for (Target each : targets) {
      looks.add(Bounded.start(pool, () -> look(each)));
    }
    List<Server> servers = new ArrayList<>();
    for (int i = 0; i < targets.size(); i++) {
      Server seen = looks.get(i).orNull(12_000);
      servers.add(seen == null ? unseen(targets.get(i)) : seen);
    }
    return servers;
  }

  private static Server unseen(Target target) {
    return new Server(
        target.id(), target.host(), target.votes(), List.of(), Words.none(Kind.noConnection));
  }

  private Server look(Target target) throws InterruptedException {
    List<Bounded<Port>> ports =
        Stream.of(
                port(target, Use.peer, target.peer()),
                port(target, Use.election, target.election()))
            .filter(Objects::nonNull)
            .toList();
    ServerStatus status = ServerStatus.ask(target.host(), target.client(), ANSWER);
    List<Port> seen = new ArrayList<>();
    seen.add(client(target, status.answer()));
    for (Bounded<Port> each : ports) {
      Port port = each.orNull(CONNECT_MILLIS * 2L);
      if (port != null) {
        seen.add(port);
      }
    }
    return new Server(target.id(), target.host(), target.votes(), seen, words(target, status));
  }

  private @Nullable Bounded<Port> port(Target target, Use use, int port) {
    return port == 0
        ? null
        : Bounded.start(pool, () -> Doubt.connect(use, target.host(), port, CONNECT_MILLIS));
  }

  /** What the words' own connection has shown: a further one would only fill the server's log. */
  private static Port client(Target target, WordAnswer answer) {
    Reach reach = Reach.open;
    String detail = null;
    long millis = 0;
    if (answer == WordAnswer.Plain.REFUSED) {
      reach = Reach.refused;
    } else if (answer == WordAnswer.Plain.DROPPED) {
      reach = Reach.dropped;
      millis = ANSWER.toMillis();
    } else if (answer == WordAnswer.Plain.UNKNOWN_HOST) {
      reach = Reach.unknownHost;
    } else if (answer instanceof WordAnswer.Unreachable gone) {
      reach = Reach.unreachable;
      detail = gone.message();
      millis = gone.afterMillis();
    }
    return new Port(Use.client, target.client(), reach, millis, detail);
  }

  private static Words words(Target target, ServerStatus status) {
    Kind kind = kind(status.answer());
    if (kind != Kind.serves) {
      String said =
          status.answer() instanceof WordAnswer.NotZooKeeper stranger
              ? stranger.firstBytes()
              : null;
      return new Words(
          kind,
          said,
          null,
          null,
          null,
          List.of(),
          kind == Kind.notAllowed ? status.notAllowed() : List.of(),
          null);
    }
    boolean told = status.conf() instanceof WordAnswer.Text;
    return new Words(
        kind,
        null,
        status.role().map(each -> each.text()).orElse("unknown"),
        status.version().orElse("unknown"),
        told && status.id().isPresent() ? (Integer) status.id().getAsInt() : null,
        members(status.conf()),
        status.notAllowed(),
        java(target));
  }

  private static Kind kind(WordAnswer answer) {
    if (answer instanceof WordAnswer.Text) {
      return Kind.serves;
    } else if (answer == WordAnswer.Plain.NOT_SERVING) {
      return Kind.notServing;
    } else if (answer instanceof WordAnswer.NotWhitelisted) {
      return Kind.notAllowed;
    } else if (answer instanceof WordAnswer.NotZooKeeper) {
      return Kind.notZooKeeper;
    } else if (answer == WordAnswer.Plain.SILENT) {
      return Kind.silent;
    }
    return answer == WordAnswer.Plain.CLOSED ? Kind.closed : Kind.noConnection;
  }

  private static List<String> members(WordAnswer conf) {
    return conf instanceof WordAnswer.Text text
        ? text.text().lines().filter(line -> line.matches("server\\.\\d+=.*")).toList()
        : List.of();
  }

  /** Few servers allow this word, and nothing else needs it. */
  private static @Nullable String java(Target target) {
    WordAnswer answer = FourLetterWords.ask(target.host(), target.client(), "envi", ANSWER);
    return answer instanceof WordAnswer.Text text
        ? text.text()
            .lines()
            .filter(line -> line.startsWith("java.version="))
            .map(line -> line.substring("java.version=".length()).strip())
            .findFirst()
            .orElse(null)
        : null;
  }
}
