package io.zkrun.ensemble;

import io.zkrun.config.ConnectString;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;

/**
 * Asks every server of an ensemble about itself: those of a connect string, and those that the
 * members themselves name. Needs no quorum and no session where {@code conf} is allowed; where it
 * is not, the ensemble is asked for its members through a session.
 */
public final class Survey {
  private Survey() {}

  /**
   * Blocks for a few times {@code timeout} at most: all servers are asked at once.
   *
   * @param timeout for each question
   */
  public static EnsembleStatus of(ConnectString connect, Duration timeout) {
    List<ServerStatus> named = ask(addresses(connect), timeout);
    List<Member> members = members(named);
    if (members.isEmpty() && named.stream().anyMatch(Survey::hidesMembers)) {
      members = Member.parse(ConfigNode.read(connect, timeout).orElse(""));
    }
    BiPredicate<String, String> sameHost = Survey::isSameHost;
    int port = named.stream().filter(ServerStatus::runs).findFirst().orElse(named.get(0)).port();
    Roster roster = Roster.of(named, members, port, sameHost);
    return EnsembleStatus.of(roster.with(ask(roster.missing(), timeout)));
  }

  private static boolean hidesMembers(ServerStatus server) {
    return server.notAllowed().contains("conf")
        && !server.role().equals(Optional.of(Role.STANDALONE));
  }

  private static List<Member> members(List<ServerStatus> servers) {
    return servers.stream()
        .map(ServerStatus::members)
        .filter(members -> !members.isEmpty())
        .findFirst()
        .orElse(List.of());
  }

  private static List<Address> addresses(ConnectString connect) {
    List<Address> addresses = new ArrayList<>();
    for (String server : connect.servers()) {
      int colon = server.lastIndexOf(':');
      String host = server.substring(0, colon).replaceAll("[\\[\\]]", "");
      addresses.add(new Address(host, Integer.parseInt(server.substring(colon + 1))));
    }
    return addresses.stream().distinct().toList();
  }

  private static List<ServerStatus> ask(List<Address> addresses, Duration timeout) {
    ServerStatus[] answers = new ServerStatus[addresses.size()];
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < answers.length; i++) {
      int at = i;
      Address address = addresses.get(i);
      Thread thread =
          new Thread(
              () -> answers[at] = ServerStatus.ask(address.host(), address.port(), timeout),
              "ask-" + address);
      thread.setDaemon(true);
      thread.start();
      threads.add(thread);
    }
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while servers were asked", e);
    }
    return List.of(answers);
  }

  private static boolean isSameHost(String one, String other) {
    if (one.equals(other)) {
      return true;
    }
    Set<InetAddress> addresses = new HashSet<>(addresses(one));
    return addresses(other).stream().anyMatch(addresses::contains);
  }

  private static List<InetAddress> addresses(String host) {
    try {
      return List.of(InetAddress.getAllByName(host));
    } catch (UnknownHostException e) {
      return List.of();
    }
  }
}
