package io.zkrun.ensemble;

import io.zkrun.ensemble.WordAnswer.NotWhitelisted;
import io.zkrun.ensemble.WordAnswer.Text;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One server, as it was seen from here: what it answered, and what can be read out of that. A value
 * that is not in the answers is empty.
 *
 * @param host as it was asked for
 * @param port for clients
 */
public record ServerStatus(
    String host, int port, WordAnswer srvr, WordAnswer mntr, WordAnswer conf) {
  /** In milliseconds, since the server has started. */
  public record Latency(double min, double avg, double max) {}

  /**
   * Asks the server. What it does not answer at all is not asked twice.
   *
   * @param timeout for each of the three words
   */
  public static ServerStatus ask(String host, int port, Duration timeout) {
    WordAnswer srvr = FourLetterWords.ask(host, port, "srvr", timeout);
    if (!(srvr instanceof Text || srvr instanceof NotWhitelisted)) {
      return new ServerStatus(host, port, srvr, srvr, srvr);
    }
    return new ServerStatus(
        host,
        port,
        srvr,
        FourLetterWords.ask(host, port, "mntr", timeout),
        FourLetterWords.ask(host, port, "conf", timeout));
  }

  /** The answer that says most. */
  public WordAnswer answer() {
    return answers()
        .filter(Text.class::isInstance)
        .findFirst()
        .or(() -> answers().filter(each -> !(each instanceof NotWhitelisted)).findFirst())
        .orElse(srvr);
  }

  private Stream<WordAnswer> answers() {
    return Stream.of(srvr, mntr, conf);
  }

  /** Whether it serves clients, so that it belongs to a quorum or stands alone. */
  public boolean serves() {
    return answer() instanceof Text;
  }

  /** Whether a ZooKeeper server runs there, serving or not. */
  public boolean runs() {
    return serves()
        || answer() == WordAnswer.Plain.NOT_SERVING
        || answer() instanceof NotWhitelisted;
  }

  /** The words that its configuration does not allow, of those asked. */
  public List<String> notAllowed() {
    return answers()
        .filter(NotWhitelisted.class::isInstance)
        .map(each -> ((NotWhitelisted) each).word())
        .toList();
  }

  /** Its number in the ensemble; a standalone server's is 0 or none. */
  public OptionalInt id() {
    String id = conf("serverId");
    return id != null && id.matches("\\d{1,9}")
        ? OptionalInt.of(Integer.parseInt(id))
        : OptionalInt.empty();
  }

  public Optional<Role> role() {
    String role = srvr("Mode");
    if (role == null) {
      role = mntr("zk_server_state");
    }
    return role == null ? Optional.empty() : Role.of(role);
  }

  /** Such as {@code 3.9.5}. */
  public Optional<String> version() {
    String version = srvr("Zookeeper version");
    if (version == null) {
      version = mntr("zk_version");
    }
    return version == null ? Optional.empty() : Optional.of(version.split("[-, ]", 2)[0]);
  }

  /** The last transaction that it knows. */
  public OptionalLong zxid() {
    String zxid = srvr("Zxid");
    return zxid != null && zxid.matches("0x[0-9a-f]{1,16}")
        ? OptionalLong.of(Long.parseUnsignedLong(zxid.substring(2), 16))
        : OptionalLong.empty();
  }

  public Optional<Latency> latency() {
    String line = srvr("Latency min/avg/max");
    if (line == null && mntr("zk_avg_latency") != null) {
      line =
          String.join("/", mntr("zk_min_latency"), mntr("zk_avg_latency"), mntr("zk_max_latency"));
    }
    if (line == null || !line.matches("[\\d.]+/[\\d.]+/[\\d.]+")) {
      return Optional.empty();
    }
    String[] parts = line.split("/");
    return Optional.of(
        new Latency(
            Double.parseDouble(parts[0]),
            Double.parseDouble(parts[1]),
            Double.parseDouble(parts[2])));
  }

  /** Of clients, the one that asked included. */
  public OptionalLong connections() {
    return either("Connections", "zk_num_alive_connections");
  }

  public OptionalLong znodes() {
    return either("Node count", "zk_znode_count");
  }

  /** Of names and data, about. */
  public OptionalLong dataBytes() {
    return number(mntr("zk_approximate_data_size"));
  }

  public OptionalLong watches() {
    return number(mntr("zk_watch_count"));
  }

  /** Followers that keep up with it; a leader alone knows. */
  public OptionalLong syncedFollowers() {
    return number(mntr("zk_synced_followers"));
  }

  /** All members that it knows, itself too; none where it stands alone or does not tell. */
  public List<Member> members() {
    return conf instanceof Text text ? Member.parse(text.text()) : List.of();
  }

  private OptionalLong either(String srvrKey, String mntrKey) {
    OptionalLong value = number(srvr(srvrKey));
    return value.isPresent() ? value : number(mntr(mntrKey));
  }

  private static OptionalLong number(@Nullable String text) {
    return text != null && text.matches("\\d{1,18}")
        ? OptionalLong.of(Long.parseLong(text))
        : OptionalLong.empty();
  }

  private @Nullable String srvr(String key) {
    return value(srvr, key, ": ");
  }

  private @Nullable String mntr(String key) {
    return value(mntr, key, "\t");
  }

  private @Nullable String conf(String key) {
    return value(conf, key, "=");
  }

  private static @Nullable String value(WordAnswer answer, String key, String separator) {
    String begin = key + separator;
    return answer instanceof Text text
        ? text.text()
            .lines()
            .filter(line -> line.startsWith(begin))
            .map(line -> line.substring(begin.length()).strip())
            .findFirst()
            .orElse(null)
        : null;
  }
}
