package io.zkrun.ensemble.doctor;

import io.zkrun.ensemble.CfgMistake;
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
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What is wrong in a zoo.cfg, and between those of several hosts. */
final class ConfigRules {
  private final Picture picture;
  private final Causes causes;

  private ConfigRules(Picture picture, Causes causes) {
    this.picture = picture;
    this.causes = causes;
  }

  static void judge(Picture picture, Causes causes) {
    ConfigRules rules = new ConfigRules(picture, causes);
    picture.configs().forEach(rules::mistakes);
    rules.sameNumbers();
    if (!causes.has(Code.duplicateId, Code.badServerLine, Code.samePorts)) {
      rules.compare();
    }
    picture.configs().forEach(rules::warnings);
  }

  private void mistakes(Facts facts, ZooCfg config) {
    Own own = facts.own();
    if (own == null) {
      return;
    }
    boolean misspelt =
        config.mistakes().stream()
            .anyMatch(
                each -> each.code().equals("unknownKey") && each.message().contains("dataDir"));
    for (CfgMistake mistake : config.mistakes()) {
      Code code = Code.of(mistake.code()).orElse(Code.badValue);
      boolean follows = misspelt && code == Code.dataDirUnset;
      if (!follows && mistake.isError()) {
        Finding finding = finding(Severity.ERROR, code, mistake, facts, own);
        causes.add(finding, Picture.explainedBy(facts, own, config));
      }
    }
  }

  private void warnings(Facts facts, ZooCfg config) {
    Own own = facts.own();
    for (CfgMistake mistake : config.mistakes()) {
      Code code = Code.of(mistake.code()).orElse(Code.badValue);
      boolean follows =
          code == Code.evenServers
              && causes.has(Code.serverMissing, Code.duplicateId, Code.badServerLine);
      if (own != null && !mistake.isError() && !follows) {
        causes.add(finding(Severity.WARNING, code, mistake, facts, own));
      }
    }
  }

  private static Finding finding(
      Severity severity, Code code, CfgMistake mistake, Facts facts, Own own) {
    String place = own.config() + (mistake.line() > 0 ? ", line " + mistake.line() : "");
    List<String> evidence = new ArrayList<>();
    if (mistake.line() > 0) {
      evidence.add(
          "line "
              + mistake.line()
              + ": "
              + own.configText().lines().skip(mistake.line() - 1L).findFirst().orElse(""));
    }
    return new Finding(
        code,
        severity,
        place + " on " + facts.host(),
        place + ": " + mistake.message(),
        evidence,
        mistake.mend());
  }

  // ---- one number, two hosts

  /** Who holds a number: for people, and the server that it really is, where that is known. */
  private record Holder(String who, List<Integer> explains, String place) {}

  private void sameNumbers() {
    SortedMap<Integer, List<Holder>> files = new TreeMap<>();
    SortedMap<Integer, List<Holder>> running = new TreeMap<>();
    for (Facts facts : picture.facts()) {
      fileHolder(facts, files);
      facts.servers().forEach(server -> runningHolder(facts, server, running));
    }
    files.forEach(this::sameNumber);
    running.forEach(this::sameNumber);
  }

  private void fileHolder(Facts facts, SortedMap<Integer, List<Holder>> holders) {
    Own own = facts.own();
    ZooCfg config = picture.configs().get(facts);
    if (own == null || config == null || config.servers().size() < 2) {
      return;
    }
    OptionalInt myid = Picture.myid(own);
    if (myid.isPresent()) {
      holders
          .computeIfAbsent(myid.getAsInt(), id -> new ArrayList<>())
          .add(
              new Holder(
                  own.myid().path() + " on " + facts.host(),
                  Picture.local(facts, own, config),
                  ""));
    }
  }

  private void runningHolder(Facts facts, Server server, SortedMap<Integer, List<Holder>> holders) {
    Integer id = server.words().serverId();
    if (id != null && server.id() > 0 && !picture.isForeign(server)) {
      Holder holder =
          new Holder(
              "the server at " + server.host() + " (server." + server.id() + ")",
              List.of(server.id()),
              place(facts, server));
      List<Holder> all = holders.computeIfAbsent(id, each -> new ArrayList<>());
      // Two names of one place are one server, and one of the names is wrong.
      boolean known =
          all.stream()
              .anyMatch(each -> !each.place().isEmpty() && each.place().equals(holder.place()));
      if (!known && all.stream().noneMatch(each -> each.who().equals(holder.who()))) {
        all.add(holder);
      }
    }
  }

  private static String place(Facts facts, Server server) {
    Own own = facts.own();
    List<String> addresses = own == null ? List.of() : Picture.resolved(own, server.host());
    return addresses.isEmpty() ? "" : addresses.get(0) + " " + server.clientPort();
  }

