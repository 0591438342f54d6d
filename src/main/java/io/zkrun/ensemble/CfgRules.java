package io.zkrun.ensemble;

import io.zkrun.ensemble.CfgMistake.Severity;
import io.zkrun.ensemble.KnownKeys.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Finds what is wrong in the settings of a {@code zoo.cfg}, its servers apart. */
final class CfgRules {
  private static final String BYTE_ORDER_MARK = "\u00ef\u00bb\u00bf";
  private static final int MAX_PORT = 65_535;
  private static final int MIN_SNAPSHOTS = 3;

  private final ZooCfg cfg;
  private final List<CfgMistake> found = new ArrayList<>();

  CfgRules(ZooCfg cfg) {
    this.cfg = cfg;
  }

  List<CfgMistake> find() {
    Map<String, CfgLine> seen = new HashMap<>();
    for (CfgLine line : cfg.lines()) {
      CfgLine earlier = seen.put(line.key(), line);
      // Of servers and groups, the other rules tell.
      if (earlier != null && !KnownKeys.isServer(line.key())) {
        found.add(
            new CfgMistake(
                "repeatedKey",
                cfg.name(),
                line.number(),
                Severity.WARNING,
                repeated(line, earlier),
                "keep one of them"));
      }
      key(line);
    }
    dataDir();
    timeouts();
    addressWithoutPort("clientPort");
    addressWithoutPort("secureClientPort");
    return found;
  }

  private static String repeated(CfgLine line, CfgLine earlier) {
    return "'"
        + line.key()
        + "' stands in line "
        + earlier.number()
        + " already ("
        + earlier.shownValue()
        + "); this line holds, that one does not";
  }

  private void key(CfgLine line) {
    String key = line.key();
    if (key.startsWith(BYTE_ORDER_MARK) || key.startsWith("\ufeff")) {
      byteOrderMark(line);
    } else if (key.isEmpty() && !line.value().isEmpty()) {
      add("badValue", line, "'" + line.shownValue() + "' is no setting", "write key=value");
    } else if (key.equals("jute.maxbuffer") || key.equals("zookeeper.jute.maxbuffer")) {
      juteInFile(line);
    } else if (KnownKeys.isLauncherOnly(key)) {
      launcherOnly(line);
    } else if (!KnownKeys.isKnown(key)) {
      unknown(line);
    } else {
      value(line);
    }
  }

  private void byteOrderMark(CfgLine line) {
    String key = line.key().replace(BYTE_ORDER_MARK, "").replace("\ufeff", "");
    boolean harmless = key.isEmpty() || key.startsWith("#") || key.startsWith("!");
    found.add(
        new CfgMistake(
            "byteOrderMark",
            cfg.name(),
            line.number(),
            harmless ? Severity.WARNING : Severity.ERROR,
            "the file begins with a byte order mark, which ZooKeeper takes for a part of"
                + (harmless ? " a key" : " the key '" + key + "', so that it is not set"),
            "save it as UTF-8 without the mark: sed -i '1s/^\\xEF\\xBB\\xBF//' " + cfg.name()));
  }

  private void juteInFile(CfgLine line) {
    add(
        "juteInFile",
        line,
        "'"
            + line.key()
            + "' has no effect here: from the file it becomes the property zookeeper."
            + line.key()
            + ", which nothing reads",
        "take the line out, and start the server with ZKRUN_JAVA_OPTS=-Djute.maxbuffer="
            + (line.value().isEmpty() ? "BYTES" : line.value()));
  }

  private void launcherOnly(CfgLine line) {
    found.add(
        new CfgMistake(
            "launcherOnly",
            cfg.name(),
            line.number(),
            Severity.WARNING,
            "'" + line.key() + "' has no effect here: ZooKeeper reads it as a system property",
            "take the line out, and start the server with ZKRUN_JAVA_OPTS=-D" + line.shown()));
  }

  /** One that looks like nothing known may be for a plug-in or of a later ZooKeeper. */
  private void unknown(CfgLine line) {
    Optional<String> meant = KnownKeys.meantBy(line.key());
    found.add(
        new CfgMistake(
            "unknownKey",
            cfg.name(),
            line.number(),
            meant.isPresent() ? Severity.ERROR : Severity.WARNING,
            "ZooKeeper does not know the key '" + line.key() + "' and passes over it",
            meant
                .map(key -> "did you mean '" + key + "'?")
                .orElse("take the line out if no plug-in of yours reads it")));
  }

