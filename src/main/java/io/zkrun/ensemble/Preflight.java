package io.zkrun.ensemble;

import io.zkrun.ensemble.CfgMistake.Severity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What would keep a server from starting on this host, or lose its data, looked up before it
 * starts: in the text of its {@code zoo.cfg}, in its folders and in the network.
 */
public final class Preflight {
  private static final String BUFFER = "jute.maxbuffer";

  private Preflight() {}

  /** All at once, in the order of file and line. */
  public static List<CfgMistake> check(ZooCfg cfg) {
    List<CfgMistake> found = new ArrayList<>(cfg.mistakes());
    found.addAll(new FolderChecks(cfg).find());
    // Who this is, and so where it listens, is told only by a file that can be read as it is meant.
    if (found.stream().noneMatch(CfgMistake::isError)) {
      found.addAll(new NetworkChecks(cfg, me(cfg).orElse(null)).find());
    }
    clients(cfg, found);
    buffer(cfg).ifPresent(found::add);
    return found.stream().sorted().toList();
  }

  /** This host's server by its {@code myid}; empty where one serves alone. */
  static Optional<ServerLine> me(ZooCfg cfg) {
    Optional<Path> dataDir = cfg.dataDir();
    if (dataDir.isEmpty() || !cfg.isDistributed()) {
      return Optional.empty();
    }
    try {
      return DataFolder.myid(dataDir.get())
          .filter(text -> text.matches("\\d{1,9}"))
          .map(text -> cfg.servers().get(Integer.parseInt(text)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static void clients(ZooCfg cfg, List<CfgMistake> found) {
    boolean own =
        cfg.clientPort().isPresent()
            || cfg.value("secureClientPort").isPresent()
            || me(cfg).filter(me -> me.clientPort().isPresent()).isPresent();
    if (!own && cfg.value("clientPort").isEmpty()) {
      found.add(
          new CfgMistake(
              "valueUnset",
              cfg.name(),
              0,
              Severity.ERROR,
              "'clientPort' is not set; nobody could connect to this server",
              "add a line clientPort=2181"));
    }
  }

  private static Optional<CfgMistake> buffer(ZooCfg cfg) {
    @Nullable String text = System.getProperty(BUFFER);
    if (text == null || Integer.getInteger(BUFFER) != null) {
      return Optional.empty();
    }
    return Optional.of(
        new CfgMistake(
            "badValue",
            cfg.name(),
            0,
            Severity.ERROR,
            "-D" + BUFFER + "=" + text + " is no number of bytes, so it would not count",
            "write it without a unit in ZKRUN_JAVA_OPTS, such as -D" + BUFFER + "=4194304"));
  }
}
