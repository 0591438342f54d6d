package io.zkrun.cli;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where a ZooKeeper server of this installation has its files, unless it is told otherwise. */
final class EnsembleFolders {
  private static final Path SYSTEM = Path.of("/var/lib/zookeeper");

  private EnsembleFolders() {}

  /** {@code conf} of the installation, or the user's own where that can't be written. */
  static Path conf(Map<String, String> environment) {
    @Nullable Path home = SettingsCommand.home();
    if (home != null && Files.isWritable(home.resolve("conf"))) {
      return home.resolve("conf");
    }
    return user(environment, "XDG_CONFIG_HOME", ".config").resolve("zkrun");
  }

  /** The first that is there: {@code zoo.cfg} of the user, else of the installation. */
  static Path zooCfg(Map<String, String> environment) {
    @Nullable Path home = SettingsCommand.home();
    Path users =
        user(environment, "XDG_CONFIG_HOME", ".config").resolve("zkrun").resolve("zoo.cfg");
    if (home == null || Files.exists(users)) {
      return users;
    }
    return home.resolve("conf").resolve("zoo.cfg");
  }

  /** Where a server of this host may be described: by a user, here, or by another version. */
  static List<Path> zooCfgs(Map<String, String> environment) {
    List<Path> all = new ArrayList<>();
    all.add(user(environment, "XDG_CONFIG_HOME", ".config").resolve("zkrun").resolve("zoo.cfg"));
    @Nullable Path home = SettingsCommand.home();
    @Nullable Path beside = home == null ? null : home.toAbsolutePath().getParent();
    if (home != null && beside != null) {
      try (DirectoryStream<Path> versions = Files.newDirectoryStream(beside, "zkrun*")) {
        versions.forEach(each -> all.add(each.resolve("conf").resolve("zoo.cfg")));
      } catch (IOException e) {
        all.add(home.resolve("conf").resolve("zoo.cfg"));
      }
    }
    all.add(Path.of("/opt/zkrun/conf/zoo.cfg"));
    return all;
  }

  /** Holds {@code data} and {@code log}. */
  static Path state(Map<String, String> environment) {
    if (Files.isWritable(SYSTEM)
        || (!Files.exists(SYSTEM) && Files.isWritable(Path.of("/var/lib")))) {
      return SYSTEM;
    }
    return user(environment, "XDG_STATE_HOME", ".local/state").resolve("zkrun/zookeeper");
  }

  private static Path user(Map<String, String> environment, String variable, String below) {
    String xdg = environment.getOrDefault(variable, "");
    if (xdg.startsWith("/")) {
      return Path.of(xdg);
    }
    String home = environment.getOrDefault("HOME", System.getProperty("user.home", "/"));
    return Path.of(home.startsWith("/") ? home : "/", below);
  }
}
