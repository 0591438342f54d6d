package io.zkrun.ensemble.doctor;

import io.zkrun.ensemble.ServerLine;
import io.zkrun.ensemble.ZooCfg;
import io.zkrun.ensemble.doctor.Facts.Closed;
import io.zkrun.ensemble.doctor.Facts.Folder;
import io.zkrun.ensemble.doctor.Facts.Kind;
import io.zkrun.ensemble.doctor.Facts.Name;
import io.zkrun.ensemble.doctor.Facts.Own;
import io.zkrun.ensemble.doctor.Facts.Server;
import io.zkrun.ensemble.doctor.Facts.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is wrong on a server's own host: files, number, addresses, Java. */
final class HostRules {
  private static final int OLDEST_JAVA = 17;

  private final Facts facts;
  private final Own own;
  private final ZooCfg config;
  private final Causes causes;
  private final Integer[] me;
  private final Integer[] explains;

  private HostRules(Facts facts, Own own, ZooCfg config, Causes causes) {
    this.facts = facts;
    this.own = own;
    this.config = config;
    this.causes = causes;
    @Nullable Integer id = Picture.me(facts, own, config);
    me = id == null ? new Integer[0] : new Integer[] {id};
    explains = Picture.explainedBy(facts, own, config);
  }

  static void judge(Picture picture, Causes causes) {
    if (!causes.has(Code.myidDuplicate)) {
      sameNames(picture, causes);
    }
    compareNames(picture, causes);
    picture
        .configs()
        .forEach(
            (facts, config) -> {
              Own own = facts.own();
              if (own != null) {
                new HostRules(facts, own, config, causes).judge();
              }
            });
  }

  private void judge() {
    own.folders().forEach(this::folder);
    installation();
    myid();
    addresses();
    java();
    snapshot();
  }

  private String on(String what) {
    return what + " on " + facts.host();
  }

  private void error(Code code, String subject, String message, String mend, String... evidence) {
    causes.add(Finding.error(code, subject, message, List.of(evidence), mend), explains);
  }

  // ---- folders

  private void folder(Folder folder) {
    String subject = on(folder.path());
    String what = folder.key() + " " + folder.path();
    if (!folder.exists() || !folder.folder()) {
      missing(folder, subject, what);
      return;
    }
    if (Boolean.FALSE.equals(folder.writable())) {
      String user = folder.server() == null ? facts.user() : folder.server();
      error(
          Code.dataDirNotWritable,
          subject,
          what + " is not writable by " + user + ", so the server cannot start there",
          "chown -R " + user + " " + folder.path() + " && chmod u+rwx " + folder.path(),
          "it belongs to " + folder.owner());
    }
    if (folder.full()) {
      error(
          Code.diskFull,
          subject,
          "the disk of " + what + " is full: a server that cannot write its log ends",
          "df -h "
              + folder.path()
              + "; then remove what else is there, or old logs with"
              + " autopurge.purgeInterval=1 in "
              + own.config(),
          folder.freeBytes() / 1024 + " KiB are free, by name or by inode");
    }
    if (folder.cleared()) {
      causes.add(
          Finding.warning(
              Code.dataDirInTmp,
              subject,
              what + " is cleared at a reboot; the ensemble's data with it",
              List.of("it is below a folder for temporary files, or in memory"),
              "stop the server, move the folder to /var/lib/zookeeper, and say so in "
                  + own.config()));
    }
  }

  private void missing(Folder folder, String subject, String what) {
    error(
        Code.dataDirMissing,
        subject,
        what + (folder.exists() ? " is not a folder" : " does not exist"),
        "mkdir -p "
            + folder.path()
            + " && chmod 750 "
            + folder.path()
            + (folder.key().equals("dataDir") ? ", then write myid there" : ""),
        folder.key() + "=" + folder.path() + " in " + own.config());
  }

