package io.zkrun.cli;

import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Several parts that serve as one daemon: it is ready when all are. Each part tells on a thread of
 * its own, and what it tells is passed on in the same order, so they take turns.
 */
final class Together {
  private static final Logger LOG = LoggerFactory.getLogger("zkrun");

  private final Daemon.Life life;
  private final String role;

  /** What keeps a part from serving, by its name. */
  private final Map<String, String> away = new TreeMap<>();

  /**
   * @param role what all of them do together
   */
  Together(Daemon.Life life, String role) {
    this.life = life;
    this.role = role;
  }

  /** For one more part, which counts as away until it is ready. All are made before one starts. */
  synchronized Daemon.Life part(String name) {
    away.put(name, name + " has not started");
    return new Part(name);
  }

  private synchronized void ready(String name) {
    if (away.remove(name) != null && away.isEmpty()) {
      life.ready(role);
    } else {
      tellReasons();
    }
  }

  private synchronized void away(String name, String reason) {
    away.put(name, reason);
    tellReasons();
  }

  private void tellReasons() {
    if (!away.isEmpty()) {
      life.away(String.join("; ", away.values()));
    }
  }

  private final class Part implements Daemon.Life {
    private final String name;

    Part(String name) {
      this.name = name;
    }

    @Override
    public void ready(String role) {
      LOG.info("{}", role);
      Together.this.ready(name);
    }

    @Override
    public void away(String reason) {
      Together.this.away(name, name + ": " + reason);
    }

    @Override
    public void fatal(String message) {
      life.fatal(message);
    }
  }
}