  private void sameNumber(int id, List<Holder> holders) {
    if (holders.size() > 1) {
      List<Integer> explains = new ArrayList<>(List.of(id));
      holders.forEach(each -> explains.addAll(each.explains()));
      causes.add(
          Finding.error(
              Code.myidDuplicate,
              "myid " + id,
              "two hosts have the same myid, " + id,
              holders.stream().map(Holder::who).toList(),
              "on the one that is not server."
                  + id
                  + ": write its own number into the file myid of its dataDir, then restart its"
                  + " server"),
          explains.toArray(Integer[]::new));
    }
  }

  // ---- the same lines everywhere

  /** One telling of the servers: a file, or what a server runs with. */
  private record Telling(
      String who, String host, Map<Integer, String> servers, List<Integer> explains) {}

  private void compare() {
    List<Telling> tellings = new ArrayList<>();
    picture.configs().forEach((facts, config) -> tellings.add(ofFile(facts, config)));
    for (Facts facts : picture.facts()) {
      for (Server server : facts.servers()) {
        if (server.words().members().size() > 1 && !picture.isForeign(server)) {
          tellings.add(ofRunning(server));
        }
      }
    }
    tellings.removeIf(each -> each.servers().size() < 2);
    if (tellings.size() > 1) {
      Map<Integer, String> usual = usual(tellings);
      tellings.stream()
          .filter(each -> !each.servers().equals(usual))
          .forEach(each -> differs(each, usual));
    }
  }

  private Telling ofFile(Facts facts, ZooCfg config) {
    Own own = facts.own();
    Integer me = own == null ? null : Picture.me(facts, own, config);
    return new Telling(
        own == null ? "" : own.config() + " on " + facts.host(),
        facts.host(),
        servers(config),
        me == null ? List.of() : List.of(me));
  }

  private Telling ofRunning(Server server) {
    ZooCfg config = ZooCfg.parse(String.join("\n", server.words().members()), "conf");
    return new Telling(
        "the running server " + server.id() + " (" + server.host() + ")",
        server.host(),
        servers(config),
        List.of(server.id()));
  }

  private Map<Integer, String> servers(ZooCfg config) {
    Map<Integer, String> servers = new TreeMap<>();
    for (ServerLine line : config.servers().values()) {
      servers.put(
          line.id(), address(line.host()) + ":" + line.peerPort() + ":" + line.electionPort());
    }
    return servers;
  }

  /** Names that mean the same address are no difference; loopback is told of elsewhere. */
  private String address(String host) {
    for (Facts facts : picture.facts()) {
      Own own = facts.own();
      for (Name name : own == null ? List.<Name>of() : own.names()) {
        boolean says = name.host().equals(host) && name.addresses().size() == 1;
        if (says && !Picture.isLoopback(name.addresses().get(0))) {
          return name.addresses().get(0);
        }
      }
    }
    return host;
  }

  /** What most say; of two equally common, what the larger list of servers says. */
  private static Map<Integer, String> usual(List<Telling> tellings) {
    Map<Map<Integer, String>, Integer> votes = new LinkedHashMap<>();
    tellings.forEach(each -> votes.merge(each.servers(), 1, Integer::sum));
    Map<Integer, String> best = Map.of();
    int bestRank = -1;
    for (Map.Entry<Map<Integer, String>, Integer> each : votes.entrySet()) {
      int rank = each.getValue() * 1000 + each.getKey().size();
      if (rank > bestRank) {
        best = each.getKey();
        bestRank = rank;
      }
    }
    return best;
  }

  private void differs(Telling telling, Map<Integer, String> usual) {
    List<Integer> missing =
        usual.keySet().stream().filter(id -> !telling.servers().containsKey(id)).toList();
    List<String> evidence = new ArrayList<>();
    TreeSet<Integer> all = new TreeSet<>(usual.keySet());
    all.addAll(telling.servers().keySet());
    for (int id : all) {
      String here = telling.servers().getOrDefault(id, "missing");
      String there = usual.getOrDefault(id, "missing");
      if (!here.equals(there)) {
        evidence.add(
            "server." + id + " is " + here + " in " + telling.who() + ", elsewhere " + there);
      }
    }
    String mend = "copy the same zoo.cfg to every host and restart the server of " + telling.host();
    boolean isMissing = !missing.isEmpty() && evidence.size() == missing.size();
    String ids = missing.stream().map(id -> "server." + id).collect(Collectors.joining(" and "));
    causes.add(
        Finding.error(
            isMissing ? Code.serverMissing : Code.serversDiffer,
            "the servers of " + subject(telling),
            isMissing
                ? ids + " is missing in " + telling.who()
                : telling.who() + " names other servers than the rest",
            evidence,
            mend),
        telling.explains().toArray(Integer[]::new));
  }

  /** A file and the server that runs with it are one fault. */
  private static String subject(Telling telling) {
    return telling.explains().size() == 1 ? "server " + telling.explains().get(0) : telling.who();
  }
}
