package io.zkrun.config;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects what the sources say, those that override others last. */
final class Reading {
  private static final String CONFIG = "ZKRUN_CONFIG";
  private static final String CONNECT = "ZKRUN_CONNECT";

  private final Sources sources;
  private final List<Mistake> mistakes;
  private final List<Entry> entries = new ArrayList<>();

  private Reading(Sources sources, List<Mistake> mistakes) {
    this.sources = sources;
    this.mistakes = mistakes;
  }

  static List<Entry> read(Sources sources, List<Mistake> mistakes) {
    Reading reading = new Reading(sources, mistakes);
    reading.file();
    reading.environment();
    reading.properties();
    reading.commandLine();
    return reading.entries;
  }

  private void file() {
    Path file = named();
    if (file == null && sources.installation() != null) {
      Path standard = sources.installation().resolve("conf").resolve("zkrun.conf");
      file = Files.exists(standard) ? standard : null;
    }
    if (file != null) {
      entries.addAll(HoconFile.read(file, sources.environment(), mistakes));
    }
  }

  /** The file that somebody asked for: it has to exist. */
  private @Nullable Path named() {
    if (sources.configFile() != null) {
      return existing(sources.configFile(), "--config");
    }
    String variable = sources.environment().getOrDefault(CONFIG, "");
    try {
      return variable.isEmpty() ? null : existing(Path.of(variable), CONFIG);
    } catch (InvalidPathException e) {
      mistake(variable, "not a path: " + e.getReason(), CONFIG);
      return null;
    }
  }

  private @Nullable Path existing(Path file, String by) {
    Path absolute = sources.workingFolder().resolve(file).normalize();
    if (Files.isDirectory(absolute)) {
      mistake(absolute.toString(), "is a folder", by);
    } else if (Files.notExists(absolute)) {
      mistake(absolute.toString(), "there is no such file", by);
    } else {
      return absolute;
    }
    return null;
  }

  private void mistake(String file, String problem, String by) {
    mistakes.add(new Mistake(Origin.file(file, 0), "", null, problem + "; it was named by " + by));
  }

  private void environment() {
    String connect = sources.environment().getOrDefault(CONNECT, "");
    if (!connect.isEmpty()) {
      add(Catalog.CONNECT.key(), connect, Origin.environment(CONNECT));
    }
  }

  /** Other people's properties stand beside ours: ZooKeeper's own begin with zookeeper. too. */
  private void properties() {
    sources.properties().entrySet().stream()
        .sorted(java.util.Map.Entry.comparingByKey())
        .forEach(
            property -> {
              String key = withoutPrefix(property.getKey());
              boolean prefixed = !key.equals(property.getKey());
              boolean ours = prefixed && Catalog.isBlock(key.split("\\.", 2)[0]);
              if (ours || Catalog.find(key).isPresent()) {
                add(key, property.getValue(), Origin.property(property.getKey()));
              }
            });
  }

  private void commandLine() {
    for (Given given : sources.given()) {
      String key = withoutPrefix(given.key());
      boolean isPath = Catalog.find(key).filter(s -> s.kind().isPath()).isPresent();
      String value = isPath ? fromWorkingFolder(given.value()) : given.value();
      add(key, value, Origin.commandLine(given.option()));
    }
  }

  private String fromWorkingFolder(String path) {
    boolean relative = !path.isEmpty() && !path.startsWith("/");
    return relative ? sources.workingFolder() + "/" + path : path;
  }

  private void add(String key, String value, Origin origin) {
    entries.add(new Entry(key, Entry.Shape.SCALAR, value, origin));
  }

  private static String withoutPrefix(String key) {
    return key.startsWith(Catalog.PREFIX) ? key.substring(Catalog.PREFIX.length()) : key;
  }
}
