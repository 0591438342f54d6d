package io.zkrun.ensemble;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which of the servers that were asked is which member.
 *
 * @param places in the members' order, then those who are none
 */
record Roster(List<Place> places) {
  /**
   * One server.
   *
   * @param member what the others know of it; null where they do not know it
   * @param status null where it is still to be asked
   */
  record Place(@Nullable Member member, Address address, @Nullable ServerStatus status) {
    OptionalInt id() {
      if (member != null) {
        return OptionalInt.of(member.id());
      }
      return status == null ? OptionalInt.empty() : status.id();
    }

    boolean votes() {
      return member == null || member.votes();
    }
  }

  /**
   * @param named those of the connect string
   * @param port for clients, of members who do not say theirs
   * @param sameHost whether two names mean the same host
   */
  static Roster of(
      List<ServerStatus> named,
      List<Member> members,
      int port,
      BiPredicate<String, String> sameHost) {
    List<ServerStatus> left = new ArrayList<>(named);
    List<Place> places = new ArrayList<>();
    for (Member member : members.stream().sorted(Comparator.comparingInt(Member::id)).toList()) {
      Address address = new Address(member.host(), member.clientPort().orElse(port));
      Optional<ServerStatus> found = find(left, member, address, sameHost);
      found.ifPresent(
          status -> left.removeIf(each -> each.equals(status) || isSame(each, status, sameHost)));
      places.add(
          found
              .map(status -> new Place(member, at(status), status))
              .orElseGet(() -> new Place(member, address, null)));
    }
    left.forEach(status -> places.add(new Place(null, at(status), status)));
    return new Roster(List.copyOf(places));
  }

  /** The one that says so itself; else the one at its address; else one on its host. */
  private static Optional<ServerStatus> find(
      List<ServerStatus> servers,
      Member member,
      Address address,
      BiPredicate<String, String> sameHost) {
    return first(servers, each -> each.id().equals(OptionalInt.of(member.id())))
        .or(
            () ->
                first(
                    servers,
                    each ->
                        each.id().isEmpty()
                            && each.port() == address.port()
                            && sameHost.test(each.host(), member.host())))
        .or(
            () ->
                first(
                    servers,
                    each -> each.id().isEmpty() && sameHost.test(each.host(), member.host())));
  }

  private static Optional<ServerStatus> first(
      List<ServerStatus> servers, Predicate<ServerStatus> predicate) {
    return servers.stream().filter(predicate).findFirst();
  }

  /** One server that the connect string names twice. */
  private static boolean isSame(
      ServerStatus one, ServerStatus other, BiPredicate<String, String> sameHost) {
    return one.port() == other.port()
        && one.id().equals(other.id())
        && sameHost.test(one.host(), other.host());
  }

  private static Address at(ServerStatus status) {
    return new Address(status.host(), status.port());
  }

  /** Those still to be asked. */
  List<Address> missing() {
    return places.stream()
        .filter(place -> place.status() == null)
        .map(Place::address)
        .distinct()
        .toList();
  }

  /**
   * @param answers of {@link #missing}
   */
  Roster with(List<ServerStatus> answers) {
    return new Roster(
        places.stream()
            .map(
                place ->
                    answers.stream()
                        .filter(each -> place.status() == null && at(each).equals(place.address()))
                        .findFirst()
                        .map(each -> new Place(place.member(), place.address(), each))
                        .orElse(place))
            .toList());
  }
}