  private boolean dataDirIsThere() {
    return own.folders().stream()
        .filter(each -> each.key().equals("dataDir"))
        .allMatch(each -> each.exists() && each.folder());
  }

  private void installation() {
    for (Closed closed : own.closed()) {
      error(
          Code.installationNotReadable,
          on(closed.path()),
          closed.path() + " cannot be read by " + closed.user() + ", as whom a daemon runs here",
          "chmod -R a+rX "
              + closed.path()
              + ", or install it where "
              + closed.user()
              + " may read it, such as /opt/zkrun",
          "it belongs to " + closed.rights());
    }
  }

  // ---- the number

  private void myid() {
    if (config.servers().size() < 2 || !dataDirIsThere() || config.dataDir().isEmpty()) {
      return;
    }
    String path = own.myid().path();
    String mend = "echo " + (me.length == 0 ? "N" : me[0]) + " > " + path;
    String text = own.myid().text();
    if (!own.myid().exists()) {
      error(
          Code.myidMissing,
          on(path),
          path + " does not exist: the server does not know which server.N it is",
          mend,
          "no such file");
    } else if (text != null && text.isBlank()) {
      error(Code.myidEmpty, on(path), path + " is empty", mend, "no number in it");
    } else if (text != null && Picture.myid(own).isEmpty()) {
      error(
          Code.myidNotNumber,
          on(path),
          path + " holds '" + text.strip() + "', which is no number",
          mend,
          "'" + text.strip() + "'");
    } else if (text != null) {
      mismatch(path, Integer.parseInt(text.strip()));
    }
  }

  private void mismatch(String path, int myid) {
    if (causes.has(
        Code.duplicateId, Code.badServerLine, Code.duplicateAddress, Code.myidDuplicate)) {
      return;
    }
    List<Integer> local = Picture.local(facts, own, config);
    if (local.size() == 1 && local.get(0) != myid) {
      int right = local.get(0);
      error(
          Code.myidMismatch,
          on(path),
          path + " says " + myid + ", but the address of server." + right + " is this host's",
          "echo " + right + " > " + path + ", then restart the server",
          "server." + right + " is " + host(right),
          "this host has " + String.join(", ", facts.addresses()));
    } else if (!config.servers().containsKey(myid) && !causes.has(Code.serverMissing)) {
      error(
          Code.serverMissing,
          "server " + myid + on(""),
          own.config() + " has no line for server." + myid + ", which myid says this host is",
          "add server."
              + myid
              + "=HOST:2888:3888 to zoo.cfg on every host, or put the right number"
              + " into "
              + path,
          "the file names " + config.servers().keySet());
    }
  }

  private String host(int id) {
    ServerLine line = config.servers().get(id);
    return line == null ? "?" : line.host();
  }

  // ---- addresses

  private void addresses() {
    for (Name name : own.names()) {
      if (name.addresses().isEmpty()) {
        Integer[] named =
            config.servers().values().stream()
                .filter(line -> line.host().equals(name.host()))
                .map(ServerLine::id)
                .toArray(Integer[]::new);
        causes.add(
            Finding.error(
                Code.nameNotResolved,
                on(name.host()),
                "the name " + name.host() + " has no address on " + facts.host(),
                List.of("no entry in /etc/hosts, and none from the name server"),
                "add 'ADDRESS " + name.host() + "' to /etc/hosts on " + facts.host()),
            named);
      }
    }
    boolean allLoopback =
        config.servers().values().stream().allMatch(line -> resolvesToLoopback(line.host()));
    if (config.servers().size() < 2 || allLoopback) {
      return;
    }
    ServerLine mine = mine();
    for (ServerLine line : config.servers().values()) {
      if (resolvesToLoopback(line.host()) && !(line.equals(mine) && listensOnAll())) {
        loopback(line, line.equals(mine));
      }
    }
    if (mine != null) {
      notHere(mine);
    }
    config.servers().values().forEach(this::severalAddresses);
    sameAddress();
    unknownPeers(mine);
  }