  private void value(CfgLine line) {
    Optional<String> wrong =
        switch (KnownKeys.kind(line.key())) {
          case NUMBER -> number(line);
          case PORT -> port(line);
          case BOOLEAN -> isBoolean(line.value()) ? none() : Optional.of("write true or false");
          case TEXT -> text(line);
        };
    wrong.ifPresent(mend -> bad(line, mend));
  }

  private void bad(CfgLine line, String mend) {
    String comment =
        KnownKeys.kind(line.key()) != Kind.TEXT && line.value().contains("#")
            ? " (a comment needs a line of its own)"
            : "";
    add("badValue", line, line.shown() + " is not what ZooKeeper takes here" + comment, mend);
  }

  private static boolean isBoolean(String value) {
    return value.equalsIgnoreCase("true") || value.equalsIgnoreCase("false");
  }

  private Optional<String> number(CfgLine line) {
    OptionalInt number = number(line.value());
    if (number.isEmpty()) {
      return Optional.of("write a whole number");
    }
    int value = number.getAsInt();
    return switch (line.key()) {
      case "tickTime", "initLimit", "syncLimit" ->
          value > 0 ? none() : Optional.of("write a number above 0");
      case "electionAlg" -> value == 3 ? none() : Optional.of("write 3; there is no other");
      case "autopurge.snapRetainCount" -> {
        if (value < MIN_SNAPSHOTS) {
          warn(
              line,
              "ZooKeeper keeps 3 snapshots at least, so " + value + " counts as 3",
              "write 3");
        }
        yield none();
      }
      default -> none();
    };
  }

  private static OptionalInt number(String text) {
    try {
      return OptionalInt.of(Integer.parseInt(text));
    } catch (NumberFormatException e) {
      return OptionalInt.empty();
    }
  }

  private static Optional<String> port(CfgLine line) {
    int port = number(line.value()).orElse(0);
    return port < 1 || port > MAX_PORT ? Optional.of("write a number from 1 to 65535") : none();
  }

  private static Optional<String> text(CfgLine line) {
    String value = line.value();
    return switch (line.key()) {
      case "peerType" ->
          value.equalsIgnoreCase("participant") || value.equalsIgnoreCase("observer")
              ? none()
              : Optional.of("write participant or observer");
      case "dataDir", "dataLogDir", "dynamicConfigFile" ->
          value.isEmpty() ? Optional.of("write an absolute path") : none();
      default -> none();
    };
  }

  private static Optional<String> none() {
    return Optional.empty();
  }

  private void dataDir() {
    boolean misspelt =
        cfg.lines().stream()
            .filter(line -> !KnownKeys.isKnown(line.key()))
            .anyMatch(line -> KnownKeys.meantBy(line.key()).filter("dataDir"::equals).isPresent());
    boolean marked = found.stream().anyMatch(mistake -> mistake.message().contains("'dataDir'"));
    if (cfg.value("dataDir").isEmpty() && !misspelt && !marked) {
      found.add(
          new CfgMistake(
              "dataDirUnset",
              cfg.name(),
              0,
              Severity.ERROR,
              "'dataDir' is not set; without it no server starts",
              "add a line such as dataDir=/var/lib/zookeeper/data"));
    }
  }

  private void timeouts() {
    int tick = cfg.tickMillis();
    int min = cfg.number("minSessionTimeout").orElse(-1);
    int max = cfg.number("maxSessionTimeout").orElse(-1);
    int least = min == -1 ? 2 * tick : min;
    int most = max == -1 ? 20 * tick : max;
    Optional<CfgLine> line =
        cfg.value("maxSessionTimeout").or(() -> cfg.value("minSessionTimeout"));
    if (line.isPresent() && least > most) {
      add(
          "badValue",
          line.get(),
          "the longest session timeout (" + most + " ms) is below the shortest (" + least + " ms)",
          "raise maxSessionTimeout, or lower minSessionTimeout (default: 2 ticks)");
    }
  }

  private void addressWithoutPort(String key) {
    Optional<CfgLine> address = cfg.value(key + "Address");
    if (address.isPresent() && cfg.value(key).isEmpty()) {
      add(
          "badValue",
          address.get(),
          "'" + address.get().key() + "' is set but '" + key + "' is not",
          "add a line " + key + "=PORT, or take this one out");
    }
  }

  private void warn(CfgLine line, String message, String mend) {
    found.add(
        new CfgMistake("badValue", cfg.name(), line.number(), Severity.WARNING, message, mend));
  }

  private void add(String code, CfgLine line, String message, String mend) {
    found.add(new CfgMistake(code, cfg.name(), line.number(), Severity.ERROR, message, mend));
  }
}
