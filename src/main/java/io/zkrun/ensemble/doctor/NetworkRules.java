package io.zkrun.ensemble.doctor;

import io.zkrun.ensemble.doctor.Facts.Kind;
import io.zkrun.ensemble.doctor.Facts.Own;
import io.zkrun.ensemble.doctor.Facts.Port;
import io.zkrun.ensemble.doctor.Facts.Reach;
import io.zkrun.ensemble.doctor.Facts.Server;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What lies between this host and the servers: firewalls, networks, strangers. */
final class NetworkRules {
  private static final Set<Reach> NO_WAY = Set.of(Reach.dropped, Reach.unreachable);

  private final Picture picture;
  private final Facts facts;
  private final Causes causes;

  private NetworkRules(Picture picture, Facts facts, Causes causes) {
    this.picture = picture;
    this.facts = facts;
    this.causes = causes;
  }

  static void judge(Picture picture, Causes causes) {
    picture.facts().forEach(each -> new NetworkRules(picture, each, causes).judge());
  }

  private void judge() {
    List<Server> gone = new ArrayList<>();
    List<Server> blocked = new ArrayList<>();
    for (Server server : facts.servers()) {
      if (unknownHost(server) || explainedByAddress(server)) {
        continue;
      }
      if (isGone(server)) {
        gone.add(server);
      } else if (isBlocked(server)) {
        blocked.add(server);
      } else {
        strangers(server);
        words(server);
      }
    }
    gone(gone);
    blocked(blocked);
  }

  private List<Server> others() {
    return facts.servers().stream().filter(each -> !isThisHost(each)).toList();
  }

  private boolean isThisHost(Server server) {
    return facts.addresses().contains(server.host())
        || server.host().equals(facts.host())
        || addresses(server).stream().anyMatch(facts.addresses()::contains);
  }

  private List<String> addresses(Server server) {
    Own own = facts.own();
    return own == null ? List.of() : Picture.resolved(own, server.host());
  }

  private boolean explainedByAddress(Server server) {
    return causes.has(
            Code.addressNotHere,
            Code.addressWrong,
            Code.hostTwice,
            Code.addressLoopback,
            Code.nameNotResolved)
        && causes.explains(server.id());
  }

  private boolean unknownHost(Server server) {
    boolean unknown = server.ports().stream().anyMatch(each -> each.reach() == Reach.unknownHost);
    if (unknown && !explainedByAddress(server)) {
      causes.add(
          Finding.error(
              Code.nameNotResolved,
              server.host() + " on " + facts.host(),
              "the name " + server.host() + " has no address on " + facts.host(),
              List.of("no entry in /etc/hosts, and none from the name server"),
              "add 'ADDRESS " + server.host() + "' to /etc/hosts on " + facts.host()),
          server.id());
    }
    return unknown;
  }

  // ---- whole hosts

  private static boolean isGone(Server server) {
    return !server.ports().isEmpty()
        && server.ports().stream().allMatch(each -> NO_WAY.contains(each.reach()));
  }

  private void gone(List<Server> gone) {
    if (gone.size() > 1 && gone.containsAll(others())) {
      causes.add(
          Finding.error(
              Code.hostUnreachable,
              facts.host(),
              "no other server can be reached from " + facts.host() + ": it is cut off",
              gone.stream().flatMap(each -> evidence(each, NO_WAY).stream()).toList(),
              "ip link; ip route; ping " + gone.get(0).host() + "; then the firewall of this host"),
          idsWithThisHost(gone));
      return;
    }
    for (Server server : gone) {
      causes.add(
          Finding.error(
              Code.hostUnreachable,
              name(server),
              name(server)
                  + " cannot be reached on any port: its host is down or cut off, or a"
                  + " firewall drops everything",
              evidence(server, NO_WAY),
              "ping " + server.host() + "; start the host, or look at its network and firewall"),
          server.id());
    }
  }

  private Integer[] idsWithThisHost(List<Server> servers) {
    List<Server> all = new ArrayList<>(servers);
    facts.servers().stream().filter(this::isThisHost).forEach(all::add);
    return all.stream().map(Server::id).toArray(Integer[]::new);
  }

  private static String name(Server server) {
    return server.id() == 0
        ? "the server at " + server.host()
        : "server " + server.id() + " (" + server.host() + ")";
  }

  // ---- single ports

  private boolean isBlocked(Server server) {
    return server.ports().stream().anyMatch(each -> isBlocked(server, each));
  }

  private boolean isBlocked(Server server, Port port) {
    return port.reach() == Reach.dropped
        || port.reach() == Reach.rejected
        || port.reach() == Reach.unreachable
        || (port.reach() == Reach.refused && listensHere(server, port));
  }

  /** A refused port that something listens on for all: only a firewall says no there. */
  private boolean listensHere(Server server, Port port) {
    Own own = facts.own();
    return own != null
        && isThisHost(server)
        && own.listening().stream()
            .anyMatch(
                each -> each.equals("0.0.0.0:" + port.port()) || each.equals(":::" + port.port()));
  }