  /** As seen from here: it answers there, and by its own account it is this very server. */
  private boolean answersAsItself(ServerLine line) {
    return seen(line.id()).stream()
        .anyMatch(
            each ->
                each.words().kind() == Kind.notAllowed
                    || (each.words().serverId() != null && each.words().serverId() == line.id()));
  }

  private List<Server> seen(int id) {
    return facts.servers().stream().filter(each -> each.id() == id).toList();
  }

  private List<String> outer(ServerLine line) {
    return Picture.resolved(own, line.host()).stream()
        .filter(each -> !Picture.isLoopback(each))
        .toList();
  }

  /** A name server may know two hosts by one name; which of them is asked is chance. */
  private void severalAddresses(ServerLine line) {
    List<String> addresses = outer(line).stream().filter(each -> !each.contains(":")).toList();
    if (addresses.size() > 1
        && !facts.addresses().containsAll(addresses)
        && !answersAsItself(line)) {
      causes.add(
          Finding.error(
              Code.hostTwice,
              on("server " + line.id()),
              "the name "
                  + line.host()
                  + " of server."
                  + line.id()
                  + " means several addresses on "
                  + facts.host()
                  + ": two hosts of the same name, or an entry that is out of date",
              List.of(line.host() + " is " + String.join(", ", addresses)),
              "keep the one that is right in the name server or /etc/hosts, and give the other host"
                  + " a name of its own"),
          line.id());
    }
  }

  /** Two servers at one place: all but the one that answers there have a wrong address. */
  private void sameAddress() {
    Map<String, List<ServerLine>> places = new TreeMap<>();
    for (ServerLine line : config.servers().values()) {
      for (String address : outer(line)) {
        places
            .computeIfAbsent(address + " port " + line.electionPort(), each -> new ArrayList<>())
            .add(line);
      }
    }
    places.forEach(
        (place, lines) -> {
          List<ServerLine> wrong = lines.stream().filter(each -> !isRight(each)).toList();
          boolean told = wrong.stream().anyMatch(each -> causes.explains(each.id()));
          if (lines.size() > 1 && !wrong.isEmpty() && !told) {
            wrongAddress(
                wrong,
                lines.stream()
                        .map(each -> "server." + each.id() + " (" + each.host() + ")")
                        .toList()
                    + " are all at "
                    + place
                    + " by what their names mean here");
          }
        });
  }

  private boolean isRight(ServerLine line) {
    return line.equals(mine()) || answersAsItself(line);
  }

  /** Somebody takes part in the ensemble from an address that no server has here. */
  private void unknownPeers(@Nullable ServerLine mine) {
    List<String> known =
        config.servers().values().stream().flatMap(line -> outer(line).stream()).toList();
    List<String> unknown =
        own.peers().stream()
            .filter(each -> !Picture.isLoopback(each) && !each.contains(":"))
            .filter(each -> !known.contains(each) && !facts.addresses().contains(each))
            .toList();
    List<ServerLine> away =
        config.servers().values().stream()
            .filter(line -> !line.equals(mine) && !answersAsItself(line))
            .filter(line -> !causes.explains(line.id()) && !outer(line).isEmpty())
            .toList();
    if (!unknown.isEmpty() && !away.isEmpty()) {
      wrongAddress(
          away,
          String.join(", ", unknown)
              + (unknown.size() == 1 ? " is" : " are")
              + " connected to this server's ports for the others, and no server has that address"
              + " here");
    }
  }

  private void wrongAddress(List<ServerLine> lines, String evidence) {
    List<String> all = new ArrayList<>(List.of(evidence));
    lines.forEach(line -> all.add(line.host() + " is " + String.join(", ", outer(line)) + " here"));
    String names = lines.stream().map(ServerLine::host).collect(Collectors.joining(" or "));
    causes.add(
        Finding.error(
            Code.addressWrong,
            on("the address of " + names),
            names
                + (lines.size() == 1 ? " has" : " have")
                + " a wrong address on "
                + facts.host()
                + ", or in its zoo.cfg",
            all,
            "on "
                + names
                + ": ip -4 addr; then correct /etc/hosts (or the name server) on "
                + facts.host()
                + ", or "
                + own.config()
                + " on every host"),
        lines.stream().map(ServerLine::id).toArray(Integer[]::new));
  }

