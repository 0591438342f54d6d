package io.zkrun.ensemble.doctor;

import io.zkrun.ensemble.doctor.Facts.Own;
import io.zkrun.ensemble.doctor.Facts.Server;
import java.util.List;
import java.util.regex.Pattern;

/** What a server's log says about trouble that doctor knows. */
final class LogLines {
  private static final Pattern TROUBLE =
      Pattern.compile(
          "Cannot open channel to|no election channel to|Connection broken for id|Unexpected exception, tries|"
              + "Exception while listening|Address already in use|BindException|"
              + "Unable to load database|Problem reading snap|Unable to read snapshot|"
              + "No snapshot found|"
              + "No space left|Permission denied|Read-only file system|not in the peer list|"
              + "myid file is missing|Invalid config|have connection to|UnresolvedAddress|"
              + "UnknownHostException|Unable to resolve address|Severe unrecoverable|"
              + "OutOfMemoryError");

  private LogLines() {}

  static boolean isTrouble(String line) {
    return TROUBLE.matcher(line).find();
  }

  /** The newest line about this server, if any. */
  static List<String> about(Facts facts, Server server) {
    Own own = facts.own();
    if (own == null || server.id() == 0) {
      return List.of();
    }
    String channel = "channel to " + server.id() + " at";
    List<String> lines =
        own.log().stream()
            .filter(line -> line.contains(channel) || line.contains(server.host() + ":"))
            .toList();
    return lines.isEmpty() ? List.of() : List.of("log: " + lines.get(lines.size() - 1));
  }
}
