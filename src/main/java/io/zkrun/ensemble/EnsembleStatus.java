package io.zkrun.ensemble;

import io.zkrun.ensemble.Roster.Place;
import io.zkrun.ensemble.WordAnswer.NotWhitelisted;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A whole ensemble as it is seen from here.
 *
 * @param servers members by their number, then others that were named
 * @param voters how many make up the whole of which a quorum is more than half
 * @param serving how many of these serve
 */
public record EnsembleStatus(List<Row> servers, State state, int voters, int serving) {
  /** The verdict, best first. */
  public enum State {
    /** Every server serves. */
    HEALTHY("healthy", 0),
    /** There is a quorum, and something is missing. */
    DEGRADED("degraded", 1),
    /** Servers run, and none may be asked whether it serves. */
    UNKNOWN("unknown", 1),
    /** The servers that were named do not belong together. */
    SPLIT("split", 1),
    /** Nobody is served. */
    NO_QUORUM("noQuorum", 2);

    private final String json;
    private final int exitCode;

    State(String json, int exitCode) {
      this.json = json;
      this.exitCode = exitCode;
    }

    public String json() {
      return json;
    }

    public int exitCode() {
      return exitCode;
    }
  }

  /**
   * One server.
   *
   * @param id its number; empty where neither it nor others tell
   * @param member whether the others know it, or it was only named
   */
  public record Row(
      Address address, OptionalInt id, boolean member, boolean votes, ServerStatus status) {}

  static EnsembleStatus of(Roster roster) {
    List<Row> rows = new ArrayList<>();
    for (Place place : roster.places()) {
      ServerStatus status = Objects.requireNonNull(place.status(), "everybody was asked");
      rows.add(new Row(place.address(), place.id(), place.member() != null, place.votes(), status));
    }
    List<Row> voters = voters(rows);
    int serving = (int) voters.stream().filter(EnsembleStatus::servesWrites).count();
    return new EnsembleStatus(List.copyOf(rows), judge(rows), voters.size(), serving);
  }

  /** Where no member is known, all that were named. */
  private static List<Row> voters(List<Row> rows) {
    boolean known = rows.stream().anyMatch(Row::member);
    return rows.stream().filter(row -> known ? row.member() && row.votes() : true).toList();
  }

  private static State judge(List<Row> rows) {
    boolean quorum = rows.stream().anyMatch(EnsembleStatus::hasQuorum);
    if (!quorum) {
      boolean hidden =
          rows.stream().anyMatch(row -> row.status().answer() instanceof NotWhitelisted);
      return hidden ? State.UNKNOWN : State.NO_QUORUM;
    }
    if (isSplit(rows)) {
      return State.SPLIT;
    }
    boolean all = rows.stream().allMatch(EnsembleStatus::servesWrites);
    return all ? State.HEALTHY : State.DEGRADED;
  }

  /** One that reads only serves without a quorum. */
  private static boolean hasQuorum(Row row) {
    Optional<Role> role = row.status().role();
    return role.isPresent() && role.get() != Role.READ_ONLY;
  }

  private static boolean servesWrites(Row row) {
    return row.status().serves() && !row.status().role().equals(Optional.of(Role.READ_ONLY));
  }

  private static boolean isSplit(List<Row> rows) {
    boolean stranger = rows.stream().anyMatch(row -> !row.member() && row.status().serves());
    boolean members = rows.stream().anyMatch(Row::member);
    long alone = count(rows, Role.STANDALONE);
    return (members && stranger) || (alone > 0 && rows.size() > 1) || count(rows, Role.LEADER) > 1;
  }

  private static long count(List<Row> rows, Role role) {
    return rows.stream().filter(row -> row.status().role().equals(Optional.of(role))).count();
  }

  /** How many must serve. */
  public int needed() {
    return voters / 2 + 1;
  }

  public boolean quorum() {
    return state == State.HEALTHY || state == State.DEGRADED;
  }

  /** How many more may fail before nobody is served, as far as can be seen from here. */
  public int mayFail() {
    return quorum() ? Math.max(0, serving - needed()) : 0;
  }

  /** The verdict for people, in one line. */
  public String verdict() {
    String count = serving + " of " + voters + " servers serve";
    return switch (state) {
      case HEALTHY -> "quorum: " + count + "; " + more();
      case DEGRADED -> "degraded: " + count + "; " + more() + others();
      case NO_QUORUM ->
          "no quorum: "
              + count
              + ", "
              + needed()
              + " are needed; nothing is lost, clients wait; start the missing servers, or ask"
              + " 'zkrun doctor' what keeps them from each other";
      case UNKNOWN -> "it is not known whether there is a quorum: no server may be asked";
      case SPLIT ->
          "the servers do not form one ensemble: some stand alone, or follow another leader; correct"
              + " the connect string, or the server.N lines in their zoo.cfg";
    };
  }

  private String more() {
    int count = mayFail();
    return count == 0 ? "none may fail" : count + " more may fail";
  }

  private String others() {
    return serving < needed() ? "; the others cannot be seen from here" : "";
  }

  /** What could not be asked of some server, and how to allow it; empty where all was. */
  public Optional<String> unseen() {
    Set<String> words = new TreeSet<>();
    servers.forEach(row -> words.addAll(row.status().notAllowed()));
    if (words.isEmpty()) {
      return Optional.empty();
    }
    String where =
        String.join(
            ", ",
            servers.stream()
                .filter(row -> !row.status().notAllowed().isEmpty())
                .map(row -> row.address().toString())
                .toList());
    return Optional.of(
        where
            + " may not be asked "
            + String.join(", ", words)
            + ", so some of it is not shown; set 4lw.commands.whitelist="
            + String.join(",", Stream.of("srvr", "ruok", "mntr", "stat", "conf", "isro").toList())
            + " in zoo.cfg and restart the server");
  }
}
