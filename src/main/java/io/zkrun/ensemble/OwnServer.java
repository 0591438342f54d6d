package io.zkrun.ensemble;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which server of a planned ensemble this host is.
 *
 * @param id from 1
 * @param warnings what may keep the others from reaching it; a line each
 */
public record OwnServer(int id, List<String> warnings) {
  public OwnServer {
    warnings = List.copyOf(warnings);
  }

  /**
   * @param me what a person says; null to find it by addresses, then by name
   * @param hostName of this host
   * @throws IllegalArgumentException when it can't be told, with what to do
   */
  public static OwnServer find(
      List<EnsemblePlan.Server> servers, @Nullable String me, String hostName) {
    Addresses addresses = Addresses.ofThisHost();
    int id = me == null ? byAddress(servers, addresses, hostName) : byName(servers, me);
    return new OwnServer(id, warnings(servers, id, addresses));
  }

  private static int byName(List<EnsemblePlan.Server> servers, String me) {
    String bare = me.replace("[", "").replace("]", "");
    List<Integer> found = ids(servers, server -> server.host().equalsIgnoreCase(bare));
    if (found.isEmpty() && me.matches("\\d{1,3}")) {
      found = ids(servers, server -> servers.indexOf(server) + 1 == Integer.parseInt(me));
    }
    if (found.size() == 1) {
      return found.get(0);
    }
    throw new IllegalArgumentException(
        "--me "
            + me
            + (found.isEmpty() ? " is none of --servers" : " names several of --servers")
            + "; give the name of one of them as it stands there, or its number (1 to "
            + servers.size()
            + ")");
  }

  private static int byAddress(
      List<EnsemblePlan.Server> servers, Addresses addresses, String hostName) {
    List<Integer> found = ids(servers, server -> addresses.has(server.host()));
    if (found.size() != 1) {
      List<Integer> named = ids(servers, server -> isName(server.host(), hostName));
      found = named.size() == 1 ? named : found;
    }
    if (found.size() == 1) {
      return found.get(0);
    }
    String seen =
        servers.stream()
            .map(server -> server.host() + ": " + Addresses.text(server.host()))
            .collect(Collectors.joining(", "));
    throw new IllegalArgumentException(
        (found.isEmpty() ? "none" : "several")
            + " of --servers have an address of this host ("
            + hostName
            + ", with "
            + addresses.text()
            + "; "
            + seen
            + "); say which one this host is: --me "
            + servers.get(found.isEmpty() ? 0 : found.get(0) - 1).host());
  }

  private static boolean isName(String server, String hostName) {
    String a = server.toLowerCase(Locale.ROOT);
    String b = hostName.toLowerCase(Locale.ROOT);
    return a.equals(b) || a.startsWith(b + ".") || b.startsWith(a + ".");
  }

  private static List<Integer> ids(
      List<EnsemblePlan.Server> servers, java.util.function.Predicate<EnsemblePlan.Server> test) {
    List<Integer> ids = new ArrayList<>();
    for (int i = 0; i < servers.size(); i++) {
      if (test.test(servers.get(i))) {
        ids.add(i + 1);
      }
    }
    return ids;
  }

  private static List<String> warnings(
      List<EnsemblePlan.Server> servers, int id, Addresses addresses) {
    List<String> warnings = new ArrayList<>();
    for (int i = 0; i < servers.size(); i++) {
      String host = servers.get(i).host();
      warning(host, i + 1 == id, servers.size(), addresses).ifPresent(warnings::add);
    }
    return warnings;
  }

  private static Optional<String> warning(
      String host, boolean own, int servers, Addresses addresses) {
    if (Addresses.of(host).isEmpty()) {
      return Optional.of(
          "'" + host + "' means no address on this host yet; make it known (DNS or /etc/hosts)");
    }
    if (own && !addresses.has(host)) {
      return Optional.of(
          "'"
              + host
              + "' is "
              + Addresses.text(host)
              + ", which this host ("
              + addresses.text()
              + ") does not have; the others must reach it by that name all the same");
    }
    if (own && servers > 1 && !host.startsWith("127.") && Addresses.isLoopbackAlone(host)) {
      return Optional.of(
          "'"
              + host
              + "' is "
              + Addresses.text(host)
              + " on this host; quorumListenOnAllIPs in zoo.cfg makes it listen on "
              + addresses.text()
              + " too, by which the others reach it");
    }
    return Optional.empty();
  }
}