  /** What each host says of its own address, and what the others take it for. */
  static void compareNames(Picture picture, Causes causes) {
    picture.configs().forEach((by, config) -> compareNames(picture, by, config, causes));
  }

  private static void compareNames(Picture picture, Facts by, ZooCfg config, Causes causes) {
    Own own = by.own();
    if (own == null) {
      return;
    }
    HostRules rules = new HostRules(by, own, config, causes);
    for (ServerLine line : config.servers().values()) {
      List<String> here = rules.outer(line);
      @Nullable Facts truth = picture.hostOf(line.id());
      if (truth != null
          && !truth.equals(by)
          && !here.isEmpty()
          && here.stream().noneMatch(truth.addresses()::contains)
          && !rules.answersAsItself(line)) {
        List<String> right =
            truth.addresses().stream()
                .filter(each -> !Picture.isLoopback(each) && !each.contains(":"))
                .toList();
        rules.wrongAddress(List.of(line), truth.host() + " itself has " + String.join(", ", right));
      }
    }
  }

  /** Two that call themselves the same, and are not the same. */
  static void sameNames(Picture picture, Causes causes) {
    Map<String, Facts> named = new TreeMap<>();
    for (Facts facts : picture.facts()) {
      Facts before = named.putIfAbsent(facts.host(), facts);
      if (before != null
          && facts.addresses().stream()
              .filter(each -> !Picture.isLoopback(each))
              .noneMatch(before.addresses()::contains)) {
        causes.add(
            Finding.error(
                Code.hostTwice,
                "the name " + facts.host(),
                "two hosts call themselves " + facts.host(),
                List.of(
                    "one has " + String.join(", ", before.addresses()),
                    "the other has " + String.join(", ", facts.addresses())),
                "hostnamectl hostname NAME on one of them, and its own line in zoo.cfg and"
                    + " /etc/hosts everywhere"));
      }
    }
  }

  /** By its number alone: the address may be what is wrong. */
  private @Nullable ServerLine mine() {
    OptionalInt myid = Picture.myid(own);
    if (myid.isPresent()) {
      return config.servers().get(myid.getAsInt());
    }
    return me.length == 0 ? null : config.servers().get(me[0]);
  }

  private boolean listensOnAll() {
    return own.configText()
        .lines()
        .anyMatch(line -> line.strip().replace(" ", "").equals("quorumListenOnAllIPs=true"));
  }

  private boolean resolvesToLoopback(String host) {
    List<String> addresses = Picture.resolved(own, host);
    return !addresses.isEmpty() && addresses.stream().allMatch(Picture::isLoopback);
  }

  private void loopback(ServerLine line, boolean itsOwn) {
    String address = String.join(", ", Picture.resolved(own, line.host()));
    List<String> outer =
        facts.addresses().stream()
            .filter(each -> !Picture.isLoopback(each) && !each.contains(":"))
            .toList();
    String right = outer.isEmpty() ? "ADDRESS" : outer.get(0);
    causes.add(
        Finding.error(
            Code.addressLoopback,
            on("server " + line.id()),
            itsOwn
                ? "the address of server."
                    + line.id()
                    + " ("
                    + line.host()
                    + ") is loopback on its own host: it listens where no other server reaches it"
                : line.host() + " of server." + line.id() + " is loopback on " + facts.host(),
            List.of(
                line.host() + " is " + address + " on " + facts.host(),
                "line " + line.line() + " of " + own.config()),
            itsOwn
                ? "put '"
                    + right
                    + " "
                    + line.host()
                    + "' in place of the loopback line into /etc/hosts, or"
                    + " quorumListenOnAllIPs=true into "
                    + own.config()
                : "take " + line.host() + " out of the loopback lines of /etc/hosts"),
        line.id());
  }

