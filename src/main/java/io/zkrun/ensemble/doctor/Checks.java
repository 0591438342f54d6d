package io.zkrun.ensemble.doctor;

import io.zkrun.ensemble.ZooCfg;
import io.zkrun.ensemble.doctor.Check.State;
import io.zkrun.ensemble.doctor.Facts.Kind;
import io.zkrun.ensemble.doctor.Facts.Own;
import io.zkrun.ensemble.doctor.Facts.Port;
import io.zkrun.ensemble.doctor.Facts.Server;
import io.zkrun.ensemble.doctor.Facts.Unseen;
import io.zkrun.ensemble.doctor.Facts.Zkrun;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Everything that was looked at, a line each. */
final class Checks {
  private static final Set<Code> FILE =
      EnumSet.of(
          Code.unknownKey,
          Code.badValue,
          Code.valueUnset,
          Code.badServerLine,
          Code.duplicateId,
          Code.duplicateAddress,
          Code.samePorts,
          Code.repeatedKey,
          Code.juteInFile,
          Code.launcherOnly,
          Code.byteOrderMark,
          Code.dataDirUnset,
          Code.evenServers);

  private static final Set<Code> FOLDERS =
      EnumSet.of(Code.dataDirMissing, Code.dataDirNotWritable, Code.diskFull, Code.dataDirInTmp);
  private static final Set<Code> MYID =
      EnumSet.of(
          Code.myidMissing,
          Code.myidEmpty,
          Code.myidNotNumber,
          Code.myidDuplicate,
          Code.myidMismatch);
  private static final Set<Code> ADDRESSES =
      EnumSet.of(
          Code.addressLoopback,
          Code.addressNotHere,
          Code.addressWrong,
          Code.hostTwice,
          Code.nameNotResolved);

  private final Picture picture;
  private final List<Finding> findings;
  private final List<Check> checks = new ArrayList<>();

  private Checks(Picture picture, List<Finding> findings) {
    this.picture = picture;
    this.findings = findings;
  }

  static List<Check> of(Picture picture, List<Finding> findings) {
    Checks checks = new Checks(picture, findings);
    picture.configs().forEach(checks::host);
    checks.sameLines();
    picture.facts().forEach(each -> each.servers().forEach(server -> checks.server(each, server)));
    checks.quorum();
    picture.facts().forEach(checks::tree);
    picture.facts().forEach(each -> each.unseen().forEach(unseen -> checks.unseen(each, unseen)));
    return List.copyOf(checks.checks);
  }

  private void add(String name, Set<Code> codes, String about, String text) {
    boolean found =
        findings.stream()
            .anyMatch(each -> codes.contains(each.code()) && each.subject().contains(about));
    checks.add(new Check(name, found ? State.finding : State.passed, text));
  }

  private String of(Facts facts, String what) {
    return picture.facts().size() > 1 ? what + " of " + facts.host() : what;
  }

  private void host(Facts facts, ZooCfg config) {
    Own own = facts.own();
    if (own == null) {
      return;
    }
    String here = "on " + facts.host();
    add(
        of(facts, "zoo.cfg"),
        FILE,
        here,
        own.config() + ": " + count(config.servers().size(), "server"));
    add(
        of(facts, "folders"),
        FOLDERS,
        here,
        own.folders().stream().map(Facts.Folder::path).collect(Collectors.joining(", ")));
    String myid = own.myid().text();
    if (config.servers().size() > 1 && myid != null) {
      add(of(facts, "myid"), MYID, "", own.myid().path() + ": " + myid.strip());
    } else if (config.servers().size() > 1 && !own.myid().exists()) {
      add(of(facts, "myid"), MYID, "", own.myid().path() + ": not there");
    }
    add(
        of(facts, "addresses"),
        ADDRESSES,
        here,
        own.names().stream()
            .map(each -> each.host() + " is " + String.join(", ", each.addresses()))
            .collect(Collectors.joining("; ")));
    if (!own.closed().isEmpty()) {
      add(
          of(facts, "installation"),
          EnumSet.of(Code.installationNotReadable),
          here,
          own.closed().size() + " of the daemons' users cannot read it");
    }
    if (own.java() != null) {
      add(of(facts, "Java"), EnumSet.of(Code.javaTooOld), here, own.java());
    }
    if (own.snapshot() != null) {
      add(
          of(facts, "snapshot"),
          EnumSet.of(Code.snapshotCorrupt),
          here,
          own.snapshot().path() + ": " + own.snapshot().detail());
    }
  }

