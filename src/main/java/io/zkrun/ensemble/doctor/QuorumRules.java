package io.zkrun.ensemble.doctor;

import io.zkrun.ensemble.doctor.Facts.Kind;
import io.zkrun.ensemble.doctor.Facts.Own;
import io.zkrun.ensemble.doctor.Facts.Port;
import io.zkrun.ensemble.doctor.Facts.Reach;
import io.zkrun.ensemble.doctor.Facts.Server;
import io.zkrun.ensemble.doctor.Facts.Use;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Who is down or does not serve without a reason found so far, and whether a quorum is left. */
final class QuorumRules {
  private enum State {
    SERVES,
    RUNS,
    DOWN,
    UNKNOWN
  }

  private final Picture picture;
  private final Causes causes;
  private final SortedMap<Integer, List<Picture.Seen>> servers;
  private final Map<Integer, State> states = new TreeMap<>();

  private QuorumRules(Picture picture, Causes causes) {
    this.picture = picture;
    this.causes = causes;
    servers = picture.servers();
    servers.forEach((id, seen) -> states.put(id, state(seen)));
  }

  static void judge(Picture picture, Causes causes) {
    new QuorumRules(picture, causes).judge();
  }

  private State state(List<Picture.Seen> seen) {
    State best = State.UNKNOWN;
    for (Picture.Seen each : seen) {
      State state = state(each.server());
      best = best == State.UNKNOWN || state.compareTo(best) < 0 ? state : best;
    }
    return best;
  }

  private State state(Server server) {
    if (picture.isForeign(server) || server.words().kind() == Kind.notZooKeeper) {
      return State.UNKNOWN;
    }
    if (server.words().kind() == Kind.serves) {
      return State.SERVES;
    }
    boolean open = server.ports().stream().anyMatch(each -> each.reach() == Reach.open);
    boolean refused = server.ports().stream().allMatch(each -> each.reach() == Reach.refused);
    return open ? State.RUNS : refused && !server.ports().isEmpty() ? State.DOWN : State.UNKNOWN;
  }

  private void judge() {
    List<Integer> down = unexplained(State.DOWN);
    List<Integer> running = new ArrayList<>(unexplained(State.RUNS));
    running.removeIf(id -> mayServe(id));
    boolean quorum =
        states.values().contains(State.SERVES)
            || states.keySet().stream().anyMatch(id -> mayServe(id));
    if (quorum) {
      down.forEach(this::nothingListens);
      running.forEach(this::doesNotServe);
      servers.keySet().forEach(this::closedPort);
      return;
    }
    long voters = servers.values().stream().filter(all -> all.get(0).server().votes()).count();
    long downVoters = down.stream().filter(this::votes).count();
    boolean anyExplained = servers.keySet().stream().anyMatch(causes::explains);
    if (voters - downVoters <= voters / 2 || !anyExplained) {
      noQuorum(down, voters);
    } else {
      down.forEach(this::nothingListens);
    }
  }

  private boolean votes(int id) {
    return seen(id).get(0).server().votes();
  }

  private List<Picture.Seen> seen(int id) {
    return servers.getOrDefault(id, List.of());
  }

  /** It runs and may not be asked whether it serves. */
  private boolean mayServe(int id) {
    return seen(id).stream().anyMatch(each -> each.server().words().kind() == Kind.notAllowed);
  }

  private List<Integer> unexplained(State state) {
    return states.entrySet().stream()
        .filter(each -> each.getValue() == state && !causes.explains(each.getKey()))
        .map(Map.Entry::getKey)
        .toList();
  }

  private Server server(int id) {
    return seen(id).get(0).server();
  }

  private String name(int id) {
    return id == 0
        ? "the server at " + server(id).host()
        : "server " + id + " (" + server(id).host() + ")";
  }

  private void nothingListens(int id) {
    causes.add(
        Finding.error(
            Code.nothingListening,
            name(id),
            name(id) + " does not run: nothing listens on any of its ports",
            ports(id),
            "on " + server(id).host() + ": zkrun zookeeper (or systemctl start zkrun-zookeeper)"));
  }

  private List<String> ports(int id) {
    List<String> evidence = new ArrayList<>();
    for (Picture.Seen each : seen(id)) {
      for (Port port : each.server().ports()) {
        evidence.add(
            each.by().host()
                + " to "
                + each.server().host()
                + ":"
                + port.port()
                + ": "
                + NetworkRules.told(port));
      }
      evidence.addAll(LogLines.about(each.by(), each.server()));
      Own own = each.by().own();
      if (own != null && !own.log().isEmpty() && states.get(id) != State.SERVES) {
        evidence.add("log of " + each.by().host() + ": " + own.log().get(own.log().size() - 1));
      }
    }
    return evidence.stream().distinct().toList();
  }

  private void doesNotServe(int id) {
    Kind kind = server(id).words().kind();
    String what =
        switch (kind) {
          case silent -> " takes connections, but does not answer: it hangs or is stopped";
          case closed ->
              " closes connections without an answer: too many from one address, or"
                  + " it is ending";
          default -> " runs, but serves nobody, though the others have a quorum";
        };
    causes.add(
        Finding.error(
            Code.serverNotServing,
            name(id),
            name(id) + what,
            ports(id),
            "on "
                + server(id).host()
                + ": zkrun doctor --config zoo.cfg, which sees its log and its way to the others;"
                + " then restart the server"));
  }

  private void noQuorum(List<Integer> down, long voters) {
    long needed = voters / 2 + 1;
    List<String> evidence = new ArrayList<>();
    states.forEach(
        (id, state) ->
            evidence.add(
                name(id)
                    + switch (state) {
                      case SERVES -> " serves";
                      case RUNS -> " runs, and serves nobody";
                      case DOWN -> " does not run: its ports refuse";
                      case UNKNOWN -> " was not seen";
                    }));
    String mend =
        down.isEmpty()
            ? "on each host: zkrun doctor --config zoo.cfg, which sees its log; or compare them:"
                + " zkrun doctor --bundle FILE on each, zkrun doctor --compare FILE…"
            : "start "
                + String.join(" and ", down.stream().map(this::name).toList())
                + ": zkrun zookeeper (or systemctl start zkrun-zookeeper) there";
    causes.add(
        Finding.error(
            Code.noQuorum,
            "the ensemble",
            voters == 1
                ? "the server does not serve"
                : "there is no quorum: "
                    + needed
                    + " of "
                    + voters
                    + " servers must run and reach each other",
            evidence,
            mend));
  }

  /** A server that runs refuses on a port that every running server listens on. */
  private void closedPort(int id) {
    State state = states.getOrDefault(id, State.UNKNOWN);
    if (causes.explains(id) || state == State.DOWN || state == State.UNKNOWN) {
      return;
    }
    for (Picture.Seen each : seen(id)) {
      for (Port port : each.server().ports()) {
        boolean leads = "leader".equals(each.server().words().mode());
        // Where nothing answers at all, this host may have the wrong address for it.
        boolean runsThere =
            each.server().ports().stream().anyMatch(other -> other.reach() == Reach.open);
        boolean must = runsThere && (port.use() != Use.peer || leads);
        if (must && port.reach() == Reach.refused) {
          causes.add(
              Finding.error(
                  Code.nothingListening,
                  name(id),
                  name(id)
                      + " runs, but refuses on its "
                      + port.use()
                      + " port "
                      + port.port()
                      + ": it listens on another address or port, or a firewall resets",
                  ports(id),
                  "on "
                      + server(id).host()
                      + ": zkrun doctor --config zoo.cfg; ss -ltn shows"
                      + " where it listens"));
        }
      }
    }
  }
}
