package io.zkrun.ensemble.doctor;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one host saw: written to a bundle, and judged by {@link Diagnosis}. It holds no task's data
 * and no secret.
 *
 * @param schema of this form, 1
 * @param host that saw it, by name
 * @param takenAt UTC, ISO-8601
 * @param addresses of the host's interfaces, loopback included
 * @param user that looked
 * @param own what it saw as a server's host; null where it has no zoo.cfg
 * @param servers each as seen from this host
 * @param zkrun what stands in the tree; null where no session was had
 * @param clock null likewise
 * @param unseen what could not be looked at
 * @param spool of a worker's on this host; null where there is none
 */
public record Facts(
    int schema,
    String host,
    String takenAt,
    List<String> addresses,
    String user,
    @Nullable Own own,
    List<Server> servers,
    @Nullable Zkrun zkrun,
    @Nullable Clock clock,
    List<Unseen> unseen,
    @Nullable Folder spool) {
  /** The form that this version writes. */
  public static final int SCHEMA = 1;

  public Facts {
    addresses = list(addresses);
    servers = list(servers);
    unseen = list(unseen);
  }

  /** A JSON reader leaves out what it does not find. */
  private static <T> List<T> list(@Nullable List<T> list) {
    return list == null ? List.of() : List.copyOf(list);
  }

  /**
   * A server's own host.
   *
   * @param config the path of its zoo.cfg
   * @param configText what stands there, without secrets
   * @param names of the servers, as this host resolves them
   * @param listening {@code address:port} of every listening socket on a port of the ensemble
   * @param java the version of the running server's Java; null where none was seen
   * @param log what it says about trouble, the newest last
   * @param snapshot null where there is none to judge
   * @param peers addresses that are connected to this server's ports for the others
   * @param closed what of the installation a daemon's user may not read
   */
  public record Own(
      String config,
      String configText,
      List<Folder> folders,
      MyId myid,
      List<Name> names,
      List<String> listening,
      @Nullable String java,
      List<String> log,
      @Nullable Snapshot snapshot,
      List<String> peers,
      List<Closed> closed) {
    public Own {
      peers = list(peers);
      closed = list(closed);
      folders = list(folders);
      names = list(names);
      listening = list(listening);
      log = list(log);
    }
  }

  /**
   * A folder of the server's.
   *
   * @param key of zoo.cfg that names it
   * @param writable by the user that the server runs as; null where that could not be told
   * @param owner with its rights, such as {@code zookeeper rwxr-x---}
   * @param server the user that the server runs as, as far as seen
   * @param full whether a write failed for want of room, or there is hardly any
   * @param cleared whether a reboot empties it
   */
  public record Folder(
      String key,
      String path,
      boolean exists,
      boolean folder,
      @Nullable Boolean writable,
      @Nullable String owner,
      @Nullable String server,
      long freeBytes,
      boolean full,
      boolean cleared) {}

  /**
   * The file that holds the server's number.
   *
   * @param text what stands there, at most 40 characters; null where it could not be read
   */
  public record MyId(String path, boolean exists, @Nullable String text) {}

  /** A file or folder that a daemon needs, and that its user may not read. */
  public record Closed(String path, String user, String rights) {}

  /** A server's name as this host resolves it; no addresses where it can't. */
  public record Name(String host, List<String> addresses) {
    public Name {
      addresses = list(addresses);
    }
  }

  /** The newest snapshot. */
  public record Snapshot(String path, boolean sound, String detail) {}

  /**
   * A server as seen from this host.
   *
   * @param id 0 where only its client address is known
   * @param votes false for an observer
   * @param ports empty where it was not tried
   */
  public record Server(int id, String host, boolean votes, List<Port> ports, Words words) {
    public Server {
      ports = list(ports);
    }

    /** Whether it gives sessions, as far as it says. */
    boolean givesSessions() {
      return (words.kind() == Kind.serves || words.kind() == Kind.notAllowed)
          && !(id != 0 && "standalone".equals(words.mode()));
    }

    /** Where clients connect; 0 where that is not known. */
    int clientPort() {
      return ports.stream()
          .filter(each -> each.use() == Use.client)
          .mapToInt(Port::port)
          .findFirst()
          .orElse(0);
    }
  }

  /** A port as seen from this host. */
  public record Port(Use use, int port, Reach reach, long millis, @Nullable String detail) {}

  /** What a port is for. */
  public enum Use {
    client,
    peer,
    election
  }

  /** How an attempt to connect ended. */
  public enum Reach {
    open,
    /** No answer at all. */
    dropped,
    /** A firewall said no: an ICMP message came back. */
    rejected,
    /** Refused, and no ICMP message came back. */
    refused,
    /** The network says that there is no way, or no such host. */
    unreachable,
    unknownHost
  }

  /**
   * What the client port said.
   *
   * @param kind of the answer
   * @param said what a stranger said
   * @param mode such as {@code leader}
   * @param serverId by its own account
   * @param members {@code server.N=…} lines that it runs with
   * @param notAllowed words that it may not be asked
   * @param java its version
   */
  public record Words(
      Kind kind,
      @Nullable String said,
      @Nullable String mode,
      @Nullable String version,
      @Nullable Integer serverId,
      List<String> members,
      List<String> notAllowed,
      @Nullable String java) {
    public Words {
      members = list(members);
      notAllowed = list(notAllowed);
    }

    /** Without an answer. */
    static Words none(Kind kind) {
      return new Words(kind, null, null, null, null, List.of(), List.of(), null);
    }
  }

  /** How a server answered four-letter words. */
  public enum Kind {
    serves,
    notServing,
    /** It is ZooKeeper, and may be asked nothing. */
    notAllowed,
    notZooKeeper,
    silent,
    closed,
    /** There was no connection to ask by. */
    noConnection
  }

  /**
   * What zkrun has in the tree.
   *
   * @param used whether there is anything of zkrun
   * @param master its host; null where none leads
   * @param workers that are up
   * @param tasks how many stand in the tree
   * @param nextNumber of the next task
   * @param listBytes that a list of all tasks takes
   * @param waiting for a worker that is not there: the reason, and how many, as far as looked
   * @param strayed workers whose clocks are provably off
   * @param notReady workers that take nothing, because their hosts cannot start commands
   */
  public record Zkrun(
      boolean used,
      @Nullable String master,
      boolean masterByHand,
      int workers,
      int tasks,
      long nextNumber,
      long listBytes,
      List<Waits> waiting,
      List<Strayed> strayed,
      List<Unready> notReady) {
    public Zkrun {
      notReady = list(notReady);
      strayed = list(strayed);
      waiting = list(waiting);
    }
  }

  /** Tasks that wait. */
  public record Waits(String code, String message, int tasks, String example) {}

  /**
   * A worker that takes nothing new for a while.
   *
   * @param code why, as it says itself
   */
  public record Unready(String worker, String host, String code, String message) {}

  /**
   * A worker's clock against the leader's, as the times of its tasks prove.
   *
   * @param aheadMillis how far it is ahead at least; negative where it is behind
   */
  public record Strayed(String worker, long aheadMillis, String proof) {}

  /**
   * This host's clock against the leader's.
   *
   * @param aheadMillis how far this host is ahead
   * @param doubtMillis by how much that may be wrong
   */
  public record Clock(long aheadMillis, long doubtMillis) {}

  /**
   * What could not be looked at.
   *
   * @param what such as {@code the log}
   * @param why for example {@code no right to read it}
   * @param allow what to do, as a command where there is one
   */
  public record Unseen(String what, String why, String allow) {
    static final String TREE = "what zkrun has in the tree, and the clock";
  }
}