  private void sameLines() {
    long tellings =
        picture.configs().size()
            + picture.facts().stream()
                .flatMap(each -> each.servers().stream())
                .filter(each -> each.words().members().size() > 1)
                .count();
    if (tellings > 1) {
      add(
          "server lines",
          EnumSet.of(Code.serverMissing, Code.serversDiffer),
          "",
          tellings + " accounts compared");
    }
  }

  private void server(Facts facts, Server server) {
    String name =
        server.id() == 0 ? server.host() : "server " + server.id() + " (" + server.host() + ")";
    Kind kind = server.words().kind();
    String words =
        kind == Kind.serves ? server.words().mode() + ", " + server.words().version() : kind.name();
    String text =
        words + "; " + server.ports().stream().map(Checks::port).collect(Collectors.joining(", "));
    if (kind != Kind.serves && kind != Kind.notAllowed) {
      checks.add(new Check(of(facts, name), State.finding, text));
      return;
    }
    add(
        of(facts, name),
        EnumSet.of(
            Code.firewallDropped,
            Code.firewallRejected,
            Code.hostUnreachable,
            Code.notZooKeeper,
            Code.otherEnsemble,
            Code.nothingListening,
            Code.serverNotServing,
            Code.javaTooOld),
        server.host(),
        text);
  }

  private static String port(Port port) {
    return port.use() + " port " + port.port() + " " + port.reach();
  }

  private void quorum() {
    List<Server> all =
        picture.servers().values().stream().map(seen -> seen.get(0).server()).toList();
    long serving = all.stream().filter(each -> each.words().kind() == Kind.serves).count();
    String leader =
        all.stream()
            .filter(each -> "leader".equals(each.words().mode()))
            .map(each -> ", " + each.host() + " leads")
            .findFirst()
            .orElse("");
    if (!all.isEmpty()) {
      add(
          "quorum",
          EnumSet.of(Code.noQuorum),
          "",
          serving + " of " + count(all.size(), "server") + " serve" + leader);
    }
  }

  private void tree(Facts facts) {
    if (facts.servers().stream().anyMatch(Server::givesSessions)) {
      add(
          of(facts, "session"),
          EnumSet.of(Code.noSession),
          facts.host(),
          facts.clock() == null ? "none in time" : "given");
    }
    if (facts.clock() != null) {
      add(
          of(facts, "clock"),
          EnumSet.of(Code.clockOff),
          facts.host(),
          Math.abs(facts.clock().aheadMillis())
              + " ms off the leader's, give or take "
              + facts.clock().doubtMillis()
              + " ms");
    }
    if (facts.spool() != null) {
      add(
          of(facts, "spool"),
          EnumSet.of(Code.spoolFull),
          facts.host(),
          facts.spool().path() + ": " + (facts.spool().freeBytes() >> 20) + " MiB free");
    }
    Zkrun zkrun = facts.zkrun();
    if (zkrun == null) {
      return;
    }
    if (!zkrun.used()) {
      checks.add(
          new Check(
              of(facts, "zkrun"),
              State.unseen,
              "nothing of zkrun is in the tree yet; start 'zkrun master' and 'zkrun worker'"));
      return;
    }
    add(
        of(facts, "master"),
        EnumSet.of(Code.noMaster, Code.masterByHand),
        "",
        zkrun.master() == null ? "none" : zkrun.master());
    add(
        of(facts, "workers"),
        EnumSet.of(Code.noWorkers, Code.spoolFull, Code.workerNotReady),
        "",
        zkrun.workers()
            + " up"
            + (zkrun.notReady().isEmpty() ? "" : ", " + zkrun.notReady().size() + " not ready"));
    add(
        of(facts, "workers' clocks"),
        EnumSet.of(Code.clockOff),
        "worker",
        zkrun.strayed().isEmpty() ? "none is proved to be off" : zkrun.strayed().size() + " off");
    add(
        of(facts, "waiting tasks"),
        EnumSet.of(Code.tasksWaitForNobody),
        "",
        zkrun.waiting().isEmpty()
            ? "none waits for what is not there"
            : zkrun.waiting().stream().map(Facts.Waits::code).collect(Collectors.joining(", ")));
    add(
        of(facts, "tasks"),
        EnumSet.of(Code.counterHigh, Code.tasksTooManyToList),
        "",
        zkrun.tasks()
            + " stand in the tree, the next number is "
            + zkrun.nextNumber()
            + ", a list takes "
            + zkrun.listBytes()
            + " bytes");
  }

  private void unseen(Facts facts, Unseen unseen) {
    checks.add(
        new Check(
            of(facts, unseen.what()),
            State.unseen,
            "could not see "
                + unseen.what()
                + ", because "
                + unseen.why()
                + "; allow it with: "
                + unseen.allow()));
  }

  private static String count(int number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }
}
