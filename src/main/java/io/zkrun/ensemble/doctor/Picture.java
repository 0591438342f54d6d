package io.zkrun.ensemble.doctor;

import io.zkrun.ensemble.ServerLine;
import io.zkrun.ensemble.ZooCfg;
import io.zkrun.ensemble.doctor.Facts.Name;
import io.zkrun.ensemble.doctor.Facts.Own;
import io.zkrun.ensemble.doctor.Facts.Server;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The facts of all hosts, and what follows from them at once. */
final class Picture {
  private final List<Facts> facts;
  private final Map<Facts, ZooCfg> configs = new LinkedHashMap<>();

  Picture(List<Facts> facts) {
    this.facts = List.copyOf(facts);
    for (Facts each : facts) {
      Own own = each.own();
      if (own != null) {
        configs.put(each, ZooCfg.parse(own.configText(), own.config()));
      }
    }
  }

  List<Facts> facts() {
    return facts;
  }

  /** Of those hosts that have one. */
  Map<Facts, ZooCfg> configs() {
    return configs;
  }

  /** All servers that somebody looked at, each as every host saw it. */
  SortedMap<Integer, List<Seen>> servers() {
    SortedMap<Integer, List<Seen>> servers = new TreeMap<>();
    for (Facts each : facts) {
      for (Server server : each.servers()) {
        servers.computeIfAbsent(server.id(), id -> new ArrayList<>()).add(new Seen(each, server));
      }
    }
    return servers;
  }

  /** A server as one host sees it. */
  record Seen(Facts by, Server server) {}

  /** The number in the myid file, where there is one. */
  static OptionalInt myid(Own own) {
    String text = own.myid().text();
    return text != null && text.strip().matches("\\d{1,9}")
        ? OptionalInt.of(Integer.parseInt(text.strip()))
        : OptionalInt.empty();
  }

  /** The servers whose address is one of this host's, by number. */
  static List<Integer> local(Facts facts, Own own, ZooCfg config) {
    return config.servers().values().stream()
        .filter(
            line ->
                resolved(own, line.host()).stream()
                    .anyMatch(each -> !isLoopback(each) && facts.addresses().contains(each)))
        .map(ServerLine::id)
        .toList();
  }

  /** What the host of a server saw, where it is among them; null where it is not. */
  @Nullable Facts hostOf(int id) {
    Facts found = null;
    for (Map.Entry<Facts, ZooCfg> each : configs.entrySet()) {
      Own own = each.getKey().own();
      if (own != null && myid(own).equals(OptionalInt.of(id))) {
        if (found != null) {
          return null;
        }
        found = each.getKey();
      }
    }
    return found;
  }

  /** Which server this host is: by its myid, else by its addresses; null where neither tells. */
  static @Nullable Integer me(Facts facts, Own own, ZooCfg config) {
    OptionalInt myid = myid(own);
    List<Integer> local = local(facts, own, config);
    if (local.size() == 1) {
      return local.get(0);
    }
    return myid.isPresent() ? (Integer) myid.getAsInt() : null;
  }

  /**
   * The servers that a fault of this host explains: itself, or where nothing tells which that is,
   * all whose address means this host.
   */
  static Integer[] explainedBy(Facts facts, Own own, ZooCfg config) {
    Integer me = me(facts, own, config);
    if (me != null) {
      return new Integer[] {me};
    }
    return config.servers().values().stream()
        .filter(
            line ->
                resolved(own, line.host()).stream()
                    .anyMatch(each -> isLoopback(each) || facts.addresses().contains(each)))
        .map(ServerLine::id)
        .toArray(Integer[]::new);
  }

  /** Whether the server there belongs to other servers than those we know. */
  boolean isForeign(Server server) {
    List<String> ours = known().stream().filter(each -> !each.equals(server.host())).toList();
    boolean alone = "standalone".equals(server.words().mode());
    if (server.id() == 0 || ours.isEmpty()) {
      return false;
    }
    return alone
        || (server.words().members().size() > 1
            && server.words().members().stream().noneMatch(member -> names(member, ours)));
  }

  private static boolean names(String member, List<String> hosts) {
    return hosts.stream()
        .anyMatch(host -> member.contains("=" + host + ":") || member.contains("[" + host + "]"));
  }

  /** The hosts of all servers, as those who looked call them. */
  private List<String> known() {
    return facts.stream()
        .flatMap(each -> each.servers().stream())
        .filter(each -> each.id() > 0)
        .map(Server::host)
        .distinct()
        .toList();
  }

  static List<String> resolved(Own own, String host) {
    return own.names().stream()
        .filter(each -> each.host().equals(host))
        .findFirst()
        .map(Name::addresses)
        .orElse(List.of());
  }

  static boolean isLoopback(String address) {
    return address.startsWith("127.") || address.equals("::1") || address.equals("0:0:0:0:0:0:0:1");
  }
}