  /** The same ports of all others: what is in the way is here, not at each of them. */
  private void blocked(List<Server> blocked) {
    Set<Set<String>> kinds = blocked.stream().map(this::blockedPorts).collect(Collectors.toSet());
    boolean here =
        blocked.size() > 1
            && blocked.size() == others().size()
            && blocked.containsAll(others())
            && kinds.size() == 1;
    if (here) {
      Server first = blocked.get(0);
      firewall(
          first,
          facts.host(),
          "a firewall on " + facts.host() + " itself, or next to it,",
          "to every other server",
          "on " + facts.host() + ": iptables -I OUTPUT -p tcp --dport %s -j ACCEPT",
          blocked.stream().flatMap(each -> evidence(each, blockedReach(each)).stream()).toList(),
          idsWithThisHost(blocked));
      return;
    }
    for (Server server : blocked) {
      firewall(
          server,
          name(server),
          "a firewall",
          "of " + name(server),
          "on " + server.host() + ": iptables -I INPUT -p tcp --dport %s -j ACCEPT",
          evidence(server, blockedReach(server)),
          new Integer[] {server.id()});
    }
  }

  private void firewall(
      Server server,
      String subject,
      String who,
      String whose,
      String mend,
      List<String> evidence,
      Integer[] explains) {
    List<Port> ports = server.ports().stream().filter(each -> isBlocked(server, each)).toList();
    boolean dropped = ports.stream().anyMatch(each -> each.reach() == Reach.dropped);
    String numbers =
        ports.stream().map(each -> String.valueOf(each.port())).collect(Collectors.joining(","));
    String option = ports.size() > 1 ? mend.replace("--dport", "-m multiport --dports") : mend;
    causes.add(
        Finding.error(
            dropped ? Code.firewallDropped : Code.firewallRejected,
            subject,
            who
                + (dropped ? " drops" : " rejects")
                + " what is sent to port "
                + numbers
                + " ("
                + ports.stream().map(each -> each.use().name()).collect(Collectors.joining(", "))
                + ") "
                + whose,
            evidence,
            String.format(option, numbers)),
        explains);
  }

  private Set<String> blockedPorts(Server server) {
    return server.ports().stream()
        .filter(each -> isBlocked(server, each))
        .map(each -> each.use() + " " + each.reach())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private Set<Reach> blockedReach(Server server) {
    return server.ports().stream()
        .filter(each -> isBlocked(server, each))
        .map(Port::reach)
        .collect(Collectors.toSet());
  }

  private List<String> evidence(Server server, Set<Reach> which) {
    List<String> evidence = new ArrayList<>();
    for (Port port : server.ports()) {
      if (which.contains(port.reach())) {
        evidence.add(facts.host() + " to " + server.host() + ":" + port.port() + ": " + told(port));
      }
    }
    if (evidence.size() < server.ports().size()) {
      server.ports().stream()
          .filter(each -> each.reach() == Reach.open)
          .forEach(each -> evidence.add(server.host() + ":" + each.port() + " answers"));
    }
    evidence.addAll(LogLines.about(facts, server));
    return evidence;
  }

  static String told(Port port) {
    return switch (port.reach()) {
      case open -> "open";
      case dropped -> "no answer in " + port.millis() + " ms";
      case rejected -> "rejected: an ICMP message came back";
      case refused -> "refused, without an ICMP message: nothing listens";
      case unreachable -> String.valueOf(port.detail()) + " after " + port.millis() + " ms";
      case unknownHost -> "no such host";
    };
  }

  // ---- who answers

  private void strangers(Server server) {
    int port = server.clientPort();
    if (server.words().kind() == Kind.notZooKeeper) {
      causes.add(
          Finding.error(
              Code.notZooKeeper,
              name(server),
              "what answers at " + server.host() + ":" + port + " is not ZooKeeper",
              List.of("it said '" + server.words().said() + "'"),
              "on "
                  + server.host()
                  + ": ss -ltnp 'sport = :"
                  + port
                  + "'; end that program, or"
                  + " give ZooKeeper another clientPort"),
          server.id());
    } else if (picture.isForeign(server)) {
      List<String> members = server.words().members();
      causes.add(
          Finding.error(
              Code.otherEnsemble,
              name(server),
              "the server at "
                  + server.host()
                  + ":"
                  + port
                  + " belongs to another ensemble, or stands alone",
              List.of(
                  "its mode is " + server.words().mode(),
                  members.isEmpty()
                      ? "it knows no other server"
                      : "it runs with " + String.join(", ", members)),
              "on "
                  + server.host()
                  + ": stop that server, and start one with this ensemble's zoo.cfg (its data"
                  + " must not be mixed)"),
          server.id());
    } else if (server.words().java() != null && HostRules.major(server.words().java()) < 8) {
      causes.add(
          Finding.error(
              Code.javaTooOld,
              "Java on " + server.host(),
              name(server) + " runs on Java " + server.words().java(),
              List.of("its java.version is " + server.words().java()),
              "apt-get install openjdk-17-jre-headless, then restart the server with it"));
    }
  }

  private void words(Server server) {
    List<String> words = server.words().notAllowed();
    if (!words.isEmpty()) {
      causes.add(
          new Finding(
              Code.wordsNotAllowed,
              Severity.UNSEEN,
              name(server),
              "could not see all of " + name(server) + ": it may not be asked " + words,
              List.of("it answered that they are not in its whitelist"),
              "4lw.commands.whitelist=srvr,ruok,mntr,stat,conf,isro in its zoo.cfg, then restart"
                  + " it"));
    }
  }
}
