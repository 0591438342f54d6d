package io.zkrun.ensemble;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A member as another one's configuration names it.
 *
 * @param id its number
 * @param host its name or address between servers
 * @param clientPort where it serves clients; empty where only its own configuration says so
 * @param votes false for an observer
 */
public record Member(int id, String host, Optional<Integer> clientPort, boolean votes) {
  private static final Pattern LINE =
      Pattern.compile(
          "server\\.(?<id>\\d+)=(?<host>\\[[^]]+]|[^:|;]+):\\d+:\\d+(?<more>[^;]*)"
              + "(;(?<client>.*))?");

  /** Those of the {@code server.N} lines in the answer to {@code conf}; none when standalone. */
  static List<Member> parse(String conf) {
    List<Member> members = new ArrayList<>();
    for (String line : conf.lines().toList()) {
      Matcher matcher = LINE.matcher(line.strip());
      if (matcher.matches()) {
        members.add(of(matcher));
      }
    }
    return List.copyOf(members);
  }

  private static Member of(Matcher line) {
    String host = line.group("host").replaceAll("[\\[\\]]", "");
    return new Member(
        Integer.parseInt(line.group("id")),
        host,
        port(line.group("client")),
        !line.group("more").contains(":observer"));
  }

  private static Optional<Integer> port(@Nullable String client) {
    if (client == null || client.isBlank()) {
      return Optional.empty();
    }
    String port = client.substring(client.lastIndexOf(':') + 1);
    return port.matches("\\d{1,5}") ? Optional.of(Integer.valueOf(port)) : Optional.empty();
  }
}
