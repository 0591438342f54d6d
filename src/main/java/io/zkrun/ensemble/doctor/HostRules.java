package io.zkrun.ensemble.doctor;

import io.zkrun.ensemble.ServerLine;
import io.zkrun.ensemble.ZooCfg;
import io.zkrun.ensemble.doctor.Facts.Folder;
import io.zkrun.ensemble.doctor.Facts.Name;
import io.zkrun.ensemble.doctor.Facts.Own;
import io.zkrun.ensemble.doctor.Facts.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
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

  private void notHere(ServerLine line) {
    List<String> addresses = Picture.resolved(own, line.host());
    boolean here =
        addresses.stream()
            .anyMatch(each -> Picture.isLoopback(each) || facts.addresses().contains(each));
    boolean otherIsHere = !Picture.local(facts, own, config).isEmpty();
    if (addresses.isEmpty()
        || here
        || otherIsHere
        || listensOnAll()
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
                + " into zoo.cfg on every host; or, where the address is translated on the way"
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