  /**
   * A server that listens on all addresses serves whatever its name means here; it is wrong where
   * somebody else answers there, or nobody although the server runs. It may be right where a router
   * translates the address: then the server itself answers.
   */
  private boolean isMissed(ServerLine line) {
    boolean listens =
        own.listening().stream().anyMatch(each -> each.endsWith(":" + line.electionPort()));
    boolean somebodyElse =
        seen(line.id()).stream()
            .anyMatch(
                each ->
                    each.words().kind() == Kind.notZooKeeper
                        || (each.words().serverId() != null
                            && each.words().serverId() != line.id()));
    return somebodyElse || (listens && !answersAsItself(line));
  }

  private void notHere(ServerLine line) {
    List<String> addresses = Picture.resolved(own, line.host());
    boolean here =
        addresses.stream()
            .anyMatch(each -> Picture.isLoopback(each) || facts.addresses().contains(each));
    boolean otherIsHere = !Picture.local(facts, own, config).isEmpty();
    if (addresses.isEmpty()
        || here
        || otherIsHere
        || (listensOnAll() && !isMissed(line))
        || causes.has(Code.duplicateId, Code.badServerLine)) {
      return;
    }
    List<String> outer =
        facts.addresses().stream().filter(each -> !Picture.isLoopback(each)).toList();
    causes.add(
        Finding.error(
            Code.addressNotHere,
            on("server " + line.id()),
            "this host is server."
                + line.id()
                + ", but its address there, "
                + line.host()
                + ", is not one of this host's",
            List.of(
                line.host() + " is " + String.join(", ", addresses),
                "this host has " + String.join(", ", outer),
                "line " + line.line() + " of " + own.config()),
            "write server."
                + line.id()
                + "="
                + (outer.isEmpty() ? "ADDRESS" : outer.get(0))
                + ":"
                + line.peerPort()
                + ":"
                + line.electionPort()
                + " into zoo.cfg on every host, or correct what "
                + line.host()
                + " means here (/etc/hosts, name server); or, where the address is translated on the way"
                + " (NAT), quorumListenOnAllIPs=true"),
        line.id());
  }

  // ---- Java and data

  private void java() {
    String version = own.java();
    if (version != null && major(version) < OLDEST_JAVA) {
      error(
          Code.javaTooOld,
          on("Java"),
          "the server on " + facts.host() + " runs on Java " + version + "; zkrun needs 17",
          "apt-get install openjdk-17-jre-headless, then restart the server with it",
          "the running process's Java is " + version);
    }
  }

  /** 8 of {@code 1.8.0_402}, 17 of {@code 17.0.2}. */
  static int major(String version) {
    String[] parts = version.split("[._+-]");
    String first = parts.length > 1 && parts[0].equals("1") ? parts[1] : parts[0];
    return first.matches("\\d{1,4}") ? Integer.parseInt(first) : Integer.MAX_VALUE;
  }

  private void snapshot() {
    Snapshot snapshot = own.snapshot();
    if (snapshot != null && !snapshot.sound()) {
      List<String> evidence = new ArrayList<>(List.of(snapshot.detail()));
      own.log().stream()
          .filter(line -> line.contains("snap") || line.contains("database"))
          .forEach(evidence::add);
      causes.add(
          Finding.error(
              Code.snapshotCorrupt,
              on(snapshot.path()),
              "the newest snapshot, " + snapshot.path() + ", is damaged",
              evidence,
              "stop the server, move "
                  + snapshot.path().replaceAll("/[^/]*$", "")
                  + " away, and start it: it fetches everything from the leader (only while the"
                  + " others have a quorum)"),
          explains);
    }
  }
}
