package io.zkrun.config;

import java.nio.file.Path;

/** Where a daemon keeps what must survive it, unless it is told otherwise. */
final class StateFolder {
  private static final Path SYSTEM = Path.of("/var/lib/zkrun");

  private StateFolder() {}

  static Path of(Sources sources) {
    String systemd = sources.environment().getOrDefault("STATE_DIRECTORY", "");
    if (systemd.startsWith("/")) {
      // systemd separates several by colons
      return Path.of(systemd.split(":", 2)[0]);
    }
    return sources.machine().writable(SYSTEM) ? SYSTEM : ofUser(sources);
  }

  private static Path ofUser(Sources sources) {
    String xdg = sources.environment().getOrDefault("XDG_STATE_HOME", "");
    if (xdg.startsWith("/")) {
      return Path.of(xdg, "zkrun");
    }
    String home =
        sources
            .environment()
            .getOrDefault("HOME", sources.properties().getOrDefault("user.home", ""));
    return Path.of(home.startsWith("/") ? home : "/", ".local/state/zkrun");
  }
}
