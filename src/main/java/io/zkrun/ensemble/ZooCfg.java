package io.zkrun.ensemble;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A reading of a {@code zoo.cfg}, immutable. It keeps line numbers, and reads on where ZooKeeper
 * stops: {@link #mistakes} holds all that its text alone shows to be wrong.
 */
public final class ZooCfg {
  /** What ZooKeeper takes where the file says nothing, in ms. */
  public static final int DEFAULT_TICK_MILLIS = 3_000;

  private static final String DYNAMIC = "dynamicConfigFile";

  private final String name;
  private final List<CfgLine> lines;
  private final @Nullable ZooCfg dynamic;
  private final SortedMap<Integer, ServerLine> servers = new TreeMap<>();
  private final List<CfgMistake> mistakes;

  private ZooCfg(String name, String text, @Nullable ZooCfg dynamic) {
    this.name = name;
    this.dynamic = dynamic;
    lines = List.copyOf(CfgLine.all(text));
    List<CfgMistake> found = new ArrayList<>(new CfgRules(this).find());
    if (dynamic == null) {
      found.addAll(new ServerRules(this, this).find(servers));
    } else {
      found.addAll(new ServerRules(this, dynamic).find(servers));
    }
    mistakes = found.stream().sorted().toList();
  }

  /**
   * Reads a file, and the {@code dynamicConfigFile} that it names, if any.
   *
   * @throws java.nio.file.NoSuchFileException when one of them is missing
   * @throws IOException when one of them can't be read
   */
  public static ZooCfg read(Path file) throws IOException {
    String text = text(file);
    Optional<String> dynamic = last(CfgLine.all(text), DYNAMIC).map(CfgLine::value);
    if (dynamic.isEmpty() || dynamic.get().isEmpty()) {
      return parse(text, file.toString());
    }
    return parse(text, file.toString(), text(Path.of(dynamic.get())), dynamic.get());
  }

  /** As ZooKeeper reads it: byte for byte. */
  private static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
  }

  /**
   * @param name of the file, for messages
   */
  public static ZooCfg parse(String text, String name) {
    return new ZooCfg(name, text, null);
  }

  /** With the servers in a file of their own, which {@code dynamicConfigFile} names. */
  public static ZooCfg parse(String text, String name, String dynamicText, String dynamicName) {
    return new ZooCfg(name, text, new ZooCfg(dynamicName, dynamicText));
  }

  /** A dynamic file; its lines are judged by the file that names it. */
  private ZooCfg(String name, String text) {
    this.name = name;
    dynamic = null;
    lines = List.copyOf(CfgLine.all(text));
    mistakes = List.of();
  }

  /** For messages. */
  public String name() {
    return name;
  }

  /** Settings in the order of the file, comments left out. */
  public List<CfgLine> lines() {
    return lines;
  }

  /** The file that holds the servers, where it is another. */
  public Optional<ZooCfg> dynamic() {
    return Optional.ofNullable(dynamic);
  }

  /** By id; those whose line can't be read are missing. */
  public SortedMap<Integer, ServerLine> servers() {
    return java.util.Collections.unmodifiableSortedMap(servers);
  }

  /** The line that holds for a key: its last one. */
  public Optional<CfgLine> value(String key) {
    return last(lines, key);
  }

  private static Optional<CfgLine> last(List<CfgLine> lines, String key) {
    return lines.stream().filter(line -> line.key().equals(key)).reduce((first, second) -> second);
  }

  /** As written: it may be relative to where the server is started. */
  public Optional<Path> dataDir() {
    return path("dataDir");
  }

  /** Where the transaction log goes: {@code dataLogDir}, else the data folder. */
  public Optional<Path> dataLogDir() {
    return path("dataLogDir").or(this::dataDir);
  }

  private Optional<Path> path(String key) {
    return value(key)
        .map(CfgLine::value)
        .filter(text -> !text.isEmpty() && text.indexOf('\0') < 0)
        .map(Path::of);
  }

  /** Of the whole file; a server may have its own. */
  public OptionalInt clientPort() {
    return number("clientPort");
  }

  public int tickMillis() {
    return number("tickTime").orElse(DEFAULT_TICK_MILLIS);
  }

  /** Empty where the key is missing or holds no whole number. */
  public OptionalInt number(String key) {
    return value(key)
        .map(CfgLine::value)
        .filter(text -> text.matches("-?\\d{1,9}"))
        .map(text -> OptionalInt.of(Integer.parseInt(text)))
        .orElse(OptionalInt.empty());
  }

  /** Whether a key is set to true. */
  public boolean isTrue(String key) {
    return value(key).filter(line -> line.value().equalsIgnoreCase("true")).isPresent();
  }

  /** Whether servers elect a leader; else one serves alone. */
  public boolean isDistributed() {
    boolean standaloneEnabled =
        value("standaloneEnabled").filter(line -> line.value().equalsIgnoreCase("false")).isEmpty();
    long voters = servers.values().stream().filter(ServerLine::votes).count();
    return voters > 1 || (voters == 1 && !standaloneEnabled);
  }

  /** The servers' client ports, as zkrun and ZooKeeper's tools take them; may be empty. */
  public String connectString() {
    return servers.values().stream()
        .flatMap(server -> server.clientEndpoint().stream())
        .collect(java.util.stream.Collectors.joining(","));
  }

  /** What its text alone shows to be wrong, in the order of lines. */
  public List<CfgMistake> mistakes() {
    return mistakes;
  }
}
